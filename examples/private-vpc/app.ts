import { App, CfnOutput, Stack } from 'aws-cdk-lib';
import { SubnetType, Vpc } from 'aws-cdk-lib/aws-ec2';
import { Role } from 'aws-cdk-lib/aws-iam';
import { IdentityProvider, ScimAccess, ScimServiceProvider } from 'cdk-scim';

/**
 * SCIM without an address on the internet, for an identity provider of one's own (PingFederate, Keycloak, midPoint) or an agent of one in the cloud (Okta's and Entra's
 * provisioning agents) in the same network. The functions run in subnets without a way out and reach AWS services through endpoints.
 *
 * Callers resolve the API's usual name: the endpoint has private DNS.
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
  connections: [{ id: 'workforce', displayName: 'Workforce', identityProvider: IdentityProvider.PING }],
});
new CfnOutput(stack, 'AdminUrl', { value: scim.adminUrl });
