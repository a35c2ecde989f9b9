import { App, CfnOutput, Stack } from 'aws-cdk-lib';
import { Certificate, CertificateValidation } from 'aws-cdk-lib/aws-certificatemanager';
import { Role } from 'aws-cdk-lib/aws-iam';
import { HostedZone } from 'aws-cdk-lib/aws-route53';
import { CfnIPSet, CfnWebACL } from 'aws-cdk-lib/aws-wafv2';
import { ScimServiceProvider } from 'cdk-scim';

/**
 * SCIM at a name of one's own, behind a web ACL that lets some addresses in, administered by one role.
 *
 * The list is that of your identity providers and your administrators. It also keeps out the function that rotates tokens, which tries a new one from an address of Lambda's:
 * rotation on schedule does not get past its test then, rotation over the admin API does.
 */
const stack = new Stack(new App(), 'Identity', { env: { account: '123456789012', region: 'eu-central-1' } });

const hostedZone = HostedZone.fromHostedZoneAttributes(stack, 'Zone', {
  hostedZoneId: 'Z0123456789ABCDEFGHIJ',
  zoneName: 'example.com',
});
const domainName = 'scim.example.com';

const visibility = (metricName: string) => ({
  cloudWatchMetricsEnabled: true,
  metricName,
  sampledRequestsEnabled: false,
});
const addresses = new CfnIPSet(stack, 'Addresses', {
  scope: 'REGIONAL',
  ipAddressVersion: 'IPV4',
  addresses: ['192.0.2.0/24', '198.51.100.0/24'],
});
const webAcl = new CfnWebACL(stack, 'WebAcl', {
  scope: 'REGIONAL',
  defaultAction: { block: {} },
  visibilityConfig: visibility('ScimRequests'),
  rules: [
    {
      name: 'known-addresses',
      priority: 0,
      action: { allow: {} },
      statement: { ipSetReferenceStatement: { arn: addresses.attrArn } },
      visibilityConfig: visibility('ScimKnownAddresses'),
    },
  ],
});

const scim = new ScimServiceProvider(stack, 'Scim', {
  domain: {
    domainName,
    hostedZone,
    certificate: new Certificate(stack, 'Certificate', {
      domainName,
      validation: CertificateValidation.fromDns(hostedZone),
    }),
  },
  webAcl,
  adminPrincipals: [Role.fromRoleName(stack, 'IdentityTeam', 'identity-team')],
  failureMail: { sender: 'scim@example.com' },
});
new CfnOutput(stack, 'AdminUrl', { value: scim.adminUrl });
