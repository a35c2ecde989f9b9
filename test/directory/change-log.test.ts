import { changeEntryToItem, type ChangeEntry } from '../../directory/log/change-entry';
import { logChanges } from '../../directory/log/change-log';
import { connectionToItem } from '../../directory/connections/connection-item';
import { logRecords } from '../../directory/log/provisioning-log';
import { newEntryTime } from '../../directory/log/entry-item';
import { connectionWith, meteredTenant } from './support';

/** Which changes a connection's log contains, and how long it shows them. */

const { tenant, close } = meteredTenant();
const { table, connection } = tenant;
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

test('a change is not logged if its connection is newer or does not exist', async () => {
  await table.write([{ put: connectionToItem(connectionWith(settings)) }]);
  const [older, own] = [changeAt(CREATED - 1), changeAt(CREATED + 1)];
  await logChanges(table, [older, own, changeAt(CREATED + 2, `${connection}-gone`)], 3650);
  // The stream may deliver a change twice; it is logged once.
  await logChanges(table, [own], 3650);
  expect(await shown()).toEqual([[own.at, 'bjensen', own.changes]]);
});

test('with userDeletion erase, entries keep attribute names and the value of active', async () => {
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

test('expired entries are not shown, even if DynamoDB has not deleted them yet', async () => {
  const before = await shown();
  await table.writeEach([{ put: changeEntryToItem(changeAt(Date.now() - 2 * 86_400_000), 1) }]);
  expect(await shown()).toEqual(before);
});
