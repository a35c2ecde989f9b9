import { Duration, RemovalPolicy } from 'aws-cdk-lib';
import { Match } from 'aws-cdk-lib/assertions';
import { Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { CREATE_CONNECTION, readSettings } from '../../lambdas/admin/requests';
import { IDENTITY_PROVIDERS } from '../../idp/profiles';
import { IdentityProvider, UserDeletion, type ConnectionProps } from '../../lib';
import { parseJson } from '../../scim/json';
import { provide } from './support';

const FULL: ConnectionProps = {
  id: 'acme',
  displayName: 'Acme',
  identityProvider: IdentityProvider.ENTRA,
  groups: false,
  userDeletion: UserDeletion.ERASE,
  failureMailRecipients: ['ops@acme.example'],
  tokenExpiresIn: Duration.days(90),
  rotation: { every: Duration.days(30), overlap: Duration.days(3) },
};

function settings(connection: ConnectionProps): unknown {
  const template = provide(() => ({ connections: [connection] })).template();
  const [resource] = Object.values(template.findResources('Custom::ScimConnection'));
  return parseJson(String(resource?.['Properties'].Settings));
}

test('what is declared is what the admin API takes', () => {
  for (const connection of [{ id: 'acme' }, FULL]) {
    const declared = settings(connection) as Record<string, string>;
    expect(() => readSettings(CREATE_CONNECTION, { ...declared, id: 'acme' })).not.toThrow();
  }
  expect(settings(FULL)).toEqual({
    displayName: 'Acme',
    identityProvider: 'entra',
    groups: false,
    userDeletion: 'erase',
    failureMail: { recipients: ['ops@acme.example'] },
    tokenExpiresInDays: 90,
    rotation: { everyDays: 30, overlapDays: 3 },
  });
  expect(Object.values<string>(IdentityProvider).sort()).toEqual([...IDENTITY_PROVIDERS].sort());
});

test('its base URL and the name of its secret are outputs, and whoever may can read the secret', () => {
  const { provider, stack, template } = provide(() => ({ connections: [{ id: 'acme' }] }));
  provider
    .tokenSecret('acme')
    .grantRead(new Role(stack, 'Pipeline', { assumedBy: new ServicePrincipal('codebuild.amazonaws.com') }));
  expect(provider.tokenSecret('acme')).toBe(provider.tokenSecret('acme'));
  const outputs = Object.values(template().findOutputs('*')).map(({ Value }) => JSON.stringify(Value));
  expect(outputs).toContainEqual(expect.stringContaining('/scim/v2/connections/acme'));
  expect(outputs).toContainEqual(expect.stringMatching(/^"Test\/[0-9a-f]{8}\/acme"$/));
  template().hasResourceProperties('AWS::IAM::Policy', {
    PolicyDocument: {
      Statement: [
        Match.objectLike({
          Action: ['secretsmanager:GetSecretValue', 'secretsmanager:DescribeSecret'],
          Resource: { 'Fn::Join': ['', Match.arrayWith([Match.stringLikeRegexp('/acme-\\?{6}$')])] },
        }),
      ],
    },
  });
});

test('it stays when it is declared no more, unless the data is given up', () => {
  for (const [props, policy] of [
    [{}, 'Retain'],
    [{ removalPolicy: RemovalPolicy.DESTROY }, 'Delete'],
  ] as const) {
    const template = provide(() => ({ ...props, connections: [{ id: 'acme' }] })).template();
    template.hasResource('Custom::ScimConnection', {
      DeletionPolicy: policy,
      Properties: { ServiceTimeout: '300' },
      DependsOn: Match.arrayWith([Match.stringLikeRegexp('^ScimApiDeploymentStage')]),
    });
  }
});

test('there is no function for it without any', () => {
  const { provider, template } = provide();
  expect(provider.functions.declaredConnections).toBeUndefined();
  template().resourceCountIs('AWS::Lambda::Function', 9);
});

test('what is wrong is said at synth', () => {
  const declare = (...connections: ConnectionProps[]) => provide(() => ({ connections }));
  expect(() => declare({ id: 'Acme' })).toThrow('lower-case letters, digits and hyphens');
  expect(() => declare({ id: 'acme' }, { id: 'acme' })).toThrow('Two connections have the id "acme"');
  expect(() => declare({ id: 'acme', tokenExpiresIn: Duration.hours(5) })).toThrow();
});
