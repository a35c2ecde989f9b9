from aws_cdk import App, CfnOutput, Stack
from cdk_scim import FailureMailProps, ScimServiceProvider

app = App()
stack = Stack(app, "Identity")
scim = ScimServiceProvider(stack, "Scim", failure_mail=FailureMailProps(sender="scim@example.com"))
CfnOutput(stack, "AdminUrl", value=scim.admin_url)
app.synth()
