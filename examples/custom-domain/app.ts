import { App, CfnOutput, Stack } from 'aws-cdk-lib';
import { Certificate, CertificateValidation } from 'aws-cdk-lib/aws-certificatemanager';
import { Role } from 'aws-cdk-lib/aws-iam';
import { HostedZone } from 'aws-cdk-lib/aws-route53';
import { CfnWebACL } from 'aws-cdk-lib/aws-wafv2';
import { ScimAccess, ScimServiceProvider } from 'cdk-scim';

/**
 * SCIM at a custom domain with an allow-list of addresses. A web ACL limits the request rate of
 * each token, and one role administers the service.
 */
const stack = new Stack(new App(), 'Identity', {
  env: { account: '123456789012', region: 'eu-central-1' },
});

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
const webAcl = new CfnWebACL(stack, 'WebAcl', {
  scope: 'REGIONAL',
  defaultAction: { allow: {} },
  visibilityConfig: visibility('ScimRequests'),
  rules: [
    {
      name: 'common-rules',
      priority: 0,
      overrideAction: { none: {} },
      statement: {
        managedRuleGroupStatement: {
          vendorName: 'AWS',
          name: 'AWSManagedRulesCommonRuleSet',
          // It blocks bodies above 8 KB, which is a group of about 80 members.
          ruleActionOverrides: [{ name: 'SizeRestrictions_BODY', actionToUse: { count: {} } }],
        },
      },
      visibilityConfig: visibility('ScimCommonRules'),
    },
    {
      name: 'rate-by-token',
      priority: 1,
      action: { block: {} },
      statement: {
        rateBasedStatement: {
          // Customers of one identity provider share its addresses, but not their tokens.
          aggregateKeyType: 'CUSTOM_KEYS',
          customKeys: [
            {
              header: {
                name: 'authorization',
                textTransformations: [{ priority: 0, type: 'NONE' }],
              },
            },
          ],
          evaluationWindowSec: 60,
          limit: 12_000,
        },
      },
      visibilityConfig: visibility('ScimRateByToken'),
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
  // The addresses of the identity providers and of the administrators.
  access: ScimAccess.fromIpRanges('192.0.2.0/24', '198.51.100.0/24'),
  webAcl,
  adminPrincipals: [Role.fromRoleName(stack, 'IdentityTeam', 'identity-team')],
  failureMail: { sender: 'scim@example.com', recipients: ['identity-team@example.com'] },
});
new CfnOutput(stack, 'AdminUrl', { value: scim.adminUrl });
