import { Option } from '@commander-js/extra-typings';
import { setTimeout as sleep } from 'node:timers/promises';
import type { ScimAdminClient, UserNameConflict, UserNameConversion } from '../../client';
import { hint } from '../commands/hint';
import { findDeployment, type DeploymentOptions } from '../deployment';
import { EXIT, UsageError } from '../errors';
import { note, plain, print, printResult, printTable } from '../output/output';
import { Progress } from '../output/progress';
import { confirmed } from '../prompts';
import type { Program } from '../program';
import { unlessDown } from '../unless-down';

const POLL_MS = 2000;

/** Conflicts that are shown; --json has up to a thousand. */
const SHOWN_CONFLICTS = 50;

const DESCRIPTION =
  'Convert user names to email addresses in the background, for example when a customer moves ' +
  'from Active Directory to Entra ID. Meanwhile identity providers go on reading and writing: a ' +
  'converted user is found by both names until you close the conversion. Exit code 1 if users ' +
  'were left alone.';

const TARGETS = ['emails.work', 'emails.primary'] as const;

const REASONS: Readonly<Record<UserNameConflict['reason'], string>> = {
  noAddress: 'has no such address',
  addressTaken: 'the address is the name of another user, or of two',
  changedSince: 'was renamed by the identity provider since',
  refused: 'the name could not be stored',
};

/** A step after a conversion. */
interface Step {
  readonly name: string;
  readonly description: string;
  /** Begins the question to the operator. */
  readonly question: string;
  readonly proceed: (
    admin: ScimAdminClient,
    connection: string,
    id: string,
  ) => Promise<UserNameConversion>;
}

const STEPS: readonly Step[] = [
  {
    name: 'undo',
    description: 'Give users their former names again, unless they were renamed since',
    question: 'The new names',
    proceed: (admin, connection, id) => admin.undoUserNameConversion(connection, id),
  },
  {
    name: 'close',
    description: 'End the use of former names, when the identity provider sends the new ones',
    question: 'Former names',
    proceed: (admin, connection, id) => admin.closeUserNameConversion(connection, id),
  },
];

/** Adds `convert-usernames`. */
export function addConvertUserNames(program: Program): void {
  const convert = program
    .command('convert-usernames')
    .description(DESCRIPTION)
    .summary('Convert user names to email addresses')
    .argument('<connection>', 'id of the connection')
    .addOption(
      new Option('--to <address>', 'address that becomes the name (required)').choices(TARGETS),
    )
    .option('--dry-run', 'say what a conversion would do, and do none of it')
    .option('--yes', 'do not ask')
    .action(async (connection, _, command) => {
      const options = command.optsWithGlobals();
      const { to, dryRun = false } = options;
      if (to === undefined) throw new UsageError(`--to is missing: ${TARGETS.join(' or ')}.`);
      const { admin } = await findDeployment(options);
      if (!dryRun)
        await confirmed(`Convert the user names of ${connection} to ${to}?`, options.yes);
      const { id } = await admin.convertUserNames(connection, { to, dryRun });
      await report(admin, connection, id, options);
    });

  convert
    .command('show')
    .description('Show the latest conversion of a connection, with the users it left alone')
    .argument('<connection>', 'id of the connection')
    .action(async (connection, _, command) => {
      const options = command.optsWithGlobals();
      const { admin } = await findDeployment(options);
      const { id } = await latest(admin, connection);
      await report(admin, connection, id, options);
    });

  for (const { name, description, question, proceed } of STEPS) {
    convert
      .command(name)
      .description(description)
      .argument('<connection>', 'id of the connection')
      .option('--yes', 'do not ask')
      .action(async (connection, _, command) => {
        const options = command.optsWithGlobals();
        const { admin } = await findDeployment(options);
        const { id } = await latest(admin, connection);
        await confirmed(
          `${question} of ${connection} will not be found any more. Go on?`,
          options.yes,
        );
        await proceed(admin, connection, id);
        await report(admin, connection, id, options);
      });
  }
}

/** Returns the latest conversion that is no dry run. @throws UsageError if there is none */
async function latest(admin: ScimAdminClient, connection: string): Promise<UserNameConversion> {
  const conversions = await admin.userNameConversions(connection);
  const found = conversions.find(({ state }) => state !== 'checked' && state !== 'checking');
  if (found !== undefined) return found;
  throw new UsageError(`The user names of ${connection} have not been converted.`);
}

/** Waits until a conversion has gone through all users, and prints the result. */
async function report(
  admin: ScimAdminClient,
  connection: string,
  id: string,
  options: DeploymentOptions & { readonly json?: true | undefined },
): Promise<void> {
  const stop = (): void => {
    note(`\nIt goes on. See it with: ${hint(options, `convert-usernames show ${connection}`)}`);
    process.exit(EXIT.done);
  };
  process.once('SIGINT', stop);
  const progress = new Progress('users');
  let found: UserNameConversion | undefined;
  do {
    if (found !== undefined) await sleep(POLL_MS);
    const listed = await unlessDown(() => admin.userNameConversions(connection));
    found = listed?.find((each) => each.id === id) ?? found;
    progress.show(found?.users ?? 0);
  } while (found === undefined || found.state.endsWith('ing'));
  progress.end();
  process.off('SIGINT', stop);
  const conversion = await admin.userNameConversion(connection, id);
  const { state, conflictCount } = conversion;
  if (conflictCount > 0) process.exitCode = EXIT.findings;
  printResult(options.json, conversion, () => {
    printConversion(connection, conversion);
    if (state !== 'converted') return;
    note(
      `Former names are found until you close the conversion:\n` +
        `  ${hint(options, `convert-usernames close ${connection}`)}\n` +
        `To go back: ${hint(options, `convert-usernames undo ${connection}`)}`,
    );
  });
}

function printConversion(connection: string, conversion: UserNameConversion): void {
  const { state, users, converted, conflictCount, conflicts = [] } = conversion;
  const names = state === 'checked' ? 'would have another name' : 'have another name now';
  print(`${connection}: ${state}. ${users} users, of whom ${converted} ${names}.`);
  if (conflictCount === 0) return;
  print('', `${conflictCount} users are left alone:`);
  const shown = conflicts.slice(0, SHOWN_CONFLICTS);
  const rowOf = ({ userId, userName, reason, address }: UserNameConflict): string[] => [
    plain(userName ?? userId),
    plain(address ?? ''),
    REASONS[reason],
  ];
  printTable(['User', 'Address', 'Reason'], shown.map(rowOf), '');
  if (conflictCount > shown.length) {
    note(`${conflictCount - shown.length} more; --json lists up to ${conflicts.length}.`);
  }
}
