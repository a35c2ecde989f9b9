import { portalRecord, type AuditRecord } from '../../directory/connections/audit';
import { Connections } from '../../directory/connections/connections';
import type { PortalLink } from '../../directory/sessions/portal-link';
import { PortalSessions } from '../../directory/sessions/portal-sessions';
import type { Table } from '../../directory/store/table';
import { ACT, connectionWith, meteredTenant } from './support';

const { tenant, close } = meteredTenant();

afterAll(close);

function recordOf({ connection, id }: PortalLink): AuditRecord {
  return portalRecord({ actor: 'test', action: 'portalLink.open' }, connection, { link: id });
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
