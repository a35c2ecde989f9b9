import { connectionToItem } from '../../directory/connections/connection-item';
import { Connections } from '../../directory/connections/connections';
import { issueToken } from '../../directory/connections/tokens';
import { searchConnections } from '../../directory/connections/connection-search';
import { admin, Client, type Reply } from '../support/client';
import { startOwnServer, type OwnServer } from '../support/own-server';
import { textOf, Visitor } from '../support/visitor';
import { ACT, connectionWith, meteredTenant, type Units } from './support';

/** Calls of operators and identity providers cost the same with 10 and with 10,000 connections. */

const FEW = 10;
const MANY = 10_000;

let server: OwnServer;
let metered: ReturnType<typeof meteredTenant>;
let connections: Connections;

beforeAll(async () => {
  server = await startOwnServer();
  metered = meteredTenant();
  connections = new Connections(metered.tenant.table);
});

afterAll(async () => {
  metered.close();
  await server.stop();
});

function idOf(index: number): string {
  return `many-${String(index).padStart(5, '0')}`;
}

async function fill(from: number, to: number): Promise<void> {
  const puts = Array.from({ length: to - from }, (_, index) => {
    const id = idOf(from + index);
    return { put: connectionToItem(connectionWith({ id, tokens: [issueToken(id)] })) };
  });
  await metered.tenant.table.writeEach(puts);
}

/** Measures each operation. @param last id of a connection near the end of the list */
async function costs(name: string, last: string): Promise<Readonly<Record<string, Units>>> {
  const { measure } = metered;
  const id = `new-${name}`;
  // Reads the types that the stack declares, which happens once a minute.
  await connections.find(last);
  return {
    firstPage: await measure(() => connections.list(5)),
    lastPage: await measure(() => connections.list(5, last)),
    authenticate: await measure(() => connections.find(last)),
    create: await measure(() => connections.add(connectionWith({ id }), ACT)),
    change: await measure(() =>
      connections.change(id, ACT, (before) => ({ ...before, enabled: false })),
    ),
  };
}

test('listing, creating, changing and authenticating cost the same at any scale', async () => {
  await fill(0, FEW);
  const few = await costs('few', idOf(FEW - 8));
  await fill(FEW, MANY);
  const many = await costs('many', idOf(MANY - 8));
  expect(many).toEqual(few);
  expect(many['authenticate']).toEqual({ reads: 1, writes: 0, calls: 1 });
  expect(many['firstPage']?.calls).toBe(2);
}, 60_000);

test('a search among 10,000 connections reads the index in a few calls', async () => {
  const { tenant, measure } = metered;
  const found = await searchConnections(tenant.table, 'MANY-0999', 25);
  expect([found.ids.length, found.hasMore, found.ids.at(-1)]).toEqual([10, false, 'many-09999']);
  const { calls, writes } = await measure(() => searchConnections(tenant.table, 'none', 25));
  expect(writes).toBe(0);
  expect(calls).toBeLessThanOrEqual(4);
  const few = await measure(() => searchConnections(tenant.table, '', 25));
  expect([few.calls, few.reads]).toEqual([1, 0.5]);
});

test('the console lists 10,000 connections page by page, and finds one', async () => {
  const visitor = new Visitor();
  await visitor.openLink((await admin('POST', '/consoleSessions')).body.url as string);
  const page = await visitor.open('/console');
  expect(textOf(page)).toContain('Sorted by id. Search to find one by its name.');
  const [, next = ''] = /href="\/scim(\/console[^"]*cursor=[^"]+)"/.exec(page.text) ?? [];
  const second = await visitor.open(next.replaceAll('&amp;', '&'));
  const idsOf = ({ text }: Reply) =>
    [...text.matchAll(/connections\/([a-z0-9-]+)"/g)].map(([, id]) => id);
  const [before, after] = [idsOf(page), idsOf(second)];
  expect([before.length, after.length]).toEqual([25, 25]);
  expect([...before, ...after]).toEqual([...new Set([...before, ...after])].sort());
  expect((await visitor.open('/console?search=many-04711')).text).toContain('many-04711');
}, 60_000);

test('10,000 connections are listed page by page, and requests are served', async () => {
  const ids: string[] = [];
  let cursor = '';
  do {
    const { body } = await admin('GET', `/connections?limit=100${cursor}`);
    ids.push(...(body.connections as { id: string }[]).map(({ id }) => id));
    cursor = body.nextCursor === undefined ? '' : `&cursor=${String(body.nextCursor)}`;
  } while (cursor !== '');
  expect(ids.filter((id) => id.startsWith('many-'))).toHaveLength(MANY);
  expect(ids).toEqual([...new Set(ids)].sort());
  const client = await Client.connect('okta');
  expect((await client.get('/Users')).status).toBe(200);
}, 60_000);

test('a flood of wrong tokens writes nothing', async () => {
  const client = await Client.connect('generic');
  const before = (await admin('GET', `/connections/${client.id}/tokens`)).text;
  const flood = Array.from({ length: 200 }, (_, index) => {
    const secret = String(index).padStart(43, 'x');
    const Authorization = `Bearer scim_${client.id}_0123456789_${secret}`;
    return client.call('GET', '/Users', undefined, { Authorization });
  });
  expect(new Set((await Promise.all(flood)).map(({ status }) => status))).toEqual(new Set([401]));
  expect((await admin('GET', `/connections/${client.id}/tokens`)).text).toBe(before);
  expect((await admin('GET', `/connections/${client.id}/audit`)).body.acts).toHaveLength(1);
});
