import { Option } from '@commander-js/extra-typings';
import { IDENTITY_PROVIDERS, type IdentityProvider } from '../../idp/profiles/registry';
import type { Table } from '../../directory/store/table';
import { findDeployment, variable, type DeploymentOptions } from '../deployment';
import { EXIT, reasonOf, UsageError } from '../errors';
import { color, note, plain, print, printJson } from '../output/output';
import type { Program } from '../program';
import { openTable, type TableOptions } from '../table-target';
import type { Finding } from './finding';
import { examine } from './identity-provider/as-identity-provider';
import { examineDeployment } from './operator/as-operator';
import { stackFacts } from './operator/stack-facts';

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
      const findings =
        url === undefined ? await ofDeployment(options) : await ofServer({ ...options, url });
      if (findings.length > 0) process.exitCode = EXIT.findings;
      if (json === true) printJson(findings);
      else if (findings.length === 0) print(color.green('Nothing was found.'));
      else for (const finding of findings) print(findingText(finding), '');
    });
}

interface ServerOptions {
  readonly url: string;
  readonly token?: string | undefined;
  readonly as?: IdentityProvider | undefined;
  readonly usersOnly?: true | undefined;
}

async function ofServer(options: ServerOptions): Promise<readonly Finding[]> {
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

async function ofDeployment(
  options: DeploymentOptions & TableOptions & { readonly verify: boolean },
): Promise<readonly Finding[]> {
  const deployment = await findDeployment(options);
  const stack = options.adminUrl === undefined ? stackOf(options) : undefined;
  const readStack =
    stack === undefined ? undefined : () => stackFacts(stack, options, noteUnchecked);
  if (stack === undefined) noteUnchecked('AWS', 'there is no --stack');
  const opened = await tableToVerify(options, stack);
  try {
    return await examineDeployment({ deployment, readStack, table: opened?.table, onStep });
  } finally {
    opened?.close();
  }
}

function stackOf({ stack }: DeploymentOptions): string | undefined {
  return stack ?? variable('CDK_SCIM_STACK');
}

/** Opens the table, unless there is none to verify. @throws UsageError for a table that is named */
async function tableToVerify(
  options: TableOptions & { readonly verify: boolean },
  stack: string | undefined,
): Promise<{ readonly table: Table; readonly close: () => void } | undefined> {
  if (!options.verify) return undefined;
  const isNamed = options.table !== undefined;
  if (!isNamed && stack === undefined) {
    noteUnchecked('the table', 'there is no --stack and no --table');
    return undefined;
  }
  try {
    return await openTable(options);
  } catch (error) {
    if (isNamed) throw error;
    noteUnchecked('the table', reasonOf(error));
    return undefined;
  }
}

function noteUnchecked(part: string, reason: string): void {
  note(`Not checked: ${part} (${reason})`);
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
