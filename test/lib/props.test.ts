import { App, Aspects, Duration, NestedStack, RemovalPolicy, Stack } from 'aws-cdk-lib';
import { Match, Template } from 'aws-cdk-lib/assertions';
import {
  AccountPrincipal,
  CfnRole,
  ManagedPolicy,
  PermissionsBoundary,
  Role,
  ServicePrincipal,
} from 'aws-cdk-lib/aws-iam';
import { Key } from 'aws-cdk-lib/aws-kms';
import { RetentionDays } from 'aws-cdk-lib/aws-logs';
import { ENVIRONMENT } from '../../lambdas/contract';
import { ScimServiceProvider, type ScimServiceProviderProps } from '../../lib';
import { certificateIn, policiesWithoutKey, provide, webAclIn, zoneIn } from './support';

test('domain sets up the certificate, TLS 1.2 and DNS records, and all URLs use it', () => {
  const { stack, provider, template } = provide((scope) => ({
    domain: {
      domainName: 'scim.example.com',
      certificate: certificateIn(scope),
      hostedZone: zoneIn(scope),
    },
  }));
  const synthesized = template();
  synthesized.hasResourceProperties('AWS::ApiGateway::DomainName', {
    DomainName: 'scim.example.com',
    SecurityPolicy: 'TLS_1_2',
    EndpointConfiguration: { Types: ['REGIONAL'] },
  });
  for (const Type of ['A', 'AAAA']) {
    synthesized.hasResourceProperties('AWS::Route53::RecordSet', {
      Name: 'scim.example.com.',
      Type,
    });
  }
  expect(stack.resolve([provider.scimBaseUrl('acme'), provider.adminUrl])).toEqual([
    'https://scim.example.com/v2/connections/acme',
    'https://scim.example.com/admin',
  ]);
  synthesized.hasResourceProperties('AWS::Lambda::Function', {
    Environment: { Variables: Match.objectLike({ SCIM_URL: 'https://scim.example.com' }) },
  });
});

test('webAcl is associated with the stage', () => {
  const { template } = provide((scope) => ({
    webAcl: webAclIn(scope),
  }));
  template().hasResourceProperties('AWS::WAFv2::WebACLAssociation', {
    WebACLArn: { 'Fn::GetAtt': ['Acl', 'Arn'] },
    ResourceArn: { 'Fn::Join': ['', Match.arrayWith([Match.stringLikeRegexp('/stages/')])] },
  });
});

test('encryptionKey encrypts the table and the secrets, and all functions but ui use it', () => {
  const { template } = provide((scope) => ({ encryptionKey: new Key(scope, 'Key') }));
  const synthesized = template();
  synthesized.hasResourceProperties('AWS::DynamoDB::GlobalTable', {
    SSESpecification: { SSEEnabled: true, SSEType: 'KMS' },
  });
  synthesized.hasResourceProperties('AWS::Lambda::Function', {
    Environment: { Variables: Match.objectLike({ SECRET_KEY_ARN: Match.anyValue() }) },
  });
  expect(policiesWithoutKey(synthesized)).toEqual([expect.stringContaining('ScimUiRole')]);
});

test('the table can be deleted with the stack, and it can be replicated', () => {
  const { template } = provide(() => ({
    removalPolicy: RemovalPolicy.DESTROY,
    pointInTimeRecovery: false,
  }));
  template().hasResource('AWS::DynamoDB::GlobalTable', {
    DeletionPolicy: 'Delete',
    Properties: {
      Replicas: [
        Match.objectLike({
          DeletionProtectionEnabled: false,
          PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: false },
        }),
      ],
    },
  });
});

test('throttling, logRetention, memorySize and tracing are applied', () => {
  const { template } = provide(() => ({
    throttling: { rateLimit: 50 },
    logRetention: RetentionDays.ONE_WEEK,
    memorySize: 512,
    tracing: true,
  }));
  const synthesized = template();
  synthesized.hasResourceProperties('AWS::ApiGateway::Stage', {
    TracingEnabled: true,
    MethodSettings: Match.arrayWith([
      Match.objectLike({ ResourcePath: '/*', ThrottlingRateLimit: 50, ThrottlingBurstLimit: 100 }),
    ]),
  });
  synthesized.allResourcesProperties('AWS::Logs::LogGroup', { RetentionInDays: 7 });
  synthesized.allResourcesProperties('AWS::Lambda::Function', {
    MemorySize: 512,
    TracingConfig: { Mode: 'Active' },
  });
});

test('adminPrincipals may use the whole admin API, grantRead allows only GET', () => {
  const { template } = provide((scope) => {
    const role = new Role(scope, 'Admin', { assumedBy: new ServicePrincipal('ec2.amazonaws.com') });
    return { adminPrincipals: [role] };
  });
  const { provider, stack, template: reading } = provide();
  provider.grantRead(
    new Role(stack, 'Reader', { assumedBy: new ServicePrincipal('ec2.amazonaws.com') }),
  );
  for (const [synthesized, path] of [
    [template(), '/scim/\\*/admin/\\*'],
    [reading(), '/scim/GET/admin/\\*'],
  ] as const) {
    synthesized.hasResourceProperties('AWS::IAM::Policy', {
      PolicyDocument: {
        Statement: [
          Match.objectLike({
            Action: 'execute-api:Invoke',
            Resource: { 'Fn::Join': ['', Match.arrayWith([Match.stringLikeRegexp(`${path}$`)])] },
          }),
        ],
      },
    });
  }
});

