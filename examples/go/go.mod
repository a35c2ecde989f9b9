module example.com/identity

go 1.25

require (
	github.com/aws/aws-cdk-go/awscdk/v2 v2.275.0
	github.com/aws/jsii-runtime-go v1.140.0
	github.com/cdk-scim/cdk-scim-go/cdkscim v0.2.0
)
