import { Tags } from 'aws-cdk-lib';
import { IpAddressType } from 'aws-cdk-lib/aws-apigateway';
import { Match } from 'aws-cdk-lib/assertions';
import { TableV2 } from 'aws-cdk-lib/aws-dynamodb';
import { Role } from 'aws-cdk-lib/aws-iam';
import { Key } from 'aws-cdk-lib/aws-kms';
import { RetentionDays } from 'aws-cdk-lib/aws-logs';
import { ENVIRONMENT } from '../../lambdas/contract';
import {
  certificateIn,
  importedVpc,
  policiesWithoutKey,
  provide,
  webAclIn,
  zoneIn,
} from './support';

/* What accounts require of a service provider: logs, keys, tags, names, quotas. */

const TABLE = 'arn:aws:dynamodb:eu-central-1:123456789012:table/restored';

test('accessLogs has an entry for each request, without headers', () => {
  const { template } = provide(() => ({ accessLogs: true, logRetention: RetentionDays.ONE_WEEK }));
  const synthesized = template();
  const [stage] = Object.values(synthesized.findResources('AWS::ApiGateway::Stage'));
  const format: string = stage?.['Properties'].AccessLogSetting.Format ?? '';
  const fields = JSON.parse(format) as Record<string, string>;
  expect(Object.keys(fields)).toEqual(
    expect.arrayContaining(['requestId', 'status', 'route', 'latency', 'caller']),
  );
  expect(format).not.toMatch(/header|authorizer|authorization/i);
  synthesized.hasResourceProperties('AWS::Logs::LogGroup', { RetentionInDays: 7 });
  synthesized.resourceCountIs('AWS::ApiGateway::Account', 0);
  const [without] = Object.values(provide().template().findResources('AWS::ApiGateway::Stage'));
  expect(without?.['Properties'].AccessLogSetting).toBeUndefined();
});

test('logEncryptionKey encrypts all logs, and lets CloudWatch Logs use the key', () => {
  const { template } = provide((scope) => ({
    accessLogs: true,
    logEncryptionKey: new Key(scope, 'LogKey'),
  }));
  const synthesized = template();
  synthesized.allResourcesProperties('AWS::Logs::LogGroup', {
    KmsKeyId: { 'Fn::GetAtt': [Match.stringLikeRegexp('LogKey'), 'Arn'] },
  });
  synthesized.hasResourceProperties('AWS::KMS::Key', {
    KeyPolicy: {
      Statement: Match.arrayWith([
        Match.objectLike({
          Principal: { Service: 'logs.eu-central-1.amazonaws.com' },
          Condition: { ArnLike: { 'kms:EncryptionContext:aws:logs:arn': Match.anyValue() } },
        }),
      ]),
    },
  });
});

test('tags of the stack are passed to the functions that create secrets', () => {
  const { stack, template } = provide(() => ({ connections: [{ id: 'acme' }] }));
  Tags.of(stack).add('team', 'identity');
  const variables = Object.values(template().findResources('AWS::Lambda::Function')).flatMap(
    ({ Properties: { Environment: environment } }) =>
      environment.Variables[ENVIRONMENT.secretTags] ?? [],
  );
  expect(variables.map((text) => JSON.parse(text))).toEqual([
    { team: 'identity' },
    { team: 'identity' },
  ]);
});

test('existingTable is used instead of a new table, with its stream', () => {
  const { provider, template } = provide((scope) => ({
    existingTable: TableV2.fromTableAttributes(scope, 'Restored', {
      tableArn: TABLE,
      tableStreamArn: `${TABLE}/stream/2026-01-01T00:00:00.000`,
    }),
  }));
  const synthesized = template();
  synthesized.resourceCountIs('AWS::DynamoDB::GlobalTable', 0);
  synthesized.hasResourceProperties('AWS::Lambda::EventSourceMapping', {
    EventSourceArn: `${TABLE}/stream/2026-01-01T00:00:00.000`,
  });
  synthesized.allResourcesProperties('AWS::Lambda::Function', {
    Environment: { Variables: Match.objectLike({ [ENVIRONMENT.tableName]: 'restored' }) },
  });
  expect(JSON.stringify(synthesized.findResources('AWS::IAM::Policy'))).toContain(
    `${TABLE}/index/inverse`,
  );
  expect(provider.table.tableArn).toBe(TABLE);
});

