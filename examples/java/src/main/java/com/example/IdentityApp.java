package com.example;

import io.github.cdkscim.FailureMailProps;
import io.github.cdkscim.ScimServiceProvider;
import software.amazon.awscdk.App;
import software.amazon.awscdk.CfnOutput;
import software.amazon.awscdk.Stack;

public final class IdentityApp {
  public static void main(final String[] args) {
    final App app = new App();
    final Stack stack = new Stack(app, "Identity");
    final ScimServiceProvider scim =
        ScimServiceProvider.Builder.create(stack, "Scim")
            .failureMail(FailureMailProps.builder().sender("scim@example.com").build())
            .build();
    CfnOutput.Builder.create(stack, "AdminUrl").value(scim.getAdminUrl()).build();
    app.synth();
  }
}
