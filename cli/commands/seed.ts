import { Connections } from '../../directory/connections/connections';
import { UsageError } from '../errors';
import { print, printResult } from '../output/output';
import { Progress } from '../output/progress';
import { wholeNumber, type Program } from '../program';
import { seed } from '../seed/seed';
import { openTable } from '../table-target';

/** Adds `seed`. */
export function addSeed(program: Program): void {
  program
    .command('seed')
    .description('Fill a connection with users and groups, to try a large directory')
    .requiredOption('--users <number>', 'number of users', wholeNumber)
    .option('--groups <number>', 'number of groups', wholeNumber, 0)
    .option('--members <number>', 'members of each group', wholeNumber, 10)
    .option('--connection <id>', 'existing connection to fill', 'default')
    .option('--prefix <text>', 'prefix of names (default: seed-<time>-)')
    .option('--table <name>', 'table; "scim" for npm start (default: that of --stack)')
    .option('--dynamodb <url>', 'endpoint of a local engine (default: AWS)')
    .action(async (_, command) => {
      const options = command.optsWithGlobals();
      const { users, groups, members, connection } = options;
      if (users === 0) throw new UsageError('--users must be at least 1.');
      const { table, close } = await openTable(options);
      try {
        if ((await new Connections(table).find(connection)) === undefined) {
          throw new UsageError(`There is no connection "${connection}". Create it first.`);
        }
        const progress = new Progress('seeding');
        const prefix = options.prefix ?? `seed-${Date.now().toString(36)}-`;
        await seed(
          { table, connection },
          { users, groups, membersPerGroup: members, prefix },
          (done, all) => {
            progress.show(done, all);
          },
        );
        progress.end();
        printResult(options.json, { connection, users, groups, prefix }, () => {
          print(`${connection} has ${users} more users and ${groups} groups: ${prefix}…`);
        });
      } finally {
        close();
      }
    });
}
