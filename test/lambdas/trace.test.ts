import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { DynamoDBConnection } from '../../directory/store/client/dynamodb';
import { traceCalls } from '../../lambdas/runtime/trace';
import { createServer } from 'node:http';

/* Subsegments of X-Ray, received as the daemon receives them. */

const daemon = createSocket('udp4');
const dynamodb = createServer((request, response) => {
  const isWrong = request.headers['x-amz-target']?.toString().endsWith('Query') === true;
  response.writeHead(isWrong ? 400 : 200).end('{"__type":"x#ValidationException"}');
});
let endpoint = '';

beforeAll(async () => {
  daemon.bind(0, '127.0.0.1');
  await once(daemon, 'listening');
  dynamodb.listen(0, '127.0.0.1');
  await once(dynamodb, 'listening');
  const address = dynamodb.address();
  endpoint = `http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}`;
  process.env['AWS_XRAY_DAEMON_ADDRESS'] = `127.0.0.1:${daemon.address().port}`;
});

afterAll(() => {
  daemon.close();
  dynamodb.close();
  delete process.env['_X_AMZN_TRACE_ID'];
});

function connect(): DynamoDBConnection {
  return new DynamoDBConnection({
    region: 'eu-central-1',
    endpoint,
    credentials: () => ({ accessKeyId: 'a', secretAccessKey: 'b' }),
    onCall: traceCalls('scim', 'eu-central-1'),
  });
}

async function received(): Promise<Record<string, unknown>> {
  const [message] = (await once(daemon, 'message')) as [Buffer];
  const [header = '', segment = ''] = message.toString('utf8').split('\n');
  expect(JSON.parse(header)).toEqual({ format: 'json', version: 1 });
  return JSON.parse(segment) as Record<string, unknown>;
}

test('each call of a sampled invocation is a subsegment of its trace', async () => {
  process.env['_X_AMZN_TRACE_ID'] =
    'Root=1-5759e988-bd862e3fe1be46a994272793;Parent=53995c3f42cd8ad8;Sampled=1;Lineage=x:0';
  const connection = connect();
  const segment = received();
  await connection.call('GetItem', { TableName: 'scim', Key: {} });
  expect(await segment).toMatchObject({
    type: 'subsegment',
    trace_id: '1-5759e988-bd862e3fe1be46a994272793',
    parent_id: '53995c3f42cd8ad8',
    id: expect.stringMatching(/^[0-9a-f]{16}$/),
    name: 'DynamoDB',
    namespace: 'aws',
    aws: { operation: 'GetItem', region: 'eu-central-1', table_name: 'scim' },
    http: { response: { status: 200 } },
  });
  const failed = received();
  await connection.call('Query', { TableName: 'scim' }).catch(() => undefined);
  expect(await failed).toMatchObject({ error: true, http: { response: { status: 400 } } });
  connection.close();
});

test('an invocation that is not sampled sends nothing', async () => {
  process.env['_X_AMZN_TRACE_ID'] =
    'Root=1-5759e988-bd862e3fe1be46a994272793;Parent=53995c3f42cd8ad8;Sampled=0';
  const messages: Buffer[] = [];
  daemon.on('message', (message) => messages.push(message));
  const connection = connect();
  await connection.call('GetItem', { TableName: 'scim', Key: {} });
  delete process.env['_X_AMZN_TRACE_ID'];
  await connection.call('GetItem', { TableName: 'scim', Key: {} });
  await new Promise((resolve) => setTimeout(resolve, 100));
  expect(messages).toEqual([]);
  connection.close();
});
