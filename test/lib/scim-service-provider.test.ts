import { App, Stack } from 'aws-cdk-lib';
import { Match, Template } from 'aws-cdk-lib/assertions';
import { ENVIRONMENT, FUNCTION_NAMES, STREAM_FILTERS } from '../../lambdas/contract';
import { routesOf } from '../../lib/api/routes';
import { ERROR_URN } from '../../scim/errors/scim-error';
import { ERROR_URN as CONTRACT_ERROR_URN } from '../../lambdas/contract';
import { ScimServiceProvider, type ScimServiceProviderProps } from '../../lib';

function synthesize(
  props: ScimServiceProviderProps = { failureMail: { sender: 'scim@mail.example.com' } },
): Template {
  const stack = new Stack(new App(), 'Test');
  new ScimServiceProvider(stack, 'Scim', props);
  return Template.fromStack(stack);
}

const template = synthesize();

interface Statement {
  readonly Action: string | readonly string[];
  readonly Resource: unknown;
}

/** Returns the sorted actions that the policies of a role allow, by a part of its logical id. */
function actions(role: string): string[] {
  const policies = Object.values(template.findResources('AWS::IAM::Policy'));
  const statements = policies
    .filter((policy) => JSON.stringify(policy['Properties'].Roles).includes(role))
    .flatMap((policy) => policy['Properties'].PolicyDocument.Statement as Statement[]);
  return [...new Set(statements.flatMap(({ Action }) => Action))].sort();
}

test('the table has the keys of docs/concepts/data-model.md and is retained and protected', () => {
  template.hasResource('AWS::DynamoDB::GlobalTable', {
    DeletionPolicy: 'Retain',
    UpdateReplacePolicy: 'Retain',
    Properties: {
      BillingMode: 'PAY_PER_REQUEST',
      KeySchema: [
        { AttributeName: 'pk', KeyType: 'HASH' },
        { AttributeName: 'sk', KeyType: 'RANGE' },
      ],
      GlobalSecondaryIndexes: [
        Match.objectLike({
          IndexName: 'inverse',
          KeySchema: [
            { AttributeName: 'gsi1pk', KeyType: 'HASH' },
            { AttributeName: 'gsi1sk', KeyType: 'RANGE' },
          ],
          Projection: { ProjectionType: 'KEYS_ONLY' },
        }),
      ],
      StreamSpecification: { StreamViewType: 'NEW_AND_OLD_IMAGES' },
      TimeToLiveSpecification: { AttributeName: 'ttl', Enabled: true },
      Replicas: [
        Match.objectLike({
          DeletionProtectionEnabled: true,
          PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: true },
        }),
      ],
    },
  });
});

test('each function runs on Node.js 24 and arm64 and has a log group', () => {
  // Without declared connections and security events.
  template.resourceCountIs('AWS::Lambda::Function', FUNCTION_NAMES.length - 3);
  template.allResourcesProperties('AWS::Lambda::Function', {
    Runtime: 'nodejs24.x',
    Architectures: ['arm64'],
    Handler: 'index.handler',
    LoggingConfig: { LogGroup: Match.anyValue() },
    Environment: { Variables: Match.objectLike({ [ENVIRONMENT.tableName]: Match.anyValue() }) },
  });
  template.allResourcesProperties('AWS::Logs::LogGroup', { RetentionInDays: 90 });
});

