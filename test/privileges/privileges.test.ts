import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { asText, member, Template, type Part } from '../../local/template';
import { CALLS } from '../support/recorded-calls';

/*
 * Compares the permissions of each function with the AWS calls that it made in other tests, which
 * `npm test` and `npm run test:faults` record. A missing permission would only fail in AWS, and an
 * unnecessary one would never be noticed.
 */

/**
 * Permissions that AWS services use on behalf of a function: Lambda reads the stream, writes the
 * logs and reports discarded records, and RotateSecret checks that its caller may invoke the
 * rotation function.
 */
const USED_BY_SERVICES = new Set([
  'dynamodb:DescribeStream stream',
  'dynamodb:GetRecords stream',
  'dynamodb:GetShardIterator stream',
  'dynamodb:ListStreams stream',
  'logs:CreateLogStream log',
  'logs:PutLogEvents log',
  'lambda:InvokeFunction function',
  'sqs:GetQueueAttributes queue',
  'sqs:GetQueueUrl queue',
  'sqs:SendMessage queue',
]);

const template = Template.synthesize({ connections: [{ id: 'declared' }], securityEvents: [] });
afterAll(() => {
  template.dispose();
});

const functions = template.ofType('AWS::Lambda::Function');

test.each(
  functions.map(
    ({ logicalId, properties }) => [logicalId, member(properties['Role'], 'Fn::GetAtt')] as const,
  ),
)('%s has the permissions that it uses and no others', (logicalId, role) => {
  const granted = grantsOf(Array.isArray(role) ? asText(role[0]) : '');
  const used = usesOf(logicalId);
  expect({ missing: [...used].filter((use) => !granted.has(use)).sort() }).toEqual({ missing: [] });
  const unused = [...granted]
    .filter((grant) => !used.has(grant) && !USED_BY_SERVICES.has(grant))
    .sort();
  expect({ unused }).toEqual({ unused: [] });
});

/**
 * Functions whose calls also count for another one. `/Bulk` and `requests` perform the operations
 * of `/Users` and `/Groups`, and some of their calls only happen in races.
 */
const SHARED_CALLS: Readonly<Record<string, readonly string[]>> = {
  Bulk: ['Users', 'Groups'],
  Requests: ['Bulk', 'Users', 'Groups'],
};

/** Returns the calls that a function made in the tests. */
function usesOf(logicalId: string): ReadonlySet<string> {
  const [, name = ''] = /^ServiceProvider([A-Z][a-zA-Z]+?)[0-9A-F]{8}$/.exec(logicalId) ?? [];
  const seen = functions
    .map((fn) => fn.logicalId)
    .filter(
      (id) =>
        id === logicalId ||
        SHARED_CALLS[name]?.some((other) => id.startsWith(`ServiceProvider${other}`)),
    );
  const files = CALLS.flatMap((folder) => seen.map((id) => path.join(folder, id))).filter((file) =>
    existsSync(file),
  );
  if (!CALLS.every((folder) => existsSync(folder))) {
    throw new Error(
      'Run all of "npm test" and "npm run test:faults" first: they record calls of the functions.',
    );
  }
  return new Set(files.flatMap((file) => readFileSync(file, 'utf8').trim().split('\n')));
}

/** Returns the permissions that the policies of a role grant. */
function grantsOf(role: string): ReadonlySet<string> {
  const statements = template
    .ofType('AWS::IAM::Policy')
    .filter(({ properties }) =>
      listOf(properties['Roles']).some((each) => asText(member(each, 'Ref')) === role),
    )
    .flatMap(({ properties }) => listOf(member(properties['PolicyDocument'], 'Statement')));
  return new Set(
    statements.flatMap((statement) =>
      listOf(member(statement, 'Action')).flatMap((action) =>
        listOf(member(statement, 'Resource')).map(
          (resource) => `${asText(action)} ${kindOf(resource)}`,
        ),
      ),
    ),
  );
}

function listOf(part: Part | undefined): readonly Part[] {
  if (part === undefined) return [];
  return Array.isArray(part) ? (part as readonly Part[]) : [part];
}

/**
 * Returns the kind of resource that a statement applies to.
 * @throws Error for a wildcard and for an unknown kind
 */
function kindOf(resource: Part): string {
  const text = JSON.stringify(resource);
  const attribute = member(resource, 'Fn::GetAtt');
  const [owner = '', name = ''] = Array.isArray(attribute) ? attribute.map(asText) : [];
  if (text.includes('/index/inverse')) return 'index';
  if (text.includes(':secretsmanager:')) return 'secret';
  if (text.includes(':identity/')) return 'identity';
  if (name === 'StreamArn') return 'stream';
  const type = template.resources.find(({ logicalId }) => logicalId === owner)?.type;
  const kind = {
    'AWS::DynamoDB::GlobalTable': 'table',
    'AWS::Lambda::Function': 'function',
    'AWS::Logs::LogGroup': 'log',
    'AWS::SQS::Queue': 'queue',
    'AWS::Events::EventBus': 'bus',
    'AWS::KMS::Key': 'key',
  };
  const found = Object.entries(kind).find(([each]) => each === type)?.[1];
  if (found === undefined) throw new Error(`A policy applies to an unknown resource: ${text}`);
  return found;
}
