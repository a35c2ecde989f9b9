/*
 * Directory sync of Ory Polis (npm @boxyhq/saml-jackson) on its own DynamoDB driver, behind a bare
 * node:http server. The route is that of its pages/api/scim/v2.0/[...directory].ts.
 *
 * It does less than the requests ask for:
 * - It checks names before the write and not in the write, so two concurrent creations succeed.
 * - It looks up any value after "eq" in a filter as the first email address.
 * - It validates nothing against a schema.
 * - It returns groups without their members.
 */
import http from 'node:http';
import { createRequire } from 'node:module';

const { ENDPOINT, PORT = '0' } = process.env;
// Its DynamoDB options are only an endpoint and a region; credentials come from the environment.
process.env.AWS_ACCESS_KEY_ID ??= 'x';
process.env.AWS_SECRET_ACCESS_KEY ??= 'x';

const { controllers } = createRequire(import.meta.url)('@boxyhq/saml-jackson');
const { directorySyncController } = await controllers({
  externalUrl: 'http://127.0.0.1',
  samlPath: '/api/oauth/saml',
  noAnalytics: true,
  db: { engine: 'dynamodb', url: ENDPOINT, dynamodb: { region: 'us-east-1' } },
  // Without a callback, each write reads the directory again and logs an error (no webhook).
  dsync: { callback: async () => {} },
  logger: { info: () => {} }, // Keep stdout for the JSON line below.
});
const { data: directory, error } = await directorySyncController.directories.create({
  tenant: 'acme',
  product: 'app',
  type: 'generic-scim-v2',
});
if (error) throw new Error(error.message);

const server = http.createServer(async (request, response) => {
  let status, data;
  try {
    const { pathname, searchParams } = new URL(request.url, 'http://localhost');
    const [directoryId, resourceType, resourceId] = pathname
      .replace('/api/scim/v2.0/', '')
      .split('/');
    const chunks = [];
    for await (const chunk of request) chunks.push(chunk);
    const number = (name) =>
      searchParams.has(name) ? parseInt(searchParams.get(name)) : undefined;
    ({ status, data } = await directorySyncController.requests.handle({
      method: request.method,
      body: chunks.length ? JSON.parse(Buffer.concat(chunks)) : undefined,
      directoryId,
      resourceType,
      resourceId,
      apiSecret: request.headers.authorization?.split(' ')[1] ?? null,
      query: {
        count: number('count'),
        startIndex: number('startIndex'),
        filter: searchParams.get('filter') ?? undefined,
      },
    }));
  } catch (error) {
    console.error(error);
    [status, data] = [500, { detail: error.message }];
  }
  response.writeHead(status, { 'content-type': 'application/scim+json' }).end(JSON.stringify(data));
});
server.listen(Number(PORT), '127.0.0.1', () => {
  const baseUrl = `http://127.0.0.1:${server.address().port}${directory.scim.path}`;
  process.stdout.write(`${JSON.stringify({ baseUrl, token: directory.scim.secret })}\n`);
});
