import { Connections } from '../../directory/connections/connections';
import {
  collectFailures,
  dueDigests,
  reportFailures,
} from '../../directory/notices/failure-digest';
import type { StreamedEntry } from '../../directory/notices/failure-collection';
import { newEntryTime } from '../../directory/log/entry-item';
import { noticeFromItem } from '../../directory/notices/notice-item';
import type { FailuresNotice } from '../../directory/notices/notice';
import { Table } from '../../directory/store/table';
import { ACT, connectionWith, createOwnTable, openEngine } from './support';

/** Which failures are reported, and when they are reported again. */

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

/** Creates a failure. Numbering starts at 99, so that sequence numbers differ in length, too. */
function failure(cause: string, attribute?: string, count = 1): StreamedEntry {
  return {
    stream: 'table',
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
  return { stream: 'table', sequence: String((sequence += 1)), entry: 'success' };
}

/**
 * Collects entries and reports them at once.
 * @returns the reported causes with their counts, or `recovered`
 */
async function reported(
  id: string,
  entries: readonly StreamedEntry[],
  now: number,
): Promise<readonly string[]> {
  await collectFailures(table, id, entries, 0, now);
  const keys = await reportFailures(table, id, now);
  const notices = await Promise.all(keys.map((key) => table.get(key)));
  return notices.flatMap((item) => {
    const notice = item === undefined ? undefined : noticeFromItem(item);
    if (notice?.kind === 'recovered') return ['recovered'];
    return ((notice as FailuresNotice | undefined)?.causes ?? []).map(
      ({ cause, count }) => `${cause} ${count}`,
    );
  });
}

const failing = async (id: string) => (await connections.find(id))?.failing;

test('a cause is reported, muted for a day and summarized, even if another came last', async () => {
  const id = await connect();
  expect(await reported(id, [failure('wrongValue')], 0)).toEqual(['wrongValue 1']);
  // The last batch reports one cause and counts failures of a muted one.
  expect(
    await reported(id, [failure('wrongValue', undefined, 3), failure('missingValue')], HOUR),
  ).toEqual(['missingValue 1']);
  expect(await dueDigests(table, 23 * HOUR)).not.toContain(id);
  expect(await dueDigests(table, 26 * HOUR)).toContain(id);
  expect(await reported(id, [], 26 * HOUR)).toEqual(['wrongValue 3']);
  expect(await dueDigests(table, 26 * HOUR)).not.toContain(id);
  expect(await reported(id, [], 27 * HOUR)).toEqual([]);
});

test('causes of one batch are summarized independently, each a day after its report', async () => {
  const id = await connect();
  await reported(id, [failure('wrongValue')], 0);
  await reported(id, [failure('missingValue')], 8 * HOUR);
  await reported(id, [failure('wrongValue'), failure('missingValue')], 9 * HOUR);
  expect(await reported(id, [], 25 * HOUR)).toEqual(['wrongValue 1']);
  expect(await reported(id, [], 33 * HOUR)).toEqual(['missingValue 1']);
});

test('a revoked token is reported once a day, even if another client succeeds', async () => {
  const id = await connect();
  const refused = (token: string): StreamedEntry => {
    const { entry, ...place } = failure('tokenRefused');
    return { ...place, entry: entry === 'success' ? entry : { ...entry, token } };
  };
  expect(await reported(id, [refused('old')], 0)).toEqual(['tokenRefused 1']);
  expect(await reported(id, [success()], HOUR)).toEqual(['recovered']);
  for (let round = 1; round <= 8; round += 1) {
    expect(await reported(id, [refused('old')], (1 + round) * HOUR)).toEqual([]);
    expect(await reported(id, [success()], (1.5 + round) * HOUR)).toEqual([]);
  }
  // Another token is another mistake.
  expect(await reported(id, [refused('other')], 12 * HOUR)).toEqual(['tokenRefused 1']);
  expect(await reported(id, [refused('old')], 26 * HOUR)).toEqual(['tokenRefused 9']);
});

test('recovery depends on the causes, and needs a success without a later failure', async () => {
  const id = await connect();
  const disabled = (): StreamedEntry => failure('connectionDisabled');
  await reported(id, [disabled()], 0);
  await reported(id, [disabled()], HOUR);
  expect(await failing(id)).toBe('request');
  expect(await reported(id, [disabled(), success()], 2 * HOUR)).toEqual(['recovered']);
  expect(await failing(id)).toBeUndefined();
  // A recovery unmutes refused access, so it is reported right away; other causes stay muted.
  expect(await reported(id, [disabled()], 3 * HOUR)).toEqual(['connectionDisabled 1']);
  await reported(id, [failure('wrongValue')], 4 * HOUR);
  expect(await failing(id)).toBe('change');
  expect(await reported(id, [success(), failure('wrongValue')], 5 * HOUR)).toEqual([]);
  expect(await failing(id)).toBe('change');
});

test('records that are delivered again change nothing', async () => {
  const id = await connect();
  const batch = [failure('wrongValue'), failure('missingValue')];
  expect(await reported(id, batch, 0)).toHaveLength(2);
  expect(await reported(id, batch, 1)).toEqual([]);
  expect(await reported(id, batch.slice(1), 2)).toEqual([]);
});

test('failures of 1,000 attributes are grouped into at most 21 causes', async () => {
  const id = await connect();
  const entries = Array.from({ length: 1000 }, (_, index) =>
    failure('wrongPath', `attribute${index}`),
  );
  const causes = await reported(id, entries, 0);
  expect(causes.length).toBeLessThanOrEqual(21);
  expect(causes.reduce((sum, cause) => sum + Number(cause.split(' ')[1]), 0)).toBe(1000);
});

test('batches of one window are reported together, when the window is over', async () => {
  const id = await connect();
  const collected = (entries: readonly StreamedEntry[], now: number) =>
    collectFailures(table, id, entries, 300_000, now);
  expect(await collected([failure('wrongValue', 'a')], 1000)).toBe(301_000);
  expect(await collected([failure('wrongValue', 'a', 2)], 100_000)).toBeUndefined();
  expect(await collected([failure('missingValue')], 200_000)).toBeUndefined();
  expect(await dueDigests(table, 300_000)).not.toContain(id);
  expect(await reported(id, [], 300_000)).toEqual([]);
  expect(await dueDigests(table, 301_000)).toContain(id);
  expect(await failing(id)).toBeUndefined();
  expect(await reported(id, [], 301_000)).toEqual(['wrongValue 3', 'missingValue 1']);
  expect(await failing(id)).toBe('change');
  expect(await dueDigests(table, 302_000)).not.toContain(id);
  // A success and a failure after it, in two batches.
  expect(await collected([success()], 400_000)).toBe(700_000);
  await collected([failure('wrongValue', 'a')], 500_000);
  await collected([success()], 600_000);
  expect(await reported(id, [], 700_000)).toEqual([]);
  expect(await collected([success()], 800_000)).toBe(1_100_000);
  expect(await reported(id, [], 1_100_000)).toEqual(['recovered']);
});

test('workers that report the same digest at once make one notice', async () => {
  const id = await connect();
  await collectFailures(table, id, [failure('wrongValue')], 0, 0);
  const made = await Promise.all(Array.from({ length: 8 }, () => reportFailures(table, id, 0)));
  expect(made.flat()).toHaveLength(1);
});

test('entries of the stream of a restored table count, whatever their numbers', async () => {
  const id = await connect();
  expect(await reported(id, [failure('wrongValue')], 0)).toEqual(['wrongValue 1']);
  const restored = { ...failure('missingValue'), stream: 'restored', sequence: '1' };
  expect(await reported(id, [restored], 1)).toEqual(['missingValue 1']);
  expect(await reported(id, [restored], 2)).toEqual([]);
});