test('each function has only the permissions that it needs', () => {
  const logs = ['logs:CreateLogStream', 'logs:PutLogEvents'];
  const dynamodb = (...names: string[]): string[] => names.map((name) => `dynamodb:${name}`);
  const items = dynamodb('BatchGetItem', 'DeleteItem', 'GetItem', 'PutItem', 'Query', 'UpdateItem');
  const directory = [...items, ...dynamodb('BatchWriteItem', 'ConditionCheckItem')].sort();
  const stream = dynamodb('DescribeStream', 'GetRecords', 'GetShardIterator', 'ListStreams');
  const withoutBatches = [...items, 'dynamodb:ConditionCheckItem'].sort();
  for (const role of ['UsersRole', 'ResourcesRole', 'ApplicationRole']) {
    expect([role, actions(role)]).toEqual([role, [...withoutBatches, ...logs]]);
  }
  expect(actions('GroupsRole')).toEqual([...directory, ...logs]);
  expect(actions('DiscoveryRole')).toEqual([
    ...dynamodb('GetItem', 'PutItem', 'UpdateItem'),
    ...logs,
  ]);
  expect(actions('BulkRole')).toEqual([...directory, ...logs]);
  expect(actions('CompletionRole')).toEqual([...directory, ...logs]);
  const dispatched = dynamodb('BatchGetItem', 'ConditionCheckItem', 'GetItem', 'PutItem', 'Query');
  expect(actions('DispatcherRole')).toEqual([
    ...[...dispatched, ...stream, 'dynamodb:UpdateItem'].sort(),
    'events:PutEvents',
    'lambda:InvokeFunction',
    ...logs,
    'sqs:GetQueueAttributes',
    'sqs:GetQueueUrl',
    'sqs:SendMessage',
  ]);
  const withBatches = [...items, 'dynamodb:BatchWriteItem'].sort();
  expect(actions('WebhooksRole')).toEqual([
    ...withBatches,
    ...logs,
    'secretsmanager:GetSecretValue',
  ]);
  expect(actions('SearchRole')).toEqual([...items, ...logs]);
  const secrets = (...names: string[]): string[] => names.map((name) => `secretsmanager:${name}`);
  expect(actions('AdminRole')).toEqual([
    ...[...items, 'dynamodb:BatchWriteItem', 'dynamodb:ConditionCheckItem'].sort(),
    'lambda:InvokeFunction',
    ...logs,
    ...secrets(
      'CancelRotateSecret',
      'CreateSecret',
      'DeleteSecret',
      'DescribeSecret',
      'PutSecretValue',
    ),
    ...secrets('RestoreSecret', 'RotateSecret', 'TagResource', 'UpdateSecretVersionStage'),
  ]);
  expect(actions('OAuthRole')).toEqual([...dynamodb('GetItem', 'PutItem', 'UpdateItem'), ...logs]);
  expect(actions('TokenRotationRole')).toEqual([
    ...dynamodb('GetItem', 'PutItem', 'UpdateItem'),
    ...logs,
    ...secrets('DescribeSecret', 'GetSecretValue', 'PutSecretValue', 'UpdateSecretVersionStage'),
  ]);
  const notices = dynamodb(
    'BatchGetItem',
    'ConditionCheckItem',
    'GetItem',
    'PutItem',
    'Query',
    'UpdateItem',
  );
  expect(actions('NotificationsRole')).toEqual([...notices, ...logs, 'ses:SendEmail']);
  template.resourcePropertiesCountIs('AWS::IAM::Role', { ManagedPolicyArns: Match.anyValue() }, 0);
  expect(JSON.stringify(template.findResources('AWS::IAM::Policy'))).not.toContain(
    '"Resource":"*"',
  );
});

test('one function reads the stream, from its oldest record, and failures are bounded', () => {
  template.resourceCountIs('AWS::Lambda::EventSourceMapping', 1);
  template.hasResourceProperties('AWS::Lambda::EventSourceMapping', {
    FilterCriteria: {
      Filters: STREAM_FILTERS.map((filter) => ({ Pattern: JSON.stringify(filter) })),
    },
    FunctionName: { Ref: Match.stringLikeRegexp('Dispatcher') },
    StartingPosition: 'TRIM_HORIZON',
    FunctionResponseTypes: ['ReportBatchItemFailures'],
    MaximumRetryAttempts: 10,
    DestinationConfig: {
      OnFailure: { Destination: { 'Fn::GetAtt': [Match.stringLikeRegexp('Discarded'), 'Arn'] } },
    },
  });
});

test('schedules find abandoned work and due reports every minute', () => {
  const rules = template.findResources('AWS::Events::Rule', {
    Properties: { ScheduleExpression: 'rate(1 minute)' },
  });
  const targets = JSON.stringify(Object.values(rules));
  expect(targets).toContain('Completion');
  expect(targets).toContain('Notifications');
});

