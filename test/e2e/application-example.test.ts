import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { ScimClient } from 'cdk-scim/client';
import { Accounts } from '../../examples/application/accounts';
import { openDatabase, type FileDatabase } from '../../examples/application/database';
import { admin, Client, type Body } from '../support/client';
import { DAY, startOwnServer, type OwnServer } from '../support/own-server';

let server: OwnServer;
const folder = mkdtempSync(path.join(tmpdir(), 'cdk-scim-application-'));

beforeAll(async () => {
  server = await startOwnServer();
});

afterAll(async () => {
  rmSync(folder, { recursive: true, force: true });
  await server.stop();
});

const rows = (database: FileDatabase, connection: string): string[] =>
  database
    .column(
      `SELECT id || ' ' || email || ' ' || status || ' ' || sequence FROM accounts
       WHERE connection = ? ORDER BY id`,
      [connection],
    )
    .map(String);

/** Returns the rows that the table should have: the users, and those that are retained. */
async function expected(scim: ScimClient, connection: string): Promise<string[]> {
  const lines: string[] = [];
  for await (const { id, email, active, sequence } of scim.users(connection)) {
    lines.push(`${id} ${email} ${active ? 'active' : 'inactive'} ${sequence}`);
  }
  for await (const { id, email, sequence } of scim.users(connection, { deleted: true })) {
    lines.push(`${id} ${email} deleted ${sequence}`);
  }
  return lines.sort();
}

test('the table follows the directory through replays, restarts and a long absence', async () => {
  const scim = new ScimClient({ url: server.appUrl });
  const client = await Client.connect('okta');
  const file = path.join(folder, 'accounts.sqlite');
  let database = await openDatabase(file);
  let accounts = new Accounts(database, scim);
  const users: Body[] = [];
  for (let round = 0; round < 12; round += 1) {
    users.push(await client.user(`u${round}@acme.example`));
    const victim = users[round % users.length] as { id: string };
    await client.patch(`/Users/${victim.id}`, {
      op: 'replace',
      value: { active: round % 2 === 0 },
    });
    if (round % 4 === 3) {
      const gone = users.splice(0, 1)[0] as { id: string };
      await client.delete(`/Users/${gone.id}`);
    }
    // The application stops without saving, and later starts from what it had saved.
    if (round === 6) {
      database = await openDatabase(file);
      accounts = new Accounts(database, scim);
    }
    await accounts.follow();
    if (round === 3) database.save();
  }
  await server.advance(2);
  await accounts.follow();
  expect(rows(database, client.id)).toEqual(await expected(scim, client.id));
  // All events again, from the oldest.
  for await (const event of scim.events()) accounts.apply(event);
  expect(rows(database, client.id)).toEqual(await expected(scim, client.id));

  await client.user('before@acme.example');
  await server.advance(40 * DAY);
  await client.user('after@acme.example');
  await server.advance(2);
  await accounts.follow();
  await accounts.follow();
  expect(rows(database, client.id)).toEqual(await expected(scim, client.id));

  await admin('DELETE', `/connections/${client.id}`);
  await server.advance(2);
  await accounts.follow();
  expect(rows(database, client.id)).toEqual([]);
}, 60_000);
