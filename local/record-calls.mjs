// Writes down which AWS calls a function makes, as the IAM actions that they need, for a test that compares them with the function's policies.
import { Buffer } from 'node:buffer';
import { appendFileSync } from 'node:fs';
import http from 'node:http';
import { syncBuiltinESMExports } from 'node:module';

/** The action of each kind of write of a transaction (https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/transaction-apis-iam.html). */
const TRANSACTION_ACTIONS = {
  ConditionCheck: 'ConditionCheckItem',
  Delete: 'DeleteItem',
  Put: 'PutItem',
  Update: 'UpdateItem',
};

/** @param file one line of it is an action and what it is done to */
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
      for (const call of callsOf(made, Buffer.concat(parts).toString('utf8'))) note(call);
      return end.apply(made, chunk);
    };
    return made;
  };
  syncBuiltinESMExports();
}

function callsOf(made, body) {
  const target = String(made.getHeader('x-amz-target') ?? '');
  const [service, operation] = target.split('.');
  if (service.startsWith('DynamoDB_')) return tableCalls(operation, JSON.parse(body));
  if (service === 'secretsmanager') return [`secretsmanager:${operation} secret`];
  if (made.path === '/v2/email/outbound-emails') return ['ses:SendEmail identity'];
  if (/^\/2015-03-31\/functions\/[^/]+\/invocations$/.test(made.path)) return ['lambda:InvokeFunction function'];
  // Anything else is no call of AWS: the endpoint that a new token is tried at.
  return made.getHeader('authorization')?.startsWith('AWS4-') ? [`unknown:${made.method}:${made.path}`] : [];
}

function tableCalls(operation, input) {
  if (operation === 'TransactWriteItems') {
    const kinds = new Set(input.TransactItems.flatMap((write) => Object.keys(write)));
    return [...kinds].map((kind) => `dynamodb:${TRANSACTION_ACTIONS[kind]} table`);
  }
  return [`dynamodb:${operation} ${input.IndexName === undefined ? 'table' : 'index'}`];
}
