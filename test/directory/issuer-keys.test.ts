import { setTimeout as sleep } from 'node:timers/promises';
import { IssuerKeys } from '../../lambdas/federation/issuer-keys';
import { FakeEntra } from '../support/fake-entra';
import { meteredTenant } from './support';

/* How long the keys of an issuer are used, and how often it is asked. */

const { tenant, close, measure } = meteredTenant();
const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const START = 1_800_000_000_000;

let entra: FakeEntra;
let failures: unknown[];

beforeEach(async () => {
  entra = await FakeEntra.start();
  failures = [];
});
afterEach(() => entra.stop());
afterAll(close);

const instance = (): IssuerKeys => new IssuerKeys((error) => failures.push(error));
const url = (): string => `${entra.origin}/${entra.tenant}/discovery/v2.0/keys`;
const kid = (index = 0): string => entra.keys[index]?.id ?? '';
const find = (keys: IssuerKeys, id: string, after: number): Promise<object> =>
  keys.find(tenant.table, url(), id, START + after);

test('keys are used for an hour without asking, and an instance reads them once', async () => {
  const keys = instance();
  expect(await find(keys, kid(), 0)).toMatchObject({ key: { kid: kid() } });
  const units = await measure(() => find(keys, kid(), HOUR - 1));
  expect([entra.requests, units.calls]).toEqual([1, 0]);
  await find(keys, kid(), HOUR);
  expect(entra.requests).toBe(2);
});

test('another instance takes the keys from the table', async () => {
  await find(instance(), kid(), 0);
  const other = instance();
  expect(await find(other, kid(), 10 * MINUTE)).toMatchObject({ key: { kid: kid() } });
  expect(entra.requests).toBe(1);
});

test('a key of a rotation is found, and unknown keys cost one request a minute', async () => {
  const keys = instance();
  await find(keys, kid(), 0);
  const { id } = await entra.rotate();
  expect(await find(keys, id, 30_000)).toEqual({ problem: 'unknownKey' });
  expect(await find(keys, id, MINUTE)).toMatchObject({ key: { kid: id } });
  for (let index = 0; index < 20; index += 1) await find(keys, `forged-${index}`, MINUTE + 1);
  await find(instance(), 'forged', MINUTE + 2);
  expect(entra.requests).toBe(2);
  await find(keys, 'forged', 2 * MINUTE);
  expect(entra.requests).toBe(3);
});

test('during an outage the last keys are used for a day, then none', async () => {
  const keys = instance();
  await find(keys, kid(), 0);
  entra.behavior = 'down';
  expect(await find(keys, kid(), 2 * HOUR)).toMatchObject({ key: { kid: kid() } });
  expect(await find(instance(), kid(), 23 * HOUR)).toMatchObject({ key: { kid: kid() } });
  expect(await find(keys, kid(), 24 * HOUR)).toEqual({ problem: 'unavailable' });
  expect(await find(instance(), kid(), 24 * HOUR + MINUTE)).toEqual({ problem: 'unavailable' });
  expect(failures.length).toBeGreaterThan(0);
  entra.behavior = 'published';
  expect(await find(keys, kid(), 24 * HOUR + 2 * MINUTE)).toMatchObject({ key: { kid: kid() } });
});

test('an instance that gets no answer uses the keys that another fetches meanwhile', async () => {
  entra.behavior = 'silent';
  const unlucky = find(instance(), kid(), 1);
  while (entra.requests === 0) await sleep(5);
  entra.behavior = 'published';
  expect(await find(instance(), kid(), 0)).toMatchObject({ key: { kid: kid() } });
  expect(await unlucky).toMatchObject({ key: { kid: kid() } });
  expect(failures).toHaveLength(1);
  expect(await find(instance(), kid(), 2)).toMatchObject({ key: { kid: kid() } });
});

test('forged keys cost no reads while the issuer has just been asked', async () => {
  const keys = instance();
  await find(keys, kid(), 0);
  const units = await measure(async () => {
    for (let index = 0; index < 20; index += 1) await find(keys, `forged-${index}`, 1);
  });
  expect(units.calls).toBe(0);
});

test('an issuer that does not answer is asked once a minute', async () => {
  entra.behavior = 'down';
  const keys = instance();
  expect(await find(keys, kid(), 0)).toEqual({ problem: 'unavailable' });
  expect(await find(keys, kid(), MINUTE - 1)).toEqual({ problem: 'unavailable' });
  expect(entra.requests).toBe(1);
});

test('requests that need the same keys at once share one answer', async () => {
  const keys = instance();
  const found = await Promise.all(Array.from({ length: 20 }, () => find(keys, kid(), 0)));
  expect(found).toHaveLength(20);
  expect(found[19]).toMatchObject({ key: { kid: kid() } });
  expect(entra.requests).toBe(1);
});
