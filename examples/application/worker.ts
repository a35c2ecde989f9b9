import { setTimeout as sleep } from 'node:timers/promises';
import { ScimClient } from 'cdk-scim/client';
import { Accounts } from './accounts';
import { openDatabase } from './database';

/** Follows the directory until it is stopped, and prints how many accounts there are. */
async function main(): Promise<void> {
  const {
    APPLICATION_URL: url = 'http://127.0.0.1:8080/scim/app/v1',
    DATABASE = 'accounts.sqlite',
  } = process.env;
  const database = await openDatabase(DATABASE);
  const accounts = new Accounts(database, new ScimClient({ url }));
  let printed = '';
  for (;;) {
    try {
      await accounts.follow();
    } catch (error) {
      // The service may be restarting: the next round goes on where this one stopped.
      process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
    }
    database.save();
    const count = (status: string): string =>
      String(database.column('SELECT count(*) FROM accounts WHERE status = ?', [status])[0]);
    const line = ['active', 'inactive', 'deleted']
      .map((each) => `${count(each)} ${each}`)
      .join(', ');
    if (line !== printed) process.stdout.write(`${line}\n`);
    printed = line;
    await sleep(2000);
  }
}

main().catch((error: unknown) => {
  process.stderr.write(`${String(error)}\n`);
  process.exitCode = 1;
});
