import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { asText, member, Template, type Part } from '../../local/template';
import { CALLS } from '../support/recorded-calls';

/*
 * What each function may do beside what it did in the tests before: `npm test` and `npm run test:faults` have the calls of AWS that functions make written down. A missing
 * permission would show in AWS alone, and one that is not needed would never show.
 */

/** What functions are granted for others: Lambda reads the stream and writes the logs, RotateSecret asks whether its caller may invoke the function. */
const FOR_OTHERS = new Set([
  'dynamodb:DescribeStream stream',
  'dynamodb:GetRecords stream',
  'dynamodb:GetShardIterator stream',
  'dynamodb:ListStreams stream',
  'logs:CreateLogStream log',
  'logs:PutLogEvents log',
  'lambda:InvokeFunction function',
]);

const template = Template.synthesize({ connections: [{ id: 'declared' }] });
afterAll(() => {
  template.dispose();
});

const functions = template.ofType('AWS::Lambda::Function');

test.each(
  functions.map(
    ({ logicalId, properties }) => [logicalId, member(properties['Role'], 'Fn::GetAtt')] as const,
  ),
)('%s may do what it does, and nothing else', (logicalId, role) => {
  const granted = grantsOf(Array.isArray(role) ? asText(role[0]) : '');
  const used = usesOf(logicalId);
  expect({ missing: [...used].filter((use) => !granted.has(use)).sort() }).toEqual({ missing: [] });
  const unused = [...granted].filter((grant) => !used.has(grant) && !FOR_OTHERS.has(grant)).sort();
  expect({ unused }).toEqual({ unused: [] });
});

/** Requests of `/Bulk` are those of `/Users` and `/Groups`, and some of what these do is done in a race alone. */
const INSTEAD: Readonly<Record<string, readonly string[]>> = { Bulk: ['Users', 'Groups'] };

/** What the tests saw a function do. */
function usesOf(logicalId: string): ReadonlySet<string> {
  const [, name = ''] = /^ServiceProvider([A-Z][a-zA-Z]+?)[0-9A-F]{8}$/.exec(logicalId) ?? [];
  const seen = functions
    .map((fn) => fn.logicalId)
    .filter(
      (id) =>
        id === logicalId ||
        INSTEAD[name]?.some((other) => id.startsWith(`ServiceProvider${other}`)),
    );
  const files = CALLS.flatMap((folder) => seen.map((id) => path.join(folder, id))).filter((file) =>
    existsSync(file),
  );
  if (!CALLS.every((folder) => existsSync(folder))) {
    throw new Error(
      'Run "npm test" and "npm run test:faults" first, whole: they write down what functions do.',
    );
  }
  return new Set(files.flatMap((file) => readFileSync(file, 'utf8').trim().split('\n')));
}

/** What the policies of a role allow. */
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

/** Which kind of thing a statement is about. @throws Error for one that is about everything, or about what this does not know */
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
  };
  const found = Object.entries(kind).find(([each]) => each === type)?.[1];
  if (found === undefined) throw new Error(`A policy is about ${text}.`);
  return found;
}
