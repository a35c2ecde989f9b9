import { FAILURE_KINDS, METRICS } from '../../lambdas/contract';
import { admin, Client, send } from '../support/client';
import { DAY, eventually, startOwnServer, type OwnServer } from '../support/own-server';

/** Metrics that the functions report to CloudWatch. */

let server: OwnServer;
let client: Client;

beforeAll(async () => {
  server = await startOwnServer('--failure-mail-to', 'platform@x.example');
  client = await Client.connect('generic');
}, 60_000);

afterAll(() => server.stop());

/** Returns how often a metric was reported, and the sum of its values. */
async function reported(
  name: string,
  kind?: string,
): Promise<readonly [count: number, sum: number]> {
  const found = (await server.metrics()).find(
    (each) =>
      each.name === name &&
      each.dimensions[METRICS.kind] === kind &&
      each.dimensions[METRICS.deployment] !== '',
  );
  return [found?.count ?? 0, found?.sum ?? 0];
}

test('requests are reported with their latency, failures with their kind', async () => {
  const [refusedBefore] = await reported(METRICS.refusals);
  const user = await client.user('measured@x.example');
  const attempts: readonly (readonly [
    expected: number,
    kind: string,
    () => Promise<{ readonly status: number }>,
  ])[] = [
    [
      409,
      'conflict',
      () => client.post('/Users', { schemas: user.schemas, userName: 'measured@x.example' }),
    ],
    [400, 'invalid', () => client.post('/Users', { schemas: user.schemas })],
    [404, 'notFound', () => client.delete('/Users/nobody')],
    [
      412,
      'precondition',
      () => client.call('DELETE', `/Users/${String(user.id)}`, undefined, { 'If-Match': 'W/"x"' }),
    ],
    [
      401,
      'unauthorized',
      () => send('GET', `${client.baseUrl}/Users`, { Authorization: 'Bearer wrong' }),
    ],
  ];
  for (const [expected, , attempt] of attempts) expect((await attempt()).status).toBe(expected);
  // A lookup of an unknown id is not a failure, but counts as a refusal: API Gateway counts it as a
  // 4XX error.
  expect((await client.get('/Users/nobody')).status).toBe(404);
  expect((await admin('POST', '/connections', {})).status).toBe(400);
  await admin('PATCH', `/connections/${client.id}`, { groups: false });
  expect((await client.post('/Groups', { displayName: 'Pushed' })).status).toBe(501);
  await admin('PATCH', `/connections/${client.id}`, { enabled: false });
  expect((await client.get('/Users')).status).toBe(403);
  await admin('PATCH', `/connections/${client.id}`, { enabled: true });

  // The user, the attempts, the lookup, the group and the request on the disabled connection. Admin
  // requests are not counted.
  const requests = 1 + attempts.length + 3;
  const [, milliseconds] = await eventually(
    () => reported(METRICS.latency),
    ([count]) => count >= requests,
  );
  expect(milliseconds).toBeGreaterThan(0);
  expect(await reported(METRICS.latency)).toEqual([requests, milliseconds]);
  for (const kind of [...attempts.map(([, each]) => each), 'forbidden']) {
    // The 400 and the 501 response both have the kind `invalid`.
    const count = kind === 'invalid' ? 2 : 1;
    expect([kind, await reported(METRICS.failures, kind)]).toEqual([kind, [count, count]]);
    expect(FAILURE_KINDS).toContain(kind);
  }
  expect(await reported(METRICS.failures)).toEqual([attempts.length + 2, attempts.length + 2]);
  expect(await reported(METRICS.declined)).toEqual([1, 1]);
  const [refused] = await reported(METRICS.refusals);
  expect(refused - refusedBefore).toBe(attempts.length + 3);
});

test('expiring tokens are counted, and the default recipients get the reminder', async () => {
  await admin('POST', '/connections', { displayName: 'Short', tokenExpiresInDays: 10 });
  await server.advance(4 * DAY);
  const { maximum } = await eventually(
    async () =>
      (await server.metrics()).find(({ name }) => name === METRICS.tokensNearExpiry) ?? {
        maximum: 0,
      },
    (found) => found.maximum > 0,
  );
  expect(maximum).toBe(1);
  const mail = (await server.mails()).find(({ subject }) => subject.includes('Short'));
  expect(mail?.recipients).toEqual(['platform@x.example']);
});

test('metrics do not appear in the log of npm start', () => {
  expect(server.log()).not.toContain('_aws');
});
