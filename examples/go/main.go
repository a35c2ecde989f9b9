package main

import (
	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/jsii-runtime-go"
	"github.com/cdk-scim/cdk-scim-go/cdkscim"
)

func main() {
	defer jsii.Close()
	app := awscdk.NewApp(nil)
	stack := awscdk.NewStack(app, jsii.String("Identity"), nil)
	scim := cdkscim.NewScimServiceProvider(stack, jsii.String("Scim"), &cdkscim.ScimServiceProviderProps{
		FailureMail: &cdkscim.FailureMailProps{Sender: jsii.String("scim@example.com")},
	})
	awscdk.NewCfnOutput(stack, jsii.String("AdminUrl"), &awscdk.CfnOutputProps{
		Value: scim.AdminUrl(),
	})
	app.Synth(nil)
}