test('every function but ui may use the key of a table that exists', () => {
  const { template } = provide((scope) => ({
    existingTable: TableV2.fromTableAttributes(scope, 'Restored', {
      tableArn: TABLE,
      tableStreamArn: `${TABLE}/stream/2026-01-01T00:00:00.000`,
      encryptionKey: new Key(scope, 'TableKey'),
    }),
  }));
  expect(policiesWithoutKey(template())).toEqual([expect.stringContaining('ScimUiRole')]);
});

test('a table without a stream, and settings of a table that exists, are refused', () => {
  expect(() =>
    provide((scope) => ({ existingTable: TableV2.fromTableArn(scope, 'T', TABLE) })),
  ).toThrow('requires its stream');
  expect(() =>
    provide((scope) => ({
      existingTable: TableV2.fromTableArn(scope, 'T', TABLE),
      pointInTimeRecovery: true,
    })),
  ).toThrow('cannot be combined with existingTable');
});

test('deploymentName keeps the names of secrets when a stack is renamed', () => {
  const { provider, stack, template } = provide(() => ({ deploymentName: 'Old/abc12345' }));
  template().hasResourceProperties('AWS::Lambda::Function', {
    Environment: { Variables: Match.objectLike({ [ENVIRONMENT.deployment]: 'Old/abc12345' }) },
  });
  expect(stack.resolve(provider.tokenSecret('acme').secretName)).toContain('Old/abc12345/acme');
  for (const deploymentName of ['', '/x', 'x/', 'a b', 'a//b']) {
    expect(() => provide(() => ({ deploymentName }))).toThrow('deploymentName must consist');
  }
});

test('reservedConcurrency applies to the functions that serve SCIM', () => {
  const { template } = provide(() => ({ reservedConcurrency: 20 }));
  const reserved = template().findResources('AWS::Lambda::Function', {
    Properties: { ReservedConcurrentExecutions: 20 },
  });
  expect(Object.keys(reserved)).toHaveLength(7);
});

test('webAclArn associates a web ACL of another stack', () => {
  const arn = 'arn:aws:wafv2:eu-central-1:123456789012:regional/webacl/x/1';
  const { template } = provide(() => ({ webAclArn: arn }));
  template().hasResourceProperties('AWS::WAFv2::WebACLAssociation', { WebACLArn: arn });
  expect(() =>
    provide((scope) => ({
      webAclArn: arn,
      webAcl: webAclIn(scope),
    })),
  ).toThrow('Remove one of the two');
});

test('the template stays below 310 resources with every feature on', () => {
  const { template } = provide((scope) => ({
    vpc: importedVpc(scope),
    encryptionKey: new Key(scope, 'Key'),
    logEncryptionKey: new Key(scope, 'LogKey'),
    accessLogs: true,
    alarms: {},
    tracing: true,
    ipAddressType: IpAddressType.DUAL_STACK,
    failureMail: { sender: 'scim@example.com', recipients: ['ops@example.com'] },
    adminPrincipals: [Role.fromRoleName(scope, 'Team', 'identity-team')],
    webAclArn: 'arn:aws:wafv2:eu-central-1:123456789012:regional/webacl/x/1',
    domain: {
      domainName: 'scim.example.com',
      certificate: certificateIn(scope),
      hostedZone: zoneIn(scope),
    },
    connections: Array.from({ length: 90 }, (_, index) => ({ id: `connection-${index}` })),
  }));
  const { Resources: resources } = template().toJSON() as { Resources: Record<string, object> };
  expect(Object.keys(resources).length).toBeLessThan(310);
  // One permission per function and API, besides those of rules and Secrets Manager.
  const permissions = Object.values(template().findResources('AWS::Lambda::Permission'));
  const ofApi = permissions.filter(
    ({ Properties: properties }) => properties.Principal === 'apigateway.amazonaws.com',
  );
  expect(ofApi).toHaveLength(10);
});
