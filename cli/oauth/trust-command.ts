import { Option } from '@commander-js/extra-typings';
import type { Trust } from '../../client';
import { hint } from '../commands/hint';
import { findDeployment } from '../deployment';
import { note, print, printFields, printResult, timeText } from '../output/output';
import { duration, type Program } from '../program';
import { confirmed } from '../prompts';
import { SCOPES } from './scopes';

/** Adds `trust`. */
export function addTrust(program: Program): void {
  const trust = program
    .command('trust')
    .description('Let a connection accept tokens of Entra ID (workload identity federation)');

  trust
    .command('show')
    .description('Show the issuer that a connection trusts')
    .argument('<connection>', 'id of the connection')
    .action(async (connection, _, command) => {
      const options = command.optsWithGlobals();
      const { admin } = await findDeployment(options);
      const found = await admin.oauth.trust(connection);
      printResult(options.json, found ?? null, () => {
        if (found !== undefined) printFields(fieldsOf(found));
        else note(`${connection} trusts no issuer. Set one with: ${setHint(options, connection)}`);
      });
    });

  trust
    .command('set')
    .description('Set the issuer that a connection trusts; it replaces the one before')
    .argument('<connection>', 'id of the connection')
    .requiredOption(
      '--issuer <url>',
      'https://login.microsoftonline.com/<tenant id>/v2.0, or ' +
        'https://sts.windows.net/<tenant id>/ for a blank Secret Token',
    )
    .option('--subject <id>', 'object id of the workload identity')
    .option('--audience <audience...>', 'such as api://<application id>')
    .addOption(new Option('--scope <scope...>', 'what it allows (default: all)').choices(SCOPES))
    .option('--access-token <duration>', 'lifetime of access tokens, 1h to 6h', duration)
    .action(async (connection, _, command) => {
      const options = command.optsWithGlobals();
      const { admin } = await findDeployment(options);
      const { issuer, subject, audience, scope, accessToken } = options;
      const set = await admin.oauth.putTrust(connection, {
        issuer,
        ...(subject === undefined ? {} : { subject }),
        ...(audience === undefined ? {} : { audiences: audience }),
        ...(scope === undefined ? {} : { scopes: scope }),
        ...(accessToken === undefined ? {} : { accessTokenSeconds: accessToken }),
      });
      printResult(options.json, set, () => {
        printFields(fieldsOf(set));
      });
    });

  trust
    .command('delete')
    .description('End the trust, with the access tokens issued for it')
    .argument('<connection>', 'id of the connection')
    .option('--yes', 'do not ask')
    .action(async (connection, _, command) => {
      const options = command.optsWithGlobals();
      const { admin } = await findDeployment(options);
      await confirmed(`End the trust of ${connection}? Its requests fail.`, options.yes);
      await admin.oauth.deleteTrust(connection);
      printResult(options.json, { deleted: connection }, () => {
        print(`${connection} trusts no issuer any more.`);
      });
    });
}

function setHint(options: Parameters<typeof hint>[0], connection: string): string {
  const flags = '--issuer <issuer> --subject <object id> --audience <audience>';
  return hint(options, `trust set ${connection} ${flags}`);
}

function fieldsOf({ issuer, subject, audiences, ...trust }: Trust): Record<string, string> {
  return {
    'Trust id': trust.id,
    Issuer: issuer,
    Subject: subject ?? 'any workload of the tenant',
    Audiences: audiences.join(', '),
    Scopes: trust.scopes?.join(' ') ?? 'all',
    'Last used': timeText(trust.lastUsedAt),
    'Token endpoint': trust.tokenEndpoint,
  };
}
