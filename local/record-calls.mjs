// Records the IAM actions that the AWS calls of a function require. A test compares them with the
// function's policies.
import { Buffer } from 'node:buffer';
import { appendFileSync } from 'node:fs';
import http from 'node:http';
import { syncBuiltinESMExports } from 'node:module';

/**
 * IAM action for each kind of write in a transaction.
 * @see https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/transaction-apis-iam.html
 */
const TRANSACTION_ACTIONS = {
  ConditionCheck: 'ConditionCheckItem',
  Delete: 'DeleteItem',
  Put: 'PutItem',
  Update: 'UpdateItem',
};

/**
 * Intercepts HTTP requests and appends each distinct call to a file.
 * @param file each line is an IAM action and its target
 */
export function recordCalls(file) {
  const known = new Set();
  const note = (call) => {
    if (known.has(call)) return;
    known.add(call);
    appendFileSync(file, `${call}\n`);
  };
  const { request } = http;
  http.request = (...args) => {
    const made = request(...args);
    const { write, end } = made;
    const parts = [];
    const keep = (part) => {
      if (typeof part === 'string' || part instanceof Uint8Array) parts.push(Buffer.from(part));
    };
    made.write = (...chunk) => (keep(chunk[0]), write.apply(made, chunk));
    made.end = (...chunk) => {
      keep(chunk[0]);
      const call = { path: made.path, method: made.method, header: headersOf(made, args) };
      for (const each of callsOf(call, Buffer.concat(parts).toString('utf8'))) note(each);
      return end.apply(made, chunk);
    };
    return made;
  };
  syncBuiltinESMExports();
}

/**
 * Returns a function that returns a header by its lower-case name. A request that was made with a
 * list of headers, names and values in turn, does not know them afterwards.
 */
function headersOf(made, args) {
  const list = args.map((argument) => argument?.headers).find(Array.isArray);
  if (list === undefined) return (name) => made.getHeader(name);
  const headers = new Map();
  for (let index = 0; index < list.length; index += 2) {
    headers.set(list[index].toLowerCase(), list[index + 1]);
  }
  return (name) => headers.get(name);
}

function callsOf({ path, method, header }, body) {
  const target = String(header('x-amz-target') ?? '');
  const [service, operation] = target.split('.');
  if (service.startsWith('DynamoDB_')) return tableCalls(operation, JSON.parse(body));
  if (service === 'secretsmanager') {
    const { Tags: tags = [] } = JSON.parse(body);
    return [
      `secretsmanager:${operation} secret`,
      ...(tags.length === 0 ? [] : ['secretsmanager:TagResource secret']),
    ];
  }
  if (service === 'TrentService') return [`kms:${operation} key`];
  if (target === 'AWSEvents.PutEvents') return ['events:PutEvents bus'];
  if (path === '/v2/email/outbound-emails') return ['ses:SendEmail identity'];
  if (/^\/2015-03-31\/functions\/[^/]+\/invocations$/.test(path))
    return ['lambda:InvokeFunction function'];
  // Unsigned requests are not AWS calls: a new token is tried against the SCIM endpoint.
  return header('authorization')?.startsWith('AWS4-') ? [`unknown:${method}:${path}`] : [];
}

function tableCalls(operation, input) {
  if (operation === 'TransactWriteItems') {
    const kinds = new Set(input.TransactItems.flatMap((write) => Object.keys(write)));
    return [...kinds].map((kind) => `dynamodb:${TRANSACTION_ACTIONS[kind]} table`);
  }
  return [`dynamodb:${operation} ${input.IndexName === undefined ? 'table' : 'index'}`];
}
