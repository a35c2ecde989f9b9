import { admin, Client, type Reply } from '../support/client';
import { eventually } from '../support/own-server';

/* The limit of a connection's requests, as an identity provider sees it. */

test('requests above the limit get 429 with the seconds to wait, and are logged', async () => {
  const client = await Client.connect('okta', { rateLimit: { requestsPerSecond: 1, burst: 6 } });
  const other = await Client.connect('okta');
  const replies: Reply[] = [];
  // A slow machine needs more requests to reach the limit.
  for (let index = 0; index < 100; index += 1) {
    if (replies.filter(({ status }) => status === 429).length > 5) break;
    replies.push(await client.get('/Users'));
  }
  const rejected = replies.filter(({ status }) => status === 429);
  expect(rejected).toHaveLength(6);
  expect(replies.slice(0, 5).map(({ status }) => status)).toEqual([200, 200, 200, 200, 200]);
  expect(rejected[0]).toMatchObject({
    headers: {
      'retry-after': '1',
      'ratelimit-limit': '1',
      'ratelimit-remaining': '0',
      'ratelimit-reset': '1',
      'scim-error-code': 'rateLimited',
    },
    body: {
      schemas: ['urn:ietf:params:scim:api:messages:2.0:Error'],
      status: '429',
      detail: 'This connection sends more than 1 requests per second. Try again in 1 s.',
    },
  });
  expect((await other.get('/Users')).status).toBe(200);
  const { body } = await admin('GET', `/connections/${client.id}/requests?cause=rateLimited`);
  expect(body.requests[0]).toMatchObject({ status: 429, cause: 'rateLimited' });
});

test('the admin API sets, shows, changes and removes the limit, and audits it', async () => {
  const client = await Client.connect('okta', { rateLimit: { requestsPerSecond: 50 } });
  const path = `/connections/${client.id}`;
  const limit = async () => (await admin('GET', path)).body.rateLimit;
  expect(await limit()).toEqual({ requestsPerSecond: 50, burst: 200 });
  await admin('PATCH', path, { rateLimit: { burst: 10 } });
  expect(await limit()).toEqual({ requestsPerSecond: 50, burst: 10 });
  await admin('PATCH', path, { rateLimit: { burst: null, requestsPerSecond: 60 } });
  expect(await limit()).toEqual({ requestsPerSecond: 60, burst: 240 });
  await admin('PATCH', path, { rateLimit: null });
  expect(await limit()).toBeUndefined();
  const { acts } = (await admin('GET', `${path}/audit`)).body;
  expect(acts[0]).toMatchObject({
    before: { rateLimit: { requestsPerSecond: 60 } },
    after: {},
  });
});

test('a raised limit applies at once, whatever was counted for the earlier one', async () => {
  const client = await Client.connect('okta', { rateLimit: { requestsPerSecond: 1, burst: 3 } });
  const statuses: number[] = [];
  for (let index = 0; index < 100 && !statuses.includes(429); index += 1) {
    statuses.push((await client.get('/Users')).status);
  }
  expect(statuses).toContain(429);
  await admin('PATCH', `/connections/${client.id}`, {
    rateLimit: { requestsPerSecond: 100, burst: null },
  });
  const { status } = await eventually(
    () => client.get('/Users'),
    (reply) => reply.status === 200,
  );
  expect(status).toBe(200);
  for (let index = 0; index < 20; index += 1) {
    expect((await client.get('/Users')).status).toBe(200);
  }
});

test.each([
  [{ requestsPerSecond: 0 }, '/rateLimit/requestsPerSecond'],
  [{ requestsPerSecond: 1.5 }, '/rateLimit/requestsPerSecond'],
  [{ requestsPerSecond: 10_001 }, '/rateLimit/requestsPerSecond'],
  [{ burst: 5 }, '/rateLimit/requestsPerSecond'],
  [{ requestsPerSecond: 5, burst: 0 }, '/rateLimit/burst'],
  [{ requestsPerSecond: 5, perMinute: 5 }, '/rateLimit/perMinute'],
])('the limit %j is refused', async (rateLimit, pointer) => {
  const { status, body } = await admin('POST', '/connections', {
    displayName: 'Test',
    identityProvider: 'okta',
    rateLimit,
  });
  expect(status).toBe(400);
  expect(body.errors.map((error: { pointer: string }) => error.pointer)).toContain(pointer);
});
