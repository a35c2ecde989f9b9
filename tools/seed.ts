import { Connections } from '../directory/connections/connections';
import { Progress } from './progress';
import { seed } from './seed/seed';
import { integerFlag, openTarget, readFlags, runTool, TARGET_USAGE, UsageError } from './target';

const USAGE = `Fills a connection with users and groups, to see how the service behaves with many of them.

  npm run seed -- --table NAME --users N [flags]

  --users N          how many users
  --groups N         how many groups (default 0)
  --members N        members of each group (default 10)
  --connection ID    the connection, which must exist (default "default")
  --prefix TEXT      begins user names and group names (default "seed-<time>-")
${TARGET_USAGE}`;

/** `npm run seed`. */
async function main(): Promise<number> {
  const text = { type: 'string' } as const;
  const flags = readFlags(process.argv.slice(2), {
    users: text,
    groups: text,
    members: text,
    connection: text,
    prefix: text,
  });
  if (flags === 'help') {
    process.stdout.write(USAGE);
    return 0;
  }
  const users = integerFlag(flags, 'users', 0);
  if (users === 0) throw new UsageError('--users is missing.');
  const connection = textFlag(flags['connection'], 'default');
  const { table, close } = await openTarget(flags);
  if ((await new Connections(table).find(connection)) === undefined) {
    throw new UsageError(
      `There is no connection "${connection}" in this table; create it through the admin API first.`,
    );
  }
  const progress = new Progress('seeding');
  await seed(
    { table, connection },
    {
      users,
      groups: integerFlag(flags, 'groups', 0),
      membersPerGroup: integerFlag(flags, 'members', 10),
      prefix: textFlag(flags['prefix'], `seed-${Date.now().toString(36)}-`),
    },
    (done, all) => {
      progress.show(done, all);
    },
  );
  progress.end();
  close();
  return 0;
}

function textFlag(value: string | boolean | undefined, fallback: string): string {
  return typeof value === 'string' ? value : fallback;
}

runTool(USAGE, main);
