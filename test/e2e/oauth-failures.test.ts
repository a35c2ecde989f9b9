import { admin, Client, type Body } from '../support/client';
import { connectWithClient, requestToken } from '../support/oauth';

/* Requests to the token endpoint that are refused: their answers, their limit, and the log. */

const failuresOf = async ({ id }: Pick<Client, 'id'>): Promise<readonly Body[]> => {
  const { body } = await admin('GET', `/connections/${id}/requests?status=failed`);
  return body.requests as Body[];
};

test('unknown clients, wrong secrets and unknown connections get the same answer', async () => {
  const [one, other] = await Promise.all([connectWithClient(), connectWithClient()]);
  const { client, clientId, secret } = one;
  const wrong = `${secret.slice(0, -1)}${secret.endsWith('A') ? 'B' : 'A'}`;
  const replies = await Promise.all([
    requestToken(client, { client_id: clientId, client_secret: wrong }),
    requestToken(client, { client_id: clientId, client_secret: other.secret }),
    requestToken(client, { client_id: other.clientId, client_secret: other.secret }),
    requestToken(client, { client_id: 'nobody', client_secret: secret }),
    requestToken(
      { baseUrl: client.baseUrl.replace(client.id, 'no-such-connection') },
      { client_id: clientId, client_secret: secret },
    ),
  ]);
  expect(new Set(replies.map(({ status, text }) => `${status} ${text}`)).size).toBe(1);
  expect(replies[0].status).toBe(401);
});

test('a source with ten failures a minute gets 429, and the right secret still works', async () => {
  const { client, clientId, secret } = await connectWithClient();
  const wrong = { client_id: clientId, client_secret: 'wrong' };
  const statuses: number[] = [];
  // A minute may end in between, so that the count begins again once.
  for (let index = 0; index < 22; index += 1) {
    statuses.push((await requestToken(client, wrong)).status);
  }
  expect(new Set(statuses)).toEqual(new Set([401, 429]));
  expect(statuses.slice(0, 10)).toEqual(Array.from({ length: 10 }, () => 401));
  const refused = await requestToken(client, wrong);
  if (refused.status === 429) {
    expect(Number(refused.headers['retry-after'])).toBeGreaterThan(0);
    expect(refused.body.error).toBe('temporarily_unavailable');
  }
  const right = await requestToken(client, { client_id: clientId, client_secret: secret });
  expect(right.status).toBe(200);
});

test('the limit of failures does not show whether a connection exists', async () => {
  const client = await Client.connect('entra');
  const missing = { baseUrl: client.baseUrl.replace(client.id, `${client.id}-x`) };
  const statusesOf = async (target: { readonly baseUrl: string }): Promise<ReadonlySet<number>> => {
    const statuses = new Set<number>();
    for (let index = 0; index < 22; index += 1) {
      const { status } = await requestToken(target, { client_id: 'x', client_secret: 'y' });
      statuses.add(status);
    }
    return statuses;
  };
  expect(await statusesOf(missing)).toEqual(await statusesOf(client));
});

test('the log of the connection says why a client is refused, once a minute', async () => {
  const { client, clientId, secret } = await connectWithClient();
  const wrong = { client_id: clientId, client_secret: `${secret.slice(0, -2)}xx` };
  await requestToken(client, wrong);
  await requestToken(client, wrong);
  const { body, text } = await admin('GET', `/connections/${client.id}/requests?status=failed`);
  expect(body.requests.length).toBeLessThanOrEqual(2);
  expect(body.requests[0]).toMatchObject({
    status: 401,
    method: 'POST',
    route: '/v2/connections/{connectionId}/oauth2/token',
    cause: 'clientRefused',
    detail: `the secret is not one of ${clientId}`,
  });
  expect(text).not.toContain(secret.slice(-43, -2));
});

test('a mistake of a stranger does not hide that of the client', async () => {
  const { client, clientId } = await connectWithClient();
  await requestToken(client, { client_id: 'stranger', client_secret: 'x' });
  await requestToken(client, { client_id: clientId, client_secret: 'x' });
  const details = (await failuresOf(client)).map(({ detail }) => detail as string);
  expect(details).toContain(`the secret for ${clientId} is not one of this service`);
});

test.each([
  ['an unknown scope', { scope: 'everything' }, /^invalid_scope: The scopes are users:read/],
  ['another grant type', { grant_type: 'password' }, /^unsupported_grant_type: /],
])('the log says why a request with %s is refused', async (_, form, detail) => {
  const { client, clientId, secret } = await connectWithClient();
  await requestToken(client, { client_id: clientId, client_secret: secret, ...form });
  expect(await failuresOf(client)).toEqual([
    expect.objectContaining({
      status: 400,
      cause: 'clientRefused',
      detail: expect.stringMatching(detail),
    }),
  ]);
});
