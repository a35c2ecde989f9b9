import { Connections } from '../../directory/connections/connections';
import { updateDigest, dueDigests } from '../../directory/notices/failure-digest';
import type { StreamedEntry } from '../../directory/notices/failure-muting';
import { newEntryTime } from '../../directory/log/entry-time';
import { noticeFromItem } from '../../directory/notices/notice-item';
import type { FailuresNotice } from '../../directory/notices/notice';
import { Table } from '../../directory/store/table';
import { ACT, connectionWith, createOwnTable, openEngine } from './support';

/** What is told of failures, and when it is told again. */

const HOUR = 3_600_000;
const client = openEngine();
let table: Table;
let connections: Connections;
let names = 0;
let sequence = 98;

beforeAll(async () => {
  table = new Table(client, await createOwnTable());
  connections = new Connections(table);
});

afterAll(() => {
  client.close();
});

async function connect(): Promise<string> {
  const id = `digest-${(names += 1)}`;
  await connections.add(connectionWith({ id }), ACT);
  return id;
}

/** Sequence numbers grow in length, too. */
function failure(cause: string, attribute?: string, count = 1): StreamedEntry {
  return {
    sequence: String((sequence += 1)),
    entry: {
      ...newEntryTime(),
      connection: 'x',
      requestId: 'r',
      method: 'POST',
      route: '/Users',
      status: cause === 'tokenRefused' ? 401 : 400,
      cause,
      ...(attribute === undefined ? {} : { attribute }),
      latency: 1,
      count,
    },
  };
}

function success(): StreamedEntry {
  return { sequence: String((sequence += 1)), entry: 'success' };
}

/** What a batch makes told: causes with their counts, or that it is over. */
async function told(
  id: string,
  entries: readonly StreamedEntry[],
  now: number,
): Promise<readonly string[]> {
  const notices = await Promise.all(
    (await updateDigest(table, id, entries, now)).map((key) => table.get(key)),
  );
  return notices.flatMap((item) => {
    const notice = item === undefined ? undefined : noticeFromItem(item);
    if (notice?.kind === 'recovered') return ['recovered'];
    return ((notice as FailuresNotice | undefined)?.causes ?? []).map(
      ({ cause, count }) => `${cause} ${count}`,
    );
  });
}

const failing = async (id: string) => (await connections.find(id))?.failing;

test('a cause is told once, muted for a day, and then summed up, also when another was told last', async () => {
  const id = await connect();
  expect(await told(id, [failure('wrongValue')], 0)).toEqual(['wrongValue 1']);
  // The last batch before a silence tells one cause and mutes another.
  expect(
    await told(id, [failure('wrongValue', undefined, 3), failure('missingValue')], HOUR),
  ).toEqual(['missingValue 1']);
  expect(await dueDigests(table, 23 * HOUR)).not.toContain(id);
  expect(await dueDigests(table, 26 * HOUR)).toContain(id);
  expect(await told(id, [], 26 * HOUR)).toEqual(['wrongValue 3']);
  expect(await dueDigests(table, 26 * HOUR)).not.toContain(id);
  expect(await told(id, [], 27 * HOUR)).toEqual([]);
});

test('summings-up of one batch do not stand in each other’s way', async () => {
  const id = await connect();
  await told(id, [failure('wrongValue')], 0);
  await told(id, [failure('missingValue')], 8 * HOUR);
  await told(id, [failure('wrongValue'), failure('missingValue')], 9 * HOUR);
  expect(await told(id, [], 25 * HOUR)).toEqual(['wrongValue 1']);
  expect(await told(id, [], 33 * HOUR)).toEqual(['missingValue 1']);
});

test('what ends it depends on what failed', async () => {
  const id = await connect();
  await told(id, [failure('tokenRefused')], 0);
  await told(id, [failure('tokenRefused')], HOUR);
  expect(await failing(id)).toBe('request');
  expect(await told(id, [failure('tokenRefused'), success()], 2 * HOUR)).toEqual(['recovered']);
  expect(await failing(id)).toBeUndefined();
  // Who could not get in is told anew; what others saw before is not.
  expect(await told(id, [failure('tokenRefused')], 3 * HOUR)).toEqual(['tokenRefused 1']);
  await told(id, [failure('wrongValue')], 4 * HOUR);
  expect(await failing(id)).toBe('change');
  expect(await told(id, [success(), failure('wrongValue')], 5 * HOUR)).toEqual([]);
  expect(await failing(id)).toBe('change');
});

test('records that come again change nothing', async () => {
  const id = await connect();
  const batch = [failure('wrongValue'), failure('missingValue')];
  expect(await told(id, batch, 0)).toHaveLength(2);
  expect(await told(id, batch, 1)).toEqual([]);
  expect(await told(id, batch.slice(1), 2)).toEqual([]);
});

test('a thousand attributes are no thousand paragraphs', async () => {
  const id = await connect();
  const entries = Array.from({ length: 1000 }, (_, index) =>
    failure('wrongPath', `attribute${index}`),
  );
  const causes = await told(id, entries, 0);
  expect(causes.length).toBeLessThanOrEqual(21);
  expect(causes.reduce((sum, cause) => sum + Number(cause.split(' ')[1]), 0)).toBe(1000);
});
