/*
 * Runs the built functions of cdk-scim behind a bare node:http server, like the peers: without the
 * API Gateway stand-in and without worker threads. The table is the template's table without its
 * stream, because the peers' tables have none and a stream slows down the engine, unlike AWS.
 */
import { randomBytes } from 'node:crypto';
import { createServer } from 'node:http';

const { ENDPOINT, PORT = '0', TABLE = 'scim', IDP = 'entra', CONNECTIONS = '1' } = process.env;
Object.assign(process.env, {
  TABLE_NAME: TABLE,
  LOG_DAYS: '30',
  DEPLOYMENT: 'bench',
  ROTATION_FUNCTION_ARN: 'bench',
  SCIM_URL: 'http://127.0.0.1',
  AWS_REGION: 'us-east-1',
  AWS_ACCESS_KEY_ID: 'x',
  AWS_SECRET_ACCESS_KEY: 'x',
  AWS_ENDPOINT_URL_DYNAMODB: ENDPOINT,
});

const load = async (name) => (await import(`../../dist/lambdas/${name}/index.mjs`)).handler;
const functions = { Users: await load('users'), Groups: await load('groups') };
const resources = await load('resources');
const admin = await load('admin');

async function invoke(handler, { method, path, route = path, ...request }) {
  const { pathParameters, query, headers, body } = request;
  return handler(
    {
      httpMethod: method,
      path,
      resource: route.replace(/(?<=connections\/)[^/]+/, '{connectionId}'),
      headers,
      multiValueHeaders: Object.fromEntries(
        Object.entries(headers).map(([name, value]) => [name, [value]]),
      ),
      queryStringParameters: query === undefined ? null : Object.fromEntries(query),
      multiValueQueryStringParameters:
        query === undefined
          ? null
          : Object.fromEntries([...query].map(([name, value]) => [name, [value]])),
      pathParameters,
      body,
      isBase64Encoded: false,
      requestContext: {
        path: `/scim${path}`,
        stage: 'scim',
        domainName: '127.0.0.1',
        protocol: 'HTTP/1.1',
        identity: { userArn: null },
      },
    },
    { awsRequestId: randomBytes(8).toString('hex'), getRemainingTimeInMillis: () => 28_000 },
  );
}

async function createConnection(id) {
  const created = await invoke(admin, {
    method: 'POST',
    path: '/admin/connections',
    pathParameters: null,
    headers: { Host: '127.0.0.1', 'Content-Type': 'application/json' },
    body: JSON.stringify({ id, displayName: 'Bench', identityProvider: IDP, secret: false }),
  });
  if (created.statusCode !== 201) throw new Error(created.body);
  return JSON.parse(created.body).token.value;
}

const token = await createConnection('default');
// Further connections are called c1, c2 and so on.
const tokens = { default: token };
for (let index = 1; index < Number(CONNECTIONS); index += 1) {
  tokens[`c${index}`] = await createConnection(`c${index}`);
}
const root = '/v2/connections';

const server = createServer((request, response) => {
  const parts = [];
  request.on('data', (part) => parts.push(part));
  request.on('end', async () => {
    const [path, query] = request.url.split('?');
    const [connectionId, type, id] = path.slice(root.length + 1).split('/');
    // API Gateway has no routes of custom types.
    const isCustom = functions[type] === undefined;
    const proxy = id === undefined ? type : `${type}/${id}`;
    const own = id === undefined ? {} : { id };
    const answer = await invoke(functions[type] ?? resources, {
      method: request.method,
      path,
      ...(isCustom ? { route: `${root}/${connectionId}/{proxy+}` } : {}),
      pathParameters: { connectionId, ...(isCustom ? { proxy } : own) },
      query: query === undefined ? undefined : [...new URLSearchParams(query)],
      headers: request.headers,
      body: parts.length === 0 ? null : Buffer.concat(parts).toString('utf8'),
    });
    response.writeHead(answer.statusCode, answer.headers).end(answer.body);
  });
});
// A client that sends on a connection which the server is closing would fail.
server.keepAliveTimeout = 60_000;
server.listen(Number(PORT), '127.0.0.1', () => {
  const baseUrl = `http://127.0.0.1:${server.address().port}${root}/default`;
  process.stdout.write(`${JSON.stringify({ baseUrl, token, tokens })}\n`);
});
