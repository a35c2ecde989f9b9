import { convertEarlierItems } from '../../directory/completion/earlier-items';
import { connectionToItem } from '../../directory/connections/connection-item';
import { schemasChange } from '../../directory/connections/connection-schemas';
import { Connections } from '../../directory/connections/connections';
import { connectionKey, schemasPartition } from '../../directory/store/keys';
import { Table } from '../../directory/store/table';
import { verify } from '../../directory/verify/verify';
import { parseExtensionSchema } from '../../scim/schema/extension-schema';
import type { Schema } from '../../scim/schema/attribute';
import { resourceTypesWith } from '../../scim/schema/resource-type';
import { ACT, connectionWith, createOwnTable, meteredTenant, openEngine } from './support';

/* The schemas of a connection, which are not in the item that every request reads. */

const client = openEngine();
const { client: counted, close, measure } = meteredTenant();

afterAll(() => {
  client.close();
  close();
});

function schemaOf(name: string): Schema {
  const urn = `urn:example:${name}:User`;
  const attributes = [{ name, type: 'string' }];
  const parsed = parseExtensionSchema(urn, { id: urn, name, attributes });
  if ('problems' in parsed) throw new Error(JSON.stringify(parsed.problems));
  return parsed.schema;
}

async function tableWith(schemas: readonly Schema[]): Promise<Table> {
  const table = new Table(client, await createOwnTable());
  const connections = new Connections(table);
  expect(await connections.add(connectionWith({ id: 'one', schemas }), ACT)).toBe(true);
  return table;
}

async function change(table: Table, schemas: readonly Schema[]): Promise<void> {
  await new Connections(table).change('one', ACT, (connection) => ({ ...connection, schemas }));
}

async function namesIn(table: Table): Promise<readonly string[]> {
  const connection = await new Connections(table).find('one');
  return (connection?.schemas ?? []).map(({ name }) => name);
}

const stored = async (table: Table): Promise<number> =>
  (await table.query(schemasPartition('one'))).items.length;

test('schemas are stored once, whatever else changes', async () => {
  const table = await tableWith([schemaOf('first')]);
  expect(JSON.stringify(await table.get(connectionKey('one')))).not.toContain('first');
  expect(await namesIn(table)).toEqual(['first']);
  const connections = new Connections(table);
  const before = await connections.find('one');
  await connections.change('one', ACT, (connection) => ({ ...connection, displayName: 'New' }));
  expect((await connections.find('one'))?.schemasVersion).toBe(before?.schemasVersion);
  await change(table, [schemaOf('first'), schemaOf('second')]);
  expect(await namesIn(table)).toEqual(['first', 'second']);
  expect(await stored(table)).toBe(1);
  await change(table, []);
  expect(await namesIn(table)).toEqual([]);
  expect(await stored(table)).toBe(0);
  expect((await verify(table)).findings).toEqual([]);
});

test('schemas are read once in an environment, and parsed once', async () => {
  const table = await tableWith([schemaOf('once')]);
  const name = (table as unknown as { readonly name: string }).name;
  const metered = new Connections(new Table(counted, name));
  await metered.find('one');
  const again = await measure(async () => {
    expect((await metered.find('one'))?.schemas).toHaveLength(1);
  });
  expect([again.reads, again.calls]).toEqual([1, 1]);
  const [one, other] = [await metered.find('one'), await metered.find('one')];
  const types = resourceTypesWith(one?.schemas ?? []);
  expect(resourceTypesWith(other?.schemas ?? [])).toBe(types);
});

test('schemas are read again if they are replaced between two reads', async () => {
  const table = await tableWith([schemaOf('before')]);
  class RacingTable extends Table {
    private isRaced = false;
    override async getMany(...keys: Parameters<Table['getMany']>): ReturnType<Table['getMany']> {
      if (!this.isRaced) {
        this.isRaced = true;
        // Another environment changes them.
        const before = (await table.get(connectionKey('one')))?.['schemasVersion'];
        const after = schemasChange('one', String(before), {
          schemas: [schemaOf('after')],
          customTypes: [],
        });
        const set = { schemasVersion: after.schemasVersion ?? '' };
        await table.write([{ update: connectionKey('one'), set }, ...after.writes]);
      }
      return super.getMany(...keys);
    }
  }
  const name = (table as unknown as { readonly name: string }).name;
  expect(await namesIn(new RacingTable(client, name))).toEqual(['after']);
});

describe('schemas in the item of a connection of an earlier release', () => {
  const earlier = async (): Promise<Table> => {
    const table = new Table(client, await createOwnTable());
    const item = connectionToItem(connectionWith({ id: 'one' }));
    await table.write([{ put: { ...item, schemas: JSON.stringify([schemaOf('old')]) } }]);
    return table;
  };

  test('are read, and moved by the next change', async () => {
    const table = await earlier();
    expect(await namesIn(table)).toEqual(['old']);
    await new Connections(table).change('one', ACT, (one) => ({ ...one, displayName: 'New' }));
    expect(await namesIn(table)).toEqual(['old']);
    expect(await table.get(connectionKey('one'))).not.toHaveProperty('schemas');
    expect((await verify(table)).findings).toEqual([]);
  });

  test('are moved by the function completion', async () => {
    const table = await earlier();
    const now = Date.now();
    const convert = (at: number) =>
      convertEarlierItems(table, at, (item, error) => {
        throw error instanceof Error ? error : new Error(item.sk);
      });
    await convert(now);
    expect(await convert(now + 30 * 60_000)).toBe(true);
    expect(await table.get(connectionKey('one'))).not.toHaveProperty('schemas');
    expect(await namesIn(table)).toEqual(['old']);
    expect((await verify(table)).findings).toEqual([]);
  });
});

test('verify finds schemas that are missing, and those that no connection uses', async () => {
  const table = await tableWith([schemaOf('used')]);
  const [item] = (await table.query(schemasPartition('one'))).items;
  if (item === undefined) throw new Error('There are no schemas.');
  const { pk, sk } = item;
  await table.write([{ put: { pk, sk: 'unused', schemas: '[]' } }]);
  const kinds = async () => (await verify(table)).findings.map(({ kind }) => kind);
  expect(await kinds()).toEqual(['danglingReference']);
  await table.write([{ delete: { pk, sk: 'unused' } }, { delete: { pk, sk } }]);
  expect(await kinds()).toEqual(['danglingReference']);
});
