import { App, Stack, type StackProps } from 'aws-cdk-lib';
import { Key } from 'aws-cdk-lib/aws-kms';
import { AwsSolutionsChecks, ServerlessChecks } from 'cdk-nag';
import { ScimServiceProvider, type ScimServiceProviderProps } from '../../lib';

/** What cdk-nag finds that is neither followed nor acknowledged with a reason (lib/acknowledged-rules.ts). */
function findings(props: ScimServiceProviderProps, stackProps: StackProps = {}): readonly string[] {
  const app = new App();
  const stack = new Stack(app, 'Test', stackProps);
  const encryptionKey = new Key(stack, 'Key', { enableKeyRotation: true });
  new ScimServiceProvider(stack, 'Scim', { ...props, encryptionKey });
  new ScimServiceProvider(stack, 'Another', props);
  return [new AwsSolutionsChecks(app), new ServerlessChecks(app)].flatMap((pack) =>
    pack.validateScope(app).violations.map(({ ruleName }) => ruleName),
  );
}

test.each<[string, ScimServiceProviderProps]>([
  ['no props', {}],
  ['mails', { failureMail: { sender: 'scim@example.com' } }],
  ['tracing', { tracing: true }],
])('cdk-nag finds nothing with %s', (_, props) => {
  expect(findings(props)).toEqual([]);
  expect(findings(props, { env: { account: '123456789012', region: 'eu-central-1' } })).toEqual([]);
});
