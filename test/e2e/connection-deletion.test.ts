import { Table } from '../../directory/store/table';
import { verify } from '../../directory/verify/verify';
import { openEngine } from '../directory/support';
import { admin, Client, expectProblem, USER, type Body } from '../support/client';
import { Visitor } from '../support/visitor';
import { eventually, startOwnServer, type OwnServer } from '../support/own-server';

let server: OwnServer;

beforeAll(async () => {
  server = await startOwnServer();
});

afterAll(() => server.stop());

/** Returns the keys of all items that belong to a connection. */
async function itemsOf(id: string): Promise<readonly string[]> {
  const engine = openEngine(server.dynamodbEndpoint);
  const keys: string[] = [];
  for await (const items of new Table(engine, server.tableName).scan(1)) {
    for (const { pk, sk } of items) if (pk.split('#')[1] === id) keys.push(`${pk} ${sk}`);
  }
  engine.close();
  return keys;
}

/** Creates a connection that has items of every kind. */
async function connectionWithItems(): Promise<Client> {
  const client = await Client.connect('entra', { failureMail: { recipients: ['a@b.example'] } });
  const users = await client.users(
    120,
    (index) => `u${index}@example.com`,
    (index) => ({ externalId: `e${index}`, emails: [{ value: `m${index}@example.com` }] }),
  );
  const ids = users.map(({ id }) => id as string);
  const group = await client.group('All', ids);
  await client.group('Some', ids.slice(0, 3));
  await client.delete(`/Groups/${group.id}`);
  await client.delete(`/Users/${ids[0] ?? ''}`);
  await client.get('/Users?startIndex=101&count=10');
  expect((await client.post('/Users', { schemas: [USER] })).status).toBe(400);
  await admin('POST', `/connections/${client.id}/tokens`, { overlapSeconds: 60 });
  const { body: link } = await admin('POST', `/connections/${client.id}/portalLinks`, {});
  expect((await new Visitor().openLink(link.url as string)).status).toBe(200);
  await client.get('/Users?count=1');
  const keys = await itemsOf(client.id);
  for (const kind of ['portalLink', 'portalSession', 'setup', 'usage']) {
    expect(keys.some((key) => key.startsWith(`c#${client.id}#${kind}`))).toBe(true);
  }
  return client;
}

test('a deleted connection returns 401 immediately, and its items are purged', async () => {
  const client = await connectionWithItems();
  const other = await Client.connect('entra');
  await other.user('other@example.com');
  expect((await itemsOf(client.id)).length).toBeGreaterThan(400);

  const deleted = await admin('DELETE', `/connections/${client.id}`);
  expect(deleted.status).toBe(202);
  expect(deleted.body).toMatchObject({
    id: client.id,
    enabled: false,
    deletion: { resources: 120, removed: 0 },
  });
  expect((await client.get('/Users')).status).toBe(401);
  expectProblem(await admin('PATCH', `/connections/${client.id}`, {}), 404);
  expectProblem(await admin('POST', `/connections/${client.id}/tokens`), 404);

  const gone = await eventually(
    () => admin('GET', `/connections/${client.id}`),
    ({ status }) => status === 404,
  );
  expectProblem(gone, 404);
  const { body } = await admin('GET', '/connections?limit=100');
  expect(body.connections.map(({ id }: Body) => id)).not.toContain(client.id);
  // Two items remain until no earlier request can still write: the reserved id, and the intent to
  // purge again.
  expect(await itemsOf(client.id)).toHaveLength(2);
  const taken = await admin('POST', '/connections', { id: client.id, displayName: 'Again' });
  expectProblem(taken, 409);
  expect(taken.headers['retry-after']).toBe('120');

  await server.advance(121);
  expect(await itemsOf(client.id)).toEqual([]);
  expect((await other.get('/Users')).body.totalResults).toBe(1);
  expect(
    (await admin('POST', '/connections', { id: client.id, displayName: 'Again' })).status,
  ).toBe(201);
});

test('items that a request writes after the purge are removed, too', async () => {
  const client = await Client.connect('generic');
  await admin('DELETE', `/connections/${client.id}`);
  await eventually(
    () => admin('GET', `/connections/${client.id}`),
    ({ status }) => status === 404,
  );
  const engine = openEngine(server.dynamodbEndpoint);
  const late = { pk: `c#${client.id}#count#User`, sk: '03', resources: 1 };
  await new Table(engine, server.tableName).write([{ put: late }]);
  await server.advance(121);
  expect(await itemsOf(client.id)).toEqual([]);
  const { findings } = await verify(new Table(engine, server.tableName));
  engine.close();
  expect(findings).toEqual([]);
});

test('deleting a connection is idempotent', async () => {
  const client = await connectionWithItems();
  const replies = await Promise.all(
    [1, 2, 3].map(() => admin('DELETE', `/connections/${client.id}`)),
  );
  for (const { status } of replies) expect([202, 404]).toContain(status);
  expect(replies.some(({ status }) => status === 202)).toBe(true);
});