test('a permissions boundary and a path apply to every role', () => {
  const { stack, template } = provide();
  PermissionsBoundary.of(stack).apply(
    ManagedPolicy.fromManagedPolicyName(stack, 'Boundary', 'boundary'),
  );
  Aspects.of(stack).add({
    visit(node) {
      if (node instanceof CfnRole) node.path = '/teams/identity/';
    },
  });
  const synthesized = template();
  expect(Object.keys(synthesized.findResources('AWS::IAM::Role')).length).toBeGreaterThan(7);
  synthesized.allResourcesProperties('AWS::IAM::Role', {
    PermissionsBoundary: Match.anyValue(),
    Path: '/teams/identity/',
  });
});

test('the logical id of the table is stable, because a new one would create another table', () => {
  const stack = new Stack(new App(), 'Scim');
  new ScimServiceProvider(stack, 'ServiceProvider');
  expect(
    Object.keys(Template.fromStack(stack).findResources('AWS::DynamoDB::GlobalTable')),
  ).toEqual(['ServiceProviderTableA9B731D8']);
});

test('a service provider works in a nested stack', () => {
  const stack = new Stack(new App(), 'Parent');
  const nested = new NestedStack(stack, 'Nested');
  const provider = new ScimServiceProvider(nested, 'Scim', { connections: [{ id: 'acme' }] });
  expect(provider.metricFailures().dimensions).toEqual({
    Deployment: expect.stringMatching(/^Parent\/[0-9a-f]{8}$/),
  });
  expect(() => Template.fromStack(nested)).not.toThrow();
});

test('adminPrincipals that cannot be granted access are rejected', () => {
  const other = 'arn:aws:iam::999999999999:role/admin';
  expect(() =>
    provide((stack) => ({ adminPrincipals: [Role.fromRoleArn(stack, 'Other', other)] })),
  ).toThrow('Let it assume a role in account');
  expect(() =>
    provide(() => ({ adminPrincipals: [new AccountPrincipal('999999999999')] })),
  ).toThrow();
});

test('mails use the configuration set, and the function has permission for it', () => {
  const failureMail = { sender: 'scim@example.com', configurationSet: 'transactional' };
  const synthesized = provide(() => ({ failureMail })).template();
  expect(JSON.stringify(synthesized.findResources('AWS::IAM::Policy'))).toContain(
    'configuration-set/transactional',
  );
  synthesized.hasResourceProperties('AWS::Lambda::Function', {
    Environment: { Variables: Match.objectLike({ MAIL_CONFIGURATION_SET: 'transactional' }) },
  });
});

test('failureMail.window is passed to the dispatcher, and is 1 to 300 whole seconds', () => {
  const synthesized = provide(() => ({
    failureMail: { sender: 'scim@example.com', window: Duration.seconds(30) },
  })).template();
  synthesized.hasResourceProperties('AWS::Lambda::Function', {
    Environment: { Variables: { [ENVIRONMENT.mailWindow]: '30' } },
  });
  for (const window of [Duration.minutes(6), Duration.seconds(0), Duration.millis(1500)]) {
    expect(() => provide(() => ({ failureMail: { sender: 'scim@example.com', window } }))).toThrow(
      '1 to 300 whole seconds',
    );
  }
});

test('provisioningLogRetention is validated and passed to every function', () => {
  const days = (props: Parameters<typeof provide>[0]): readonly unknown[] =>
    Object.values(provide(props).template().findResources('AWS::Lambda::Function')).map(
      ({ Properties: { Environment: environment } }) =>
        (environment as { Variables: Record<string, unknown> }).Variables[ENVIRONMENT.logDays],
    );
  expect(new Set(days(() => ({})))).toEqual(new Set(['30']));
  expect(new Set(days(() => ({ provisioningLogRetention: Duration.days(90) })))).toEqual(
    new Set(['90']),
  );
  for (const retention of [Duration.hours(12), Duration.days(0), Duration.days(4000)]) {
    expect(() => provide(() => ({ provisioningLogRetention: retention }))).toThrow(
      '1 to 3650 whole days',
    );
  }
});

test('more recipients than SES accepts are rejected', () => {
  const recipients = Array.from({ length: 51 }, (_, index) => `r${index}@example.com`);
  expect(() =>
    provide(() => ({ failureMail: { sender: 'scim@example.com', recipients } })),
  ).toThrow('50 addresses');
});

test.each<[ScimServiceProviderProps, string]>([
  [{ throttling: { rateLimit: -5 } }, 'throttling.rateLimit must be a positive number, not -5'],
  [{ throttling: { rateLimit: 0 } }, 'throttling.rateLimit must be a positive number, not 0'],
  [{ throttling: { burstLimit: -1 } }, 'throttling.burstLimit must be a positive number'],
  [{ memorySize: 1 }, 'memorySize must be 128 to 10240 whole megabytes, not 1'],
  [{ memorySize: 1000.5 }, 'memorySize must be 128 to 10240 whole megabytes'],
  [{ failureMail: { sender: 'scim' } }, 'failureMail.sender must be an email address'],
  [
    { failureMail: { sender: 'scim@example.com', contact: 'a\nb' } },
    'failureMail.contact must be one line',
  ],
])('%j is refused at synth', (props, message) => {
  expect(() => provide(() => props)).toThrow(message);
});

test('failureMail.contact reaches the function that mails', () => {
  const { template } = provide(() => ({
    failureMail: { sender: 'scim@example.com', contact: 'help@example.com' },
  }));
  template().hasResourceProperties('AWS::Lambda::Function', {
    Environment: { Variables: Match.objectLike({ MAIL_CONTACT: 'help@example.com' }) },
  });
});
