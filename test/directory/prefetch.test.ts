import { Table } from '../../directory/store/table';
import { createOwnTable, openEngine } from './support';

/* Reads that a request starts before it needs them. */

const client = openEngine();

afterAll(() => {
  client.close();
});

const key = { pk: 'c#x#User', sk: 'one' };
const other = { pk: 'c#x#User', sk: 'other' };

async function tables(): Promise<{ readonly table: Table; readonly elsewhere: Table }> {
  const name = await createOwnTable();
  const [table, elsewhere] = [new Table(client, name), new Table(client, name)];
  await elsewhere.write([{ put: { ...key, value: 'old' } }]);
  return { table, elsewhere };
}

test('an item and a query are used once', async () => {
  const { table, elsewhere } = await tables();
  table.prefetch([key, other]);
  table.prefetchQuery(key.pk, { limit: 10 });
  await elsewhere.write([{ put: { ...key, value: 'older' } }]).then(() => table.get(other));
  const [first, second] = [await table.get(key), await table.get(key)];
  expect(['old', 'older']).toContain(first?.['value']);
  expect(second?.['value']).toBe('older');
  await table.query(key.pk, { limit: 10 });
  await elsewhere.write([{ put: { ...key, value: 'new' } }]);
  const [item] = (await table.query(key.pk, { limit: 10 })).items;
  expect(item?.['value']).toBe('new');
  expect(await table.getMany([key, other, key])).toHaveLength(1);
});

test('nothing that was read before a write is used after it', async () => {
  const { table, elsewhere } = await tables();
  table.prefetch([key]);
  table.prefetchQuery(key.pk);
  await elsewhere.write([{ put: { ...key, value: 'new' } }]);
  await table.write([{ put: { ...other, value: 'other' } }]);
  expect((await table.get(key))?.['value']).toBe('new');
  expect((await table.query(key.pk)).items).toHaveLength(2);
});

test('reads that fail without being used do no harm', async () => {
  const table = new Table(client, 'no-such-table');
  table.prefetch([key]);
  table.prefetchQuery(key.pk);
  await expect(table.get(key)).rejects.toThrow();
  await expect(table.query('another')).rejects.toThrow();
});
