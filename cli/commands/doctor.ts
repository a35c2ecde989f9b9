import { Option } from '@commander-js/extra-typings';
import { IDENTITY_PROVIDERS } from '../../idp/profiles/registry';
import { examine } from '../doctor/as-identity-provider';
import type { Finding } from '../doctor/finding';
import { EXIT, UsageError } from '../errors';
import { color, note, print, printJson } from '../output/output';
import type { Program } from '../program';

/** Adds `doctor`. */
export function addDoctor(program: Program): void {
  program
    .command('doctor')
    .description(
      'Act as an identity provider towards any SCIM server, and report what would break a sync. ' +
        'Creates temporary users and a group, and deletes them. Exit code 1 if it finds something.',
    )
    .summary('Find out what would break a sync')
    .requiredOption('--url <url>', 'base URL of the SCIM server, before /Users')
    .addOption(
      new Option('--token <token>', 'bearer token').env('CDK_SCIM_TOKEN').makeOptionMandatory(),
    )
    .addOption(
      new Option('--as <idp>', 'identity provider to act as')
        .choices(IDENTITY_PROVIDERS)
        .default('generic' as const),
    )
    .option('--users-only', 'leave groups out')
    .action(async (_, command) => {
      const { url, token, as, usersOnly, json } = command.optsWithGlobals();
      if (!URL.canParse(url) || !/^https?:/.test(url)) {
        throw new UsageError(`--url takes the base URL of a SCIM server, not "${url}".`);
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
        onStep: (step) => {
          note(`${step} …`);
        },
      });
      if (ended.signal.aborted) throw new UsageError('Ended. What was created is deleted.');
      if (findings.length > 0) process.exitCode = EXIT.findings;
      if (json === true) printJson(findings);
      else if (findings.length === 0) print(color.green('Nothing was found.'));
      else for (const finding of findings) print(findingText(finding), '');
    });
}

function findingText({ id, title, seen, consequence, remedy, source }: Finding): string {
  return [
    `${color.red(id)}  ${color.bold(title)}`,
    `    ${seen}`,
    `    ${consequence}`,
    `    What to do: ${remedy}`,
    `    ${color.dim(source)}`,
  ].join('\n');
}
