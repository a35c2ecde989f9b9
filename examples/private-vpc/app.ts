import { App, CfnOutput, Stack } from 'aws-cdk-lib';
import { SubnetType, Vpc } from 'aws-cdk-lib/aws-ec2';
import { Role } from 'aws-cdk-lib/aws-iam';
import { IdentityProvider, ScimAccess, ScimServiceProvider } from 'cdk-scim';

/**
 * SCIM as a private API, for a self-hosted identity provider (PingFederate, Keycloak, midPoint) or
 * the provisioning agent of a cloud one (Okta, Entra ID) in the same network. The functions run in
 * isolated subnets and call AWS services through VPC endpoints.
 *
 * Callers use the regular domain name of the API, which the endpoint's private DNS resolves.
 */
const stack = new Stack(new App(), 'Identity');

const vpc = new Vpc(stack, 'Vpc', {
  maxAzs: 2,
  natGateways: 0,
  subnetConfiguration: [{ name: 'scim', subnetType: SubnetType.PRIVATE_ISOLATED }],
});
vpc.addFlowLog('FlowLog');

const scim = new ScimServiceProvider(stack, 'Scim', {
  vpc,
  access: ScimAccess.fromVpc(),
  adminPrincipals: [Role.fromRoleName(stack, 'IdentityTeam', 'identity-team')],
  connections: [
    { id: 'workforce', displayName: 'Workforce', identityProvider: IdentityProvider.PING },
  ],
});
new CfnOutput(stack, 'AdminUrl', { value: scim.adminUrl });
