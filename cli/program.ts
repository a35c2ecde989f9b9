import { Command, InvalidArgumentError } from '@commander-js/extra-typings';
import { version } from '../package.json';
import { durationSeconds } from './output/time';

const FOOTER = `
Begin with:
  cdk-scim connections create "Acme" --id acme --idp entra
  cdk-scim portal-link acme       a link that leads Acme's administrator through the setup
  cdk-scim log acme --failed      why a sync failed, and what to do about it
  cdk-scim tokens rotate acme     a new token, while the earlier one still works

How the deployment is found:
  --stack reads the outputs of the stack with CloudFormation; without --stack and
  --admin-url, it is the local system that "npm start" runs. Requests are signed with
  the AWS credentials that the AWS CLI would use.

Exit codes: 0 done, 1 findings, 2 the command or what it asks for is wrong,
            3 the deployment cannot be reached or refuses the credentials`;

/** The options of every command. An interface would lack the index signature of `OptionValues`. */
type GlobalOptions = Readonly<
  Partial<Record<'stack' | 'adminUrl' | 'region' | 'profile', string>> & { json?: true }
>;

/** The program, to which commands are added. */
export type Program = Command<[], GlobalOptions>;

/**
 * Creates the program without its commands.
 * @throws CommanderError from `parseAsync`, in place of ending the process
 */
export function createProgram(): Program {
  return new Command('cdk-scim')
    .description('Operate a SCIM service: connections, tokens, webhooks, and why a sync failed.')
    .version(version)
    .option('--stack <name>', 'stack of the deployment, unless CDK_SCIM_STACK has it')
    .option('--admin-url <url>', 'its output AdminUrl, unless CDK_SCIM_ADMIN_URL has it')
    .option('--region <region>', 'AWS region, unless the environment or the profile has it')
    .option('--profile <name>', 'profile of the AWS CLI')
    .option('--json', 'print JSON for scripts')
    .configureHelp({ showGlobalOptions: true })
    .addHelpText('after', FOOTER)
    .showHelpAfterError('(Add --help for the options.)')
    .exitOverride();
}

/** Reads an option that is a whole number. */
export function wholeNumber(text: string): number {
  if (!/^\d{1,9}$/.test(text)) throw new InvalidArgumentError('It must be a whole number.');
  return Number(text);
}

/** Reads an option that is 1 or more. */
export function positiveNumber(text: string): number {
  const number = wholeNumber(text);
  if (number === 0) throw new InvalidArgumentError('It must be 1 or more.');
  return number;
}

/** Reads an option that is a duration. @returns seconds */
export function duration(text: string): number {
  const seconds = durationSeconds(text);
  if (seconds !== undefined) return seconds;
  throw new InvalidArgumentError('It must be a duration such as 30m, 12h or 7d.');
}
