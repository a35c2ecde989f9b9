import { connectionToItem } from '../../directory/connections/connection-item';
import { ConsoleSessions } from '../../directory/sessions/console-sessions';
import { newSecret } from '../../directory/sessions/secret';
import {
  deploymentRecord,
  contentRecord,
  type AuditRecord,
} from '../../directory/connections/audit';
import { Connections } from '../../directory/connections/connections';
import type { PortalIntent, PortalLink } from '../../directory/sessions/portal-link';
import { PortalSessions } from '../../directory/sessions/portal-sessions';
import type { Table } from '../../directory/store/table';
import { ACT, connectionWith, meteredTenant } from './support';

const { tenant, close } = meteredTenant();

afterAll(close);

function recordOf({ connection, id }: PortalLink): AuditRecord {
  return contentRecord({ actor: 'test', action: 'portalLink.open' }, connection, { link: id });
}

test('a session that begins between the steps of another one that ends is recorded', async () => {
  const { table } = tenant;
  const connections = new Connections(table);
  await connections.add(connectionWith({ id: 'race' }), ACT);
  const sessions = new PortalSessions(table);
  const settings = {
    connection: 'race',
    intent: 'setup',
    createdBy: 'test',
    expiresInSeconds: 3600,
  } as const;
  const [first, second] = [
    await sessions.addLink(settings, recordOf),
    await sessions.addLink(settings, recordOf),
  ];
  const opened = await sessions.open(first.token, recordOf);
  const session = await sessions.find(opened?.session ?? '');
  if (opened === undefined || session === undefined) throw new Error('The link does not open.');
  // The first write of the end comes after the other session has begun.
  const late = Object.create(table) as Table;
  let isFirst = true;
  late.write = async (writes) => {
    if (isFirst) await sessions.open(second.token, recordOf);
    isFirst = false;
    return table.write(writes);
  };
  await new PortalSessions(late).end(opened.session, session);
  expect(await sessions.find(opened.session)).toBeUndefined();
  expect((await connections.find('race'))?.setupUntil).toBeDefined();
});

async function linkTo(connection: string, intent: PortalIntent): Promise<string> {
  const settings = { connection, intent, createdBy: 'test', expiresInSeconds: 3600 };
  return (await new PortalSessions(tenant.table).addLink(settings, recordOf)).token;
}

/** The table, with something that happens just before the first write. */
function lateTable(meanwhile: () => Promise<unknown>): Table {
  const late = Object.create(tenant.table) as Table;
  let isFirst = true;
  late.write = async (writes) => {
    if (isFirst) await meanwhile();
    isFirst = false;
    return tenant.table.write(writes);
  };
  return late;
}

test('a link opened or revoked by someone else meanwhile opens nothing', async () => {
  await new Connections(tenant.table).add(connectionWith({ id: 'twice' }), ACT);
  const sessions = new PortalSessions(tenant.table);
  for (const meanwhile of ['open', 'revoke']) {
    const token = await linkTo('twice', 'log');
    const late = lateTable(async () => {
      const link = await sessions.openable(token);
      if (link === undefined) throw new Error('no link');
      if (meanwhile === 'open') await sessions.open(token, recordOf);
      else await sessions.revoke('twice', link.id, recordOf(link));
    });
    expect(await new PortalSessions(late).open(token, recordOf)).toBeUndefined();
  }
});

test('links and sessions of an earlier connection with the same id open nothing', async () => {
  const { table } = tenant;
  await new Connections(table).add(connectionWith({ id: 'again' }), ACT);
  const sessions = new PortalSessions(table);
  const unused = await linkTo('again', 'log');
  const opened = await sessions.open(await linkTo('again', 'log'), recordOf);
  expect(await sessions.openable(unused)).toBeDefined();
  expect(await sessions.find(opened?.session ?? '')).toBeDefined();
  const createdAt = new Date(Date.now() + 1000).toISOString();
  await table.write([{ put: connectionToItem(connectionWith({ id: 'again', createdAt })) }]);
  expect(await sessions.openable(unused)).toBeUndefined();
  expect(await sessions.find(opened?.session ?? '')).toBeUndefined();
});

test('requests are recorded for sessions of setup links only', async () => {
  const connections = new Connections(tenant.table);
  await connections.add(connectionWith({ id: 'recorded' }), ACT);
  const sessions = new PortalSessions(tenant.table);
  const setupUntil = async () => (await connections.find('recorded'))?.setupUntil;
  await sessions.open(await linkTo('recorded', 'rotate'), recordOf);
  expect(await setupUntil()).toBeUndefined();
  const { session = '' } = (await sessions.open(await linkTo('recorded', 'setup'), recordOf)) ?? {};
  expect(await setupUntil()).toBeDefined();
  const found = await sessions.find(session);
  if (found === undefined) throw new Error('no session');
  await sessions.end(session, found);
  expect(await setupUntil()).toBeUndefined();
});

describe('the console', () => {
  const signInOf = (actor: string): AuditRecord =>
    deploymentRecord({ actor, action: 'console.signIn' }, {}, {});

  test('a link that is opened meanwhile opens nothing', async () => {
    const sessions = new ConsoleSessions(tenant.table);
    const { secret } = await sessions.addLink('ops', () => signInOf('ops'));
    const late = lateTable(() => sessions.open(secret, signInOf));
    expect(await new ConsoleSessions(late).open(secret, signInOf)).toBeUndefined();
  });

  test('a sign-in is answered once', async () => {
    const sessions = new ConsoleSessions(tenant.table);
    const signIn = { state: newSecret(), nonce: 'n', verifier: 'v' };
    await sessions.addSignIn(signIn);
    expect(await sessions.takeSignIn(signIn.state)).toEqual(signIn);
    expect(await sessions.takeSignIn(signIn.state)).toBeUndefined();
  });

  test('a session ends after an hour without a request', async () => {
    const sessions = new ConsoleSessions(tenant.table);
    const { session } = await sessions.start('ops', signInOf);
    const now = Date.now();
    expect(await sessions.find(session, now + 3_601_000)).toBeUndefined();
    expect(await sessions.find(session, now + 3_590_000)).toBeDefined();
    expect(await sessions.find(session, now + 3_601_000)).toBeDefined();
  });
});