test('functions send mail only with failureMail, and only from its sender', () => {
  expect(JSON.stringify(synthesize({}))).not.toContain('ses:');
  expect(JSON.stringify(synthesize({}))).not.toContain(ENVIRONMENT.mailFrom);
  template.hasResourceProperties('AWS::IAM::Policy', {
    PolicyDocument: {
      Statement: Match.arrayWith([
        {
          Effect: 'Allow',
          Action: 'ses:SendEmail',
          Resource: {
            'Fn::Join': ['', Match.arrayWith([Match.stringLikeRegexp(':identity/\\*$')])],
          },
          Condition: { StringEquals: { 'ses:FromAddress': Match.stringLikeRegexp('@') } },
        },
      ]),
    },
  });
  expect(() => synthesize({ failureMail: { sender: 'Scim <scim>' } })).toThrow(
    'failureMail.sender must be an email address',
  );
  const sender = 'scim@example.com';
  expect(() => synthesize({ failureMail: { sender, recipients: ['ops'] } })).toThrow('not "ops"');
  synthesize({
    failureMail: { sender, recipients: ['a@x.example', 'b@x.example'] },
  }).hasResourceProperties('AWS::Lambda::Function', {
    Environment: {
      Variables: Match.objectLike({ [ENVIRONMENT.mailTo]: 'a@x.example,b@x.example' }),
    },
  });
});

test('Secrets Manager may invoke the rotation function only from this account', () => {
  template.hasResourceProperties('AWS::Lambda::Permission', {
    Principal: 'secretsmanager.amazonaws.com',
    SourceAccount: { Ref: 'AWS::AccountId' },
  });
});

test('every route has a method, and exactly the admin routes require IAM authorization', () => {
  const methods = (routes: ReturnType<typeof routesOf>): number =>
    routes.reduce((count, route) => count + route.methods.length, 0);
  template.resourceCountIs('AWS::ApiGateway::Method', methods(routesOf({})));
  template.resourcePropertiesCountIs(
    'AWS::ApiGateway::Method',
    { AuthorizationType: 'AWS_IAM' },
    methods(routesOf({}).filter(({ authorization }) => authorization === 'iam')),
  );
  template.hasResourceProperties('AWS::ApiGateway::Stage', { StageName: 'scim' });
});

test('gateway responses are SCIM errors with the status of the response', () => {
  expect(CONTRACT_ERROR_URN).toBe(ERROR_URN);
  const responses = Object.values(template.findResources('AWS::ApiGateway::GatewayResponse'));
  expect(responses.length).toBeGreaterThan(8);
  for (const { Properties: properties } of responses) {
    const body = JSON.parse(properties.ResponseTemplates['application/json']);
    expect(body).toMatchObject({ schemas: [ERROR_URN], status: properties.StatusCode });
    expect(properties.ResponseParameters['gatewayresponse.header.Content-Type']).toBe(
      "'application/scim+json'",
    );
  }
});

test('the template has no account-wide resources and no physical names', () => {
  template.resourceCountIs('AWS::ApiGateway::Account', 0);
  const resources = Object.values(
    template.toJSON()['Resources'] as Record<string, { Properties?: object }>,
  );
  const named = resources.flatMap(({ Properties: properties = {} }) =>
    Object.entries(properties).filter(
      ([name, value]) => PHYSICAL_NAMES.has(name) && typeof value === 'string',
    ),
  );
  expect(named).toEqual([]);
});

const PHYSICAL_NAMES = new Set(['FunctionName', 'RoleName', 'TableName', 'LogGroupName']);

test('one stack can contain two service providers', () => {
  const stack = new Stack(new App(), 'Twice');
  new ScimServiceProvider(stack, 'One');
  new ScimServiceProvider(stack, 'Two');
  const prefixes = Object.values(Template.fromStack(stack).findResources('AWS::Lambda::Function'))
    .map(({ Properties: properties }) => properties.Environment.Variables[ENVIRONMENT.deployment])
    .filter((prefix) => prefix !== undefined);
  expect([prefixes.length, new Set(prefixes).size]).toEqual([30, 2]);
});

test('synthesis is deterministic', () => {
  expect(synthesize().toJSON()).toEqual(template.toJSON());
});

test('a missing bundle throws an error that names the build command', () => {
  const stack = new Stack(new App(), 'Missing');
  expect(() => new ScimServiceProvider(stack, 'Scim', { bundlesPath: '/nosuch' })).toThrow(
    'npm run build',
  );
});
