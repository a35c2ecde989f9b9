import { Connections } from '../directory/connections/connections';
import { Progress } from './progress';
import { seed } from './seed/seed';
import { integerFlag, openTarget, readFlags, runTool, TARGET_USAGE, UsageError } from './target';

const USAGE = `Fills a connection with users and groups, to try the service with a large directory.

  npm run seed -- --table NAME --users N [flags]

  --users N          number of users
  --groups N         number of groups (default: 0)
  --members N        number of members of each group (default: 10)
  --connection ID    existing connection to fill (default: default)
  --prefix TEXT      prefix of user and group names (default: seed-<time>-)
${TARGET_USAGE}`;

/** Entry point of `npm run seed`. */
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
  if (users === 0) throw new UsageError('--users is missing or 0.');
  const connection = textFlag(flags['connection'], 'default');
  const { table, close } = await openTarget(flags);
  if ((await new Connections(table).find(connection)) === undefined) {
    throw new UsageError(
      `Connection "${connection}" does not exist. Create it through the admin API first.`,
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
