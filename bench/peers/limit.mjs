/*
 * A lower bound ("limit A"): makes the same calls to DynamoDB as cdk-scim for each request, with
 * items of the same size, through node:http and with a signature that is computed once.
 * It reads nothing from the requests but ids and names, validates nothing, and answers no resource.
 */
import { createHash, createHmac, randomUUID } from 'node:crypto';
import { Agent, createServer, request as send } from 'node:http';

const { ENDPOINT, PORT = '0' } = process.env;
const TABLE = 'scim';
const agent = new Agent({ keepAlive: true, maxSockets: 100 });
const { hostname, port, host } = new URL(ENDPOINT);
const signature = createHmac('sha256', 'key')
  .update(createHash('sha256').update('').digest())
  .digest('hex');
const signed =
  'AWS4-HMAC-SHA256 Credential=x/20260101/us-east-1/dynamodb/aws4_request, ' +
  `SignedHeaders=content-type;host;x-amz-date;x-amz-target, Signature=${signature}`;

function call(operation, input) {
  const body = JSON.stringify(input);
  const headers = [
    'Host',
    host,
    'Content-Type',
    'application/x-amz-json-1.0',
    'Content-Length',
    String(Buffer.byteLength(body)),
    'X-Amz-Target',
    `DynamoDB_20120810.${operation}`,
    'X-Amz-Date',
    '20260101T000000Z',
    'Authorization',
    signed,
  ];
  return new Promise((resolve, reject) => {
    const outgoing = send(
      { hostname, port, method: 'POST', path: '/', agent, headers },
      (answer) => {
        answer.setEncoding('utf8');
        let text = '';
        answer.on('data', (part) => (text += part));
        answer.on('end', () => {
          if (answer.statusCode === 200) resolve(JSON.parse(text));
          else reject(new Error(text));
        });
      },
    );
    outgoing.on('error', reject);
    outgoing.end(body);
  });
}

const text = (value) => ({ S: value });
const key = (pk, sk) => ({ pk: text(pk), sk: text(sk) });
const connection = key('c#default', 'connection');
const userKey = (id) => key('c#default#User', id);
const groupKey = (id) => key('c#default#Group', id);
const membershipKey = (group, id) => key(`c#default#Group#${group}`, id);
const listKey = (id) => key('c#default#groupList#User', id);
const nameKey = (name) => key(`c#default#User#userName#${name}`, 'unique');

const item = (size) => ({ version: text('v'), attributes: text('x'.repeat(size)) });
const put = (Key, rest) => ({ Put: { TableName: TABLE, Item: { ...Key, ...rest } } });
const batch = (...keys) =>
  call('BatchGetItem', { RequestItems: { [TABLE]: { Keys: keys, ConsistentRead: true } } });
const query = (partition) =>
  call('Query', {
    TableName: TABLE,
    KeyConditionExpression: '#pk = :pk',
    ExpressionAttributeNames: { '#pk': 'pk' },
    ExpressionAttributeValues: { ':pk': text(partition) },
  });
const transact = (TransactItems) =>
  call('TransactWriteItems', { TransactItems, ClientRequestToken: randomUUID() });
const update = (Key, name, type, value) => ({
  TableName: TABLE,
  Key,
  UpdateExpression: `${type === 'S' ? 'SET' : 'ADD'} #a ${type === 'S' ? '= ' : ''}:v`,
  ExpressionAttributeNames: { '#a': name },
  ExpressionAttributeValues: { ':v': { [type]: value } },
});

async function createUser({ userName }) {
  const id = randomUUID();
  await Promise.all([
    call('GetItem', { TableName: TABLE, Key: connection }),
    query(`d#${userName}`),
  ]);
  await transact([
    put(userKey(id), item(350)),
    put(nameKey(userName), { id: text(id) }),
    put(key(`c#default#User#emails.value#${userName}`, id), {}),
    {
      Update: update(key('c#default#count#User', String(Math.random()).slice(2, 3)), 'n', 'N', '1'),
    },
  ]);
  return { id };
}

const getUser = (id) => batch(connection, userKey(id), listKey(id));

async function findUser(name) {
  const [, { Items: items }] = await Promise.all([
    call('GetItem', { TableName: TABLE, Key: connection }),
    query(`c#default#User#userName#${name}`),
  ]);
  const id = items[0]?.id.S ?? '';
  return batch(userKey(id), listKey(id));
}

async function patchUser(id) {
  await batch(connection, userKey(id));
  await call('UpdateItem', update(userKey(id), 'attributes', 'S', 'y'.repeat(350)));
}

async function addMember(group, id) {
  await batch(connection, groupKey(group), membershipKey(group, id), userKey(id), listKey(id));
  await transact([
    { Update: update(groupKey(group), 'members', 'N', '1') },
    put(membershipKey(group, id), { type: text('User') }),
    { Update: update(listKey(id), 'groups', 'SS', [group.slice(0, 22)]) },
  ]);
}

async function createGroup() {
  const id = randomUUID();
  await call('PutItem', { TableName: TABLE, Item: { ...groupKey(id), ...item(60) } });
  return { id };
}

await call('PutItem', { TableName: TABLE, Item: { ...connection, ...item(700) } });
const answers = {
  'POST Users': (_, body) => createUser(body),
  'POST Groups': () => createGroup(),
  'GET Users': (id, _, filter) => (id === undefined ? findUser(filter.split('"')[1]) : getUser(id)),
  'PATCH Users': (id) => patchUser(id),
  'PATCH Groups': (id, body) => addMember(id, body.Operations[0].value[0].value),
};

const server = createServer((request, response) => {
  let sent = '';
  request.setEncoding('utf8');
  request.on('data', (part) => (sent += part));
  request.on('end', async () => {
    const [path, filter = ''] = request.url.split('?filter=');
    const [, type, id] = path.split('/');
    const body = sent === '' ? undefined : JSON.parse(sent);
    const answer = await answers[`${request.method} ${type}`](id, body, decodeURIComponent(filter));
    response.writeHead(200, { 'Content-Type': 'application/scim+json' });
    response.end(JSON.stringify(answer ?? {}));
  });
});
server.listen(Number(PORT), '127.0.0.1', () => {
  const baseUrl = `http://127.0.0.1:${server.address().port}`;
  process.stdout.write(`${JSON.stringify({ baseUrl, token: 'none' })}\n`);
});
