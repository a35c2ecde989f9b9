import { Option } from '@commander-js/extra-typings';
import { IDENTITY_PROVIDERS, type IdentityProvider } from '../../idp/profiles/registry';
import type { Table } from '../../directory/store/table';
import { findDeployment, type DeploymentOptions } from '../deployment';
import { EXIT, UsageError } from '../errors';
import { color, note, plain, print, printJson } from '../output/output';
import type { Program } from '../program';
import { openTable, type TableOptions } from '../table-target';
import type { Finding } from './finding';
import { examine } from './identity-provider/as-identity-provider';
import { examineDeployment } from './operator/as-operator';
import { stackFacts } from './operator/stack-facts';
import { Unchecked } from './operator/unchecked';

/** Adds `doctor`. */
export function addDoctor(program: Program): void {
  program
    .command('doctor')
    .description(
      'Report what breaks a sync, with what to do about it. Exit code 1 if there is ' +
        'something.\n\n' +
        'Without --url, it examines the deployment as its operator and changes nothing: tokens, ' +
        'use and failures of connections, webhooks, and with --stack also alarms, mails, ' +
        'secrets, declared connections and the table.\n\n' +
        'With --url, it acts as an identity provider towards any SCIM server: it creates ' +
        'temporary users and a group, and deletes them.',
    )
    .summary('Find out what breaks a sync')
    .option('--no-verify', 'leave out the table, which is read as a whole')
    .option('--table <name>', 'table to verify (default: that of --stack)')
    .option('--dynamodb <url>', 'endpoint of a local engine (default: AWS)')
    .option('--url <url>', 'base URL of a SCIM server to examine, before /Users')
    .addOption(new Option('--token <token>', 'its bearer token').env('CDK_SCIM_TOKEN'))
    .addOption(
      new Option('--as <idp>', 'identity provider to act as (default: generic)').choices(
        IDENTITY_PROVIDERS,
      ),
    )
    .option('--users-only', 'leave groups out')
    .action(async (_, command) => {
      const options = command.optsWithGlobals();
      const { url, as, usersOnly, json } = options;
      if (url === undefined && (as !== undefined || usersOnly === true)) {
        throw new UsageError('--as and --users-only are about a SCIM server. Add its --url.');
      }
      if (url !== undefined && isAboutDeployment(options)) {
        throw new UsageError(
          '--stack, --admin-url, --table, --dynamodb and --no-verify are about a deployment. ' +
            'Leave out --url.',
        );
      }
      const unchecked = new Unchecked(note);
      const findings =
        url === undefined
          ? await examinedDeployment(options, unchecked)
          : await examinedServer({ ...options, url });
      if (findings.length > 0) process.exitCode = EXIT.findings;
      if (json === true) printJson(findings);
      else if (findings.length === 0 && unchecked.isEmpty) print(color.green('Nothing was found.'));
      else if (findings.length === 0) print('Nothing was found in what could be checked.');
      else for (const finding of findings) print(findingText(finding), '');
    });
}

/** Returns whether options were given that make no sense for a SCIM server at a URL. */
function isAboutDeployment(options: TableOptions & DeploymentOptions & Verifying): boolean {
  const { stack, adminUrl, table, dynamodb, verify } = options;
  return [stack, adminUrl, table, dynamodb].some((each) => each !== undefined) || !verify;
}

interface Verifying {
  /** False with `--no-verify`. */
  readonly verify: boolean;
}

interface ServerOptions {
  readonly url: string;
  readonly token?: string | undefined;
  readonly as?: IdentityProvider | undefined;
  readonly usersOnly?: true | undefined;
}

/** Examines the SCIM server at a URL. */
async function examinedServer(options: ServerOptions): Promise<readonly Finding[]> {
  const { url, token, as = 'generic', usersOnly } = options;
  if (!URL.canParse(url) || !/^https?:/.test(url)) {
    throw new UsageError(`--url takes the base URL of a SCIM server, not "${url}".`);
  }
  if (token === undefined) {
    throw new UsageError('The token of the SCIM server is missing: set CDK_SCIM_TOKEN or --token.');
  }
  const ended = new AbortController();
  process.once('SIGINT', () => {
    ended.abort();
  });
  const findings = await examine({
    url,
    token,
    as,
    groups: usersOnly !== true,
    signal: ended.signal,
    onStep,
  });
  if (ended.signal.aborted) throw new UsageError('Ended. What was created is deleted.');
  return findings;
}

/** Says which part of the examination begins. */
function onStep(step: string): void {
  note(`${step} …`);
}

/** Examines the deployment that the options name. */
async function examinedDeployment(
  options: DeploymentOptions & TableOptions & Verifying,
  unchecked: Unchecked,
): Promise<readonly Finding[]> {
  const deployment = await findDeployment(options);
  const { stack } = deployment;
  const hasTable = stack !== undefined || options.table !== undefined;
  if (stack === undefined) unchecked.note('AWS', 'there is no --stack');
  if (options.verify && !hasTable) unchecked.note('the table', 'there is no --stack or --table');
  return examineDeployment({
    deployment,
    unchecked,
    readStack:
      stack === undefined ? undefined : (prefix) => stackFacts(stack, prefix, options, unchecked),
    withTable: options.verify && hasTable ? (task) => withTable(options, task) : undefined,
    onStep,
  });
}

async function withTable(
  options: TableOptions,
  task: (table: Table) => Promise<void>,
): Promise<void> {
  const { table, close } = await openTable(options);
  try {
    await task(table);
  } finally {
    close();
  }
}

function findingText({ id, title, seen, consequence, remedy, source }: Finding): string {
  return [
    `${color.red(id)}  ${color.bold(title)}`,
    `    ${plain(seen)}`,
    `    ${consequence}`,
    `    What to do: ${remedy}`,
    `    ${color.dim(source)}`,
  ].join('\n');
}
