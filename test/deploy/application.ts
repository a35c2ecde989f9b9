import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { ScimClient } from 'cdk-scim/client';
import { Accounts } from '../../examples/application/accounts';
import { openDatabase } from '../../examples/application/database';
import { Client } from '../support/client';
import { check } from './aws';

/** How often the application looks for events before the check gives up, a second apart. */
const ATTEMPTS = 60;

/** Lets the application of examples/application follow the deployment. */
export async function checkApplication(origin: string, folder: string): Promise<void> {
  const scim = new ScimClient({ url: `${origin}/scim/app/v1` });
  const database = await openDatabase(path.join(folder, 'accounts.sqlite'));
  const accounts = new Accounts(database, scim);
  // The first time, it reads the present state.
  await accounts.follow();
  const client = await Client.connect('okta');
  const ann = await client.user('ann@example.com');
  const bob = await client.user('bob@example.com');
  await client.patch(`/Users/${String(ann.id)}`, { op: 'replace', path: 'active', value: false });
  await client.delete(`/Users/${String(bob.id)}`);
  const expected = ['ann@example.com inactive 2', 'bob@example.com deleted 2'].join();
  let found = '';
  for (let attempt = 0; attempt < ATTEMPTS && found !== expected; attempt += 1) {
    await sleep(1000);
    await accounts.follow();
    found = database
      .column(
        `SELECT email || ' ' || status || ' ' || sequence FROM accounts
         WHERE connection = ? ORDER BY email`,
        [client.id],
      )
      .join();
  }
  check(found === expected, `The application has the accounts "${found}".`);
}
