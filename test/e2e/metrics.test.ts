import { FAILURE_KINDS, METRICS } from '../../lambdas/contract';
import { admin, Client, send } from '../support/client';
import { DAY, eventually, startOwnServer, type OwnServer } from '../support/own-server';

/** What the functions report to CloudWatch of what happens to them. */

let own: OwnServer;
let client: Client;

beforeAll(async () => {
  own = await startOwnServer('--failure-mail-to', 'platform@x.example');
  client = await Client.connect('generic');
}, 60_000);

afterAll(() => own.stop());

/** How often something was reported, and what it came to. */
async function reported(
  name: string,
  kind?: string,
): Promise<readonly [count: number, sum: number]> {
  const found = (await own.metrics()).find(
    (each) =>
      each.name === name &&
      each.dimensions[METRICS.kind] === kind &&
      each.dimensions[METRICS.deployment] !== '',
  );
  return [found?.count ?? 0, found?.sum ?? 0];
}

test('each request with its time, and each failure with its kind', async () => {
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
  // Looking for what is not there is no failure, but a refusal all the same: API Gateway counts it as one.
  expect((await client.get('/Users/nobody')).status).toBe(404);
  expect((await admin('POST', '/connections', {})).status).toBe(400);
  await admin('PATCH', `/connections/${client.id}`, { groups: false });
  expect((await client.post('/Groups', { displayName: 'Pushed' })).status).toBe(501);
  await admin('PATCH', `/connections/${client.id}`, { enabled: false });
  expect((await client.get('/Users')).status).toBe(403);
  await admin('PATCH', `/connections/${client.id}`, { enabled: true });

  // The user, the attempts, the look, the group and the refusal of the disabled connection; not what administrators did.
  const requests = 1 + attempts.length + 3;
  const [, milliseconds] = await eventually(
    () => reported(METRICS.latency),
    ([count]) => count >= requests,
  );
  expect(milliseconds).toBeGreaterThan(0);
  expect(await reported(METRICS.latency)).toEqual([requests, milliseconds]);
  for (const kind of [...attempts.map(([, each]) => each), 'forbidden']) {
    // What is declined is of the same kind as what is wrong.
    const count = kind === 'invalid' ? 2 : 1;
    expect([kind, await reported(METRICS.failures, kind)]).toEqual([kind, [count, count]]);
    expect(FAILURE_KINDS).toContain(kind);
  }
  expect(await reported(METRICS.failures)).toEqual([attempts.length + 2, attempts.length + 2]);
  expect(await reported(METRICS.declined)).toEqual([1, 1]);
  const [refused] = await reported(METRICS.refusals);
  expect(refused - refusedBefore).toBe(attempts.length + 3);
});

test('tokens that end within a week are counted, and the deployment’s recipients are told where a connection names nobody', async () => {
  await admin('POST', '/connections', { displayName: 'Short', tokenExpiresInDays: 10 });
  await own.advance(4 * DAY);
  const { maximum } = await eventually(
    async () =>
      (await own.metrics()).find(({ name }) => name === METRICS.tokensNearExpiry) ?? { maximum: 0 },
    (found) => found.maximum > 0,
  );
  expect(maximum).toBe(1);
  const told = await eventually(
    async () => (await own.mails()).find(({ subject }) => subject.includes('Short')),
    (mail) => mail !== undefined,
  );
  expect(told?.recipients).toEqual(['platform@x.example']);
});

test('what is reported is no noise for whoever runs this', () => {
  expect(own.log()).not.toContain('_aws');
});
