import { App, Stack, type StackProps } from 'aws-cdk-lib';
import { Key } from 'aws-cdk-lib/aws-kms';
import { Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { AwsSolutionsChecks, ServerlessChecks } from 'cdk-nag';
import { importedVpc, provide } from './support';
import {
  ScimAccess,
  ScimSecurityEvents,
  ScimServiceProvider,
  type ScimServiceProviderProps,
} from '../../lib';

/** Returns the violations that lib/acknowledged-rules.ts does not acknowledge. */
function findings(props: ScimServiceProviderProps, stackProps: StackProps = {}): readonly string[] {
  const app = new App();
  const stack = new Stack(app, 'Test', stackProps);
  const encryptionKey = new Key(stack, 'Key', { enableKeyRotation: true });
  new ScimServiceProvider(stack, 'Scim', { ...props, encryptionKey });
  new ScimServiceProvider(stack, 'Another', props);
  return violations(app);
}

function violations(app: App): readonly string[] {
  return [new AwsSolutionsChecks(app), new ServerlessChecks(app)].flatMap((pack) =>
    pack.validateScope(app).violations.map(({ ruleName }) => ruleName),
  );
}

test.each<[string, ScimServiceProviderProps]>([
  [
    'alarms, connections and an IP allow-list',
    { alarms: {}, connections: [{ id: 'acme' }], access: ScimAccess.fromIpRanges('192.0.2.0/24') },
  ],
  ['no props', {}],
  ['failure mails', { failureMail: { sender: 'scim@example.com' } }],
  ['tracing', { tracing: true }],
  [
    'security events',
    {
      securityEvents: [ScimSecurityEvents.push({ url: 'https://receiver.example' })],
      securityEventKey: 2,
    },
  ],
])('cdk-nag reports no violation with %s', (_, props) => {
  expect(findings(props)).toEqual([]);
  expect(findings(props, { env: { account: '123456789012', region: 'eu-central-1' } })).toEqual([]);
});

test('cdk-nag reports no violation in the policies of grantAdmin and grantRead', () => {
  const { stack, provider } = provide();
  const role = new Role(stack, 'Admin', { assumedBy: new ServicePrincipal('ec2.amazonaws.com') });
  provider.grantAdmin(role);
  provider.grantRead(role);
  expect(violations(App.of(stack) as App)).toEqual([]);
});

test('cdk-nag reports no violation with a private API in a VPC', () => {
  const { stack } = provide((scope) => ({ vpc: importedVpc(scope), access: ScimAccess.fromVpc() }));
  const app = App.of(stack) as App;
  expect(violations(app)).toEqual([]);
});
