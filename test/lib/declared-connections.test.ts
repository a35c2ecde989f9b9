import { Duration, RemovalPolicy } from 'aws-cdk-lib';
import { Match } from 'aws-cdk-lib/assertions';
import { Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { Key } from 'aws-cdk-lib/aws-kms';
import { CREATE_CONNECTION } from '../../lambdas/admin/requests';
import { readSettings } from '../../lambdas/json-api/read-body';
import { IDENTITY_PROVIDERS } from '../../idp/profiles/registry';
import { Problem } from '../../lambdas/json-api/problem';
import { TRUST as TRUST_BODY } from '../../lambdas/admin/oauth/oauth-requests';
import { checkedTrust } from '../../lambdas/admin/oauth/trust';
import { IdentityProvider, UserDeletion, type ConnectionProps, type TrustProps } from '../../lib';
import { parseJson } from '../../scim/json';
import { provide } from './support';

const FULL: ConnectionProps = {
  id: 'acme',
  displayName: 'Acme',
  actsAs: 'account-7',
  identityProvider: IdentityProvider.ENTRA,
  groups: false,
  userDeletion: UserDeletion.ERASE,
  failureMailRecipients: ['ops@acme.example'],
  tokenExpiresIn: Duration.days(90),
  rotation: { every: Duration.days(30), overlap: Duration.days(3) },
};

function settings(connection: ConnectionProps): unknown {
  const template = declare(connection).template();
  const [resource] = Object.values(template.findResources('Custom::ScimConnection'));
  return parseJson(String(resource?.['Properties'].Settings));
}

test('names are declared without surrounding space, as the admin API stores them', () => {
  const declared = settings({ id: 'acme', displayName: ' Acme ', actsAs: 'account-7 ' });
  expect(declared).toMatchObject({ displayName: 'Acme', actsAs: 'account-7' });
});

test('declared connections have settings that the admin API accepts', () => {
  for (const connection of [{ id: 'acme' }, FULL]) {
    const declared = settings(connection) as Record<string, string>;
    expect(() => readSettings(CREATE_CONNECTION, { ...declared, id: 'acme' })).not.toThrow();
  }
  expect(settings(FULL)).toEqual({
    displayName: 'Acme',
    actsAs: 'account-7',
    identityProvider: 'entra',
    groups: false,
    userDeletion: 'erase',
    failureMail: { recipients: ['ops@acme.example'] },
    tokenExpiresInDays: 90,
    rotation: { everyDays: 30, overlapDays: 3 },
  });
  expect(Object.values<string>(IdentityProvider).sort()).toEqual([...IDENTITY_PROVIDERS].sort());
});

test('the base URL and secret name are outputs, and access to the secret can be granted', () => {
  const { provider, stack, template } = provide(() => ({ connections: [{ id: 'acme' }] }));
  provider
    .tokenSecret('acme')
    .grantRead(
      new Role(stack, 'Pipeline', { assumedBy: new ServicePrincipal('codebuild.amazonaws.com') }),
    );
  expect(provider.tokenSecret('acme')).toBe(provider.tokenSecret('acme'));
  const outputs = Object.values(template().findOutputs('*')).map(({ Value }) =>
    JSON.stringify(Value),
  );
  expect(outputs).toContainEqual(expect.stringContaining('/scim/v2/connections/acme'));
  expect(outputs).toContainEqual(expect.stringMatching(/^"Test\/[0-9a-f]{8}\/acme"$/));
  template().hasResourceProperties('AWS::IAM::Policy', {
    PolicyDocument: {
      Statement: [
        Match.objectLike({
          Action: ['secretsmanager:GetSecretValue', 'secretsmanager:DescribeSecret'],
          Resource: {
            'Fn::Join': ['', Match.arrayWith([Match.stringLikeRegexp('/acme-\\?{6}$')])],
          },
        }),
      ],
    },
  });
});

test('a connection removed from the stack is retained, unless removalPolicy is DESTROY', () => {
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

test('without declared connections, the stack has no function for them', () => {
  const { provider, template } = provide();
  expect(provider.functions.declaredConnections).toBeUndefined();
  template().resourceCountIs('AWS::Lambda::Function', 15);
});

const declare = (...connections: ConnectionProps[]) =>
  provide(() => ({ connections, failureMail: { sender: 'scim@example.com' } }));

test('invalid declarations fail at synthesis', () => {
  expect(() => declare({ id: 'acme' }, { id: 'acme' })).toThrow(
    'Two connections have the id "acme"',
  );
  expect(() => provide(() => ({ connections: [FULL] }))).toThrow(
    'failureMailRecipients requires failureMail',
  );
  expect(() => declare(...Array.from({ length: 91 }, (_, index) => ({ id: `c${index}` })))).toThrow(
    'through the admin API',
  );
});

/** Returns whether the admin API accepts the settings, without the checks of the construct. */
function isAccepted({
  id,
  displayName = id,
  actsAs,
  rotation,
  tokenExpiresIn,
  failureMailRecipients: recipients,
}: ConnectionProps) {
  const settings = {
    id,
    displayName,
    ...(actsAs === undefined ? {} : { actsAs }),
    ...(tokenExpiresIn === undefined
      ? {}
      : { tokenExpiresInDays: tokenExpiresIn.toSeconds() / 86_400 }),
    ...(recipients === undefined ? {} : { failureMail: { recipients } }),
    ...(rotation === undefined
      ? {}
      : {
          rotation: {
            everyDays: rotation.every.toSeconds() / 86_400,
            ...(rotation.overlap === undefined
              ? {}
              : { overlapDays: rotation.overlap.toSeconds() / 86_400 }),
          },
        }),
  };
  return CREATE_CONNECTION.safeParse(settings).success;
}

const days = (count: number): Duration => Duration.days(count);

test.each<ConnectionProps>([
  { id: 'acme' },
  { id: 'Acme' },
  { id: '-acme' },
  { id: 'a'.repeat(64) },
  { id: 'acme', displayName: '' },
  { id: 'acme', displayName: 'x'.repeat(201) },
  { id: 'acme', actsAs: '' },
  { id: 'acme', actsAs: 'x'.repeat(201) },
  { id: 'acme', actsAs: 'account 7' },
  { id: 'acme', tokenExpiresIn: Duration.hours(5) },
  { id: 'acme', tokenExpiresIn: days(3650) },
  { id: 'acme', tokenExpiresIn: days(3651) },
  { id: 'acme', failureMailRecipients: [] },
  { id: 'acme', failureMailRecipients: ['nobody'] },
  { id: 'acme', failureMailRecipients: ['it@acme.example'] },
  { id: 'acme', rotation: { every: days(7) } },
  { id: 'acme', rotation: { every: days(8) } },
  { id: 'acme', rotation: { every: days(365) } },
  { id: 'acme', rotation: { every: days(365) }, tokenExpiresIn: days(372) },
  { id: 'acme', rotation: { every: days(1), overlap: days(0) } },
  { id: 'acme', rotation: { every: days(1001), overlap: days(0) }, tokenExpiresIn: days(2000) },
])('the construct accepts exactly what the admin API accepts: %j', (connection) => {
  if (isAccepted(connection)) expect(() => declare(connection)).not.toThrow();
  else expect(() => declare(connection)).toThrow(`Connection "${connection.id}": `);
});

const TENANT = '11111111-2222-3333-4444-555555555555';
const TRUST: TrustProps = {
  issuer: `https://login.microsoftonline.com/${TENANT}/v2.0`,
  subject: 'object-id',
  audiences: ['api://app'],
};
const BLANK: TrustProps = { issuer: `https://sts.windows.net/${TENANT}/` };

test('a declared trust has the form of the admin API', () => {
  const trust = { ...TRUST, scopes: ['users:read'], accessTokenLifetime: Duration.hours(2) };
  expect(settings({ id: 'acme', trust })).toMatchObject({
    trust: { ...TRUST, scopes: ['users:read'], accessTokenSeconds: 7200 },
  });
});

test.each<TrustProps>([
  TRUST,
  BLANK,
  { ...BLANK, subject: 'object-id' },
  { ...BLANK, audiences: ['api://app'] },
  { issuer: TRUST.issuer },
  { ...TRUST, audiences: [] },
  { ...TRUST, audiences: Array.from({ length: 11 }, () => 'api://app') },
  { ...TRUST, issuer: 'https://login.microsoftonline.com/common/v2.0' },
  { ...TRUST, issuer: `https://login.microsoftonline.com/${TENANT}/` },
  { ...TRUST, issuer: `https://login.microsoftonline.us/${TENANT}/v2.0` },
  { ...TRUST, issuer: `https://login.partner.microsoftonline.cn/${TENANT}/v2.0` },
  { issuer: `https://sts.chinacloudapi.cn/${TENANT}/` },
  { issuer: `https://login.microsoftonline.us/${TENANT}/` },
  { ...TRUST, issuer: `https://evil.example/${TENANT}/v2.0` },
  { ...TRUST, scopes: ['users:read', 'groups:read-write'] },
  { ...TRUST, scopes: [] },
  { ...TRUST, scopes: ['everything'] },
  { ...TRUST, accessTokenLifetime: Duration.hours(6) },
  { ...TRUST, accessTokenLifetime: Duration.hours(7) },
  { ...TRUST, accessTokenLifetime: Duration.minutes(5) },
])('the construct accepts exactly the trust that the admin API accepts: %j', (trust) => {
  const { accessTokenLifetime: lifetime, ...same } = trust;
  const sent = { ...same, ...(lifetime ? { accessTokenSeconds: lifetime.toSeconds() } : {}) };
  const isAccepted = (): boolean => {
    try {
      checkedTrust(readSettings(TRUST_BODY, parseJson(JSON.stringify(sent))), false);
      return true;
    } catch (error) {
      if (error instanceof Problem) return false;
      throw error;
    }
  };
  const declared = (): unknown => declare({ id: 'acme', trust });
  if (isAccepted()) expect(declared).not.toThrow();
  else expect(declared).toThrow('Connection "acme": trust.');
});

test('removalPolicy applies to a single connection', () => {
  const connections = [{ id: 'acme', removalPolicy: RemovalPolicy.DESTROY }, { id: 'other' }];
  const resources = Object.values(
    provide(() => ({ connections }))
      .template()
      .findResources('Custom::ScimConnection'),
  );
  expect(resources.map((each) => each['DeletionPolicy'] as string)).toEqual(['Delete', 'Retain']);
});

test('read access to the secret includes the key that encrypts it', () => {
  const { provider, stack, template } = provide((scope) => ({
    encryptionKey: new Key(scope, 'Key'),
  }));
  provider
    .tokenSecret('acme')
    .grantRead(
      new Role(stack, 'Pipeline', { assumedBy: new ServicePrincipal('codebuild.amazonaws.com') }),
    );
  template().hasResourceProperties('AWS::KMS::Key', {
    KeyPolicy: {
      Statement: Match.arrayWith([
        Match.objectLike({
          Action: 'kms:Decrypt',
          Principal: { AWS: { 'Fn::GetAtt': [Match.stringLikeRegexp('^Pipeline'), 'Arn'] } },
        }),
      ]),
    },
  });
});
