import { changeEntryWrite, type ChangeEntry } from '../../directory/log/change-entry';
import { logChanges } from '../../directory/log/change-log';
import { connectionToItem } from '../../directory/connections/connection-item';
import { logRecords } from '../../directory/log/provisioning-log';
import { newEntryTime } from '../../directory/log/entry-time';
import { connectionWith, meteredScope } from './support';

/** Whose log a change comes into, and how long it is shown. */

const { scope, close } = meteredScope();
const { table, connection } = scope;
const CREATED = Date.parse('2026-01-01T00:00:00Z');
const settings = { id: connection, createdAt: new Date(CREATED).toISOString() };

afterAll(close);

function changeAt(milliseconds: number, of = connection): ChangeEntry {
  return {
    ...newEntryTime(milliseconds),
    connection: of,
    requestId: 'r',
    token: 'abcdefghij',
    action: 'changed',
    resourceType: 'User',
    resourceId: '01a201ae-6ce4-77f8-99f8-755615bd6cbe',
    name: 'bjensen',
    latency: 1,
    changes: [
      { attribute: 'title', from: 'Guide', to: 'Manager' },
      { attribute: 'active', to: true },
    ],
  };
}

async function shown(): Promise<readonly unknown[]> {
  const { records } = await logRecords(table, connection, {
    limit: 50,
    matches: () => true,
    hasChanges: true,
  });
  return records.map((record) =>
    record.kind === 'change' ? [record.at, record.name, record.changes] : record,
  );
}

test('a change that is older than the connection was of another one, and one of no connection is nobody’s', async () => {
  await table.write([{ put: connectionToItem(connectionWith(settings)) }]);
  const [older, own] = [changeAt(CREATED - 1), changeAt(CREATED + 1)];
  await logChanges(table, [older, own, changeAt(CREATED + 2, `${connection}-gone`)], 3650);
  // Told twice, it is one entry.
  await logChanges(table, [own], 3650);
  expect(await shown()).toEqual([[own.at, 'bjensen', own.changes]]);
});

test('a connection that erases keeps which attributes changed, and whether somebody is active', async () => {
  await table.write([
    { put: connectionToItem(connectionWith({ ...settings, userDeletion: 'erase' })) },
  ]);
  const entry = changeAt(CREATED + 3);
  await logChanges(table, [entry], 3650);
  const [newest] = await shown();
  expect(newest).toEqual([
    entry.at,
    undefined,
    [{ attribute: 'title' }, { attribute: 'active', to: true }],
  ]);
});

test('what has expired is not shown, whether DynamoDB has removed it or not', async () => {
  const before = await shown();
  await table.writeEach([changeEntryWrite(changeAt(Date.now() - 2 * 86_400_000), 1)]);
  expect(await shown()).toEqual(before);
});
