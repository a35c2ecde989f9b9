import { Option } from '@commander-js/extra-typings';
import { findDeployment } from '../deployment';
import { UsageError } from '../errors';
import {
  note,
  print,
  printFields,
  printJson,
  printResult,
  printTable,
  timeText,
} from '../output/output';
import { duration, wholeNumber, type Program } from '../program';
import { confirmed } from '../prompts';
import { hint } from './hint';
import { SCOPES } from '../oauth/scopes';
import { checkShown, tokenFields, withoutValue } from './new-token';

const DAY = 86_400;

/** The overlap of a rotation, unless the connection or the caller states another one. */
const DEFAULT_OVERLAP_DAYS = 7;

/** Adds `tokens`. */
export function addTokens(program: Program): void {
  const tokens = program
    .command('tokens')
    .description('List, issue, rotate and revoke the tokens of a connection');

  tokens
    .command('list')
    .description('List valid tokens, and those that ended in the last 90 days')
    .argument('<connection>', 'id of the connection')
    .action(async (connection, _, command) => {
      const options = command.optsWithGlobals();
      const { admin } = await findDeployment(options);
      const found = await admin.tokens(connection);
      printResult(options.json, found, () => {
        printTable(
          ['ID', 'STATE', 'CREATED', 'EXPIRES', 'LAST USED', 'SCOPES'],
          found.map(({ id, state, createdAt, expiresAt, lastUsedAt, endedAt, scopes = [] }) => [
            id,
            state,
            timeText(createdAt),
            timeText(endedAt ?? expiresAt),
            timeText(lastUsedAt),
            scopes.join(' ') || 'all',
          ]),
          `There are no tokens. Issue one with: ${hint(options, `tokens rotate ${connection}`)}`,
        );
      });
    });

  tokens
    .command('rotate')
    .description('Replace the token of a connection; both work during the overlap')
    .argument('<connection>', 'id of the connection')
    .option(
      '--overlap <duration>',
      'how long the earlier token works, such as 12h or 7d; 0s if it has leaked ' +
        "(default: the connection's, or 7d)",
      duration,
    )
    .option('--expires-in-days <days>', "lifetime (default: the connection's)", wholeNumber)
    .option('--show', 'print the token')
    .action(async (id, _, command) => {
      const options = command.optsWithGlobals();
      const { admin } = await findDeployment(options);
      const connection = await admin.connection(id);
      if ('deletion' in connection) throw new UsageError(`${id} is being deleted.`);
      checkShown('token', connection.secret, options.show);
      const { overlapDays = DEFAULT_OVERLAP_DAYS } = connection.rotation ?? {};
      const { earlierTokens, ...token } = await admin.issueToken(id, {
        overlapSeconds: options.overlap ?? overlapDays * DAY,
        ...lifetime(options.expiresInDays),
      });
      if (options.json === true) {
        printJson({ ...withoutValue(token, options.show), earlierTokens });
        return;
      }
      printFields({
        ...tokenFields(token, connection.secretName, options.show),
        'Earlier tokens':
          earlierTokens.map((each) => `${each.id} ends ${timeText(each.endsAt)}`).join(', ') ||
          'none',
      });
      const isOver = options.overlap === 0;
      const until = isOver ? 'now: its requests fail until then' : 'before the earlier one ends';
      note(
        `\nPaste the new token into the identity provider ${until}. ` +
          "Or let the customer's administrator replace it:\n  " +
          hint(options, `portal-link ${id} --intent rotate`),
      );
    });

  tokens
    .command('issue')
    .description('Issue an additional token that may do less, for example to read users')
    .argument('<connection>', 'id of the connection')
    .addOption(
      new Option('--scope <scope...>', 'what it allows').choices(SCOPES).makeOptionMandatory(),
    )
    .option('--expires-in-days <days>', "lifetime (default: the connection's)", wholeNumber)
    .option('--show', 'print the token: it is kept nowhere')
    .action(async (id, _, command) => {
      const options = command.optsWithGlobals();
      checkShown('token', false, options.show);
      const { admin } = await findDeployment(options);
      const { earlierTokens: _ended, ...token } = await admin.issueToken(id, {
        scopes: options.scope,
        ...lifetime(options.expiresInDays),
      });
      printResult(options.json, token, () => {
        printFields(tokenFields(token, undefined, options.show));
      });
    });

  tokens
    .command('revoke')
    .description('Refuse a token from the next request on')
    .argument('<connection>', 'id of the connection')
    .argument('<token>', 'id of the token')
    .option('--yes', 'do not ask')
    .action(async (connection, token, _, command) => {
      const options = command.optsWithGlobals();
      const { admin } = await findDeployment(options);
      await confirmed(`Revoke token ${token} of ${connection}? Its requests fail.`, options.yes);
      await admin.revokeToken(connection, token);
      printResult(options.json, { revoked: token }, () => {
        print(`Token ${token} is revoked.`);
      });
    });
}

function lifetime(expiresInDays: number | undefined): { readonly expiresInDays?: number } {
  return expiresInDays === undefined ? {} : { expiresInDays };
}
