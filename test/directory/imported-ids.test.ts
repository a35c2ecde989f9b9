import fc from 'fast-check';
import { scanPartition } from '../../directory/resources/parallel-scan';
import { idIn, isIssuedId, isResourceId, sortKeyOf } from '../../directory/store/resource-ids';
import { newMeta } from '../../directory/resources/resource-item';
import { meteredTenant } from './support';

const { tenant, close } = meteredTenant();

afterAll(close);

const FIRST = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz'.match(/./g) ?? [];
const ID = fc
  .tuple(
    fc.constantFrom(...FIRST),
    fc.string({ unit: fc.constantFrom(...FIRST, '-', '_'), maxLength: 63 }),
  )
  .map((parts) => parts.join(''));

test.each([
  ['01890a5d-ac96-774b-bcce-b302099a8057', true],
  ['2c9d3d0a-6b1f-4cb1-8d79-1f7a5f2f4ec4', true],
  ['directory_user_01E1JG7J09H96KYP8HM9B0G5SJ', true],
  ['42', true],
  ['unique', true],
  ['x'.repeat(64), true],
  ['x'.repeat(65), false],
  ['', false],
  ['-x', false],
  ['_x', false],
  ['displayName#x', false],
  ['auth0|5f7c8ec7c33c6c004bbafe82', false],
  ['ada@acme.example', false],
  ['é', false],
  ['01890a5d-ac96-774b-bcce-b302099a8057\n', false],
  ['Me', false],
  ['bulk', false],
  ['Schemas', false],
  ['my-bulkId-1', false],
])('%j as the id of a resource: %j', (id, isAccepted) => {
  expect(isResourceId(id)).toBe(isAccepted);
});

test('every id has a sort key of its own, and imported ones come first', () => {
  fc.assert(
    fc.property(ID, ID, (one, other) => {
      const [key, otherKey] = [sortKeyOf(one), sortKeyOf(other)];
      expect(idIn({ sk: key })).toBe(one);
      expect(key === otherKey).toBe(one === other);
      if (!isIssuedId(one)) expect(key < newMeta().id).toBe(true);
    }),
    { numRuns: 1000 },
  );
});

/** Fills a partition with large items, of which a page holds about fifteen. */
async function fill(partition: string, keys: readonly string[]): Promise<void> {
  const padding = 'x'.repeat(64 * 1024);
  for (const key of keys) await tenant.table.write([{ put: { pk: partition, sk: key, padding } }]);
}

async function scanned(partition: string): Promise<readonly string[]> {
  const found: string[] = [];
  await scanPartition(tenant.table, partition, (items) => {
    found.push(...items.map(({ sk }) => sk));
    return Promise.resolve();
  });
  return found.sort();
}

const number = (index: number): string => String(index).padStart(4, '0');

test.each([
  ['short', (index: number) => number(index)],
  ['with a common beginning', (index: number) => `directory_user_01E1JG7J09H9${number(index)}`],
  ['that begin each other', (index: number) => 'a-'.repeat(1 + (index % 31)) + number(index)],
  [
    'of which every other one was issued here',
    (index: number) => [number(index), newMeta().id][index % 2] ?? '',
  ],
])('a scan finds each resource once, with ids %s', async (name, idOf) => {
  const partition = `${tenant.connection}#${name}`;
  const keys = Array.from({ length: 120 }, (_, index) => sortKeyOf(idOf(index)));
  await fill(partition, keys);
  expect(await scanned(partition)).toEqual([...keys].sort());
});
