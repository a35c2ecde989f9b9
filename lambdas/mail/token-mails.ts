import type { TokenNotice } from '../../directory/notices/notice';
import { consoleLabelsOf, type ConsoleLabels } from '../../idp/explanations/console';
import { capitalized } from '../../idp/explanations/text';
import { cliCommand, readTokenCommand } from './commands';
import {
  contactBlocks,
  dateOf,
  forOperators,
  nameOf,
  render,
  type Block,
  type Mail,
  type MailContext,
} from './mail';

/** Creates the mail about a token that ends soon, or about its successor. */
export function tokenMail(
  notice: Exclude<TokenNotice, { readonly kind: 'secretExpires' }>,
  context: MailContext,
): Mail {
  if (notice.kind === 'tokenRotated') return rotationMail(notice, context);
  if (notice.kind === 'tokenNotAdopted') return adoptionMail(notice, context);
  const token = context.connection.tokens.find(({ id }) => id === notice.token);
  return token?.scopes === undefined
    ? expiryMail(notice, context)
    : scopedExpiryMail(notice, token.scopes, context);
}

type ExpiryNotice = TokenNotice & { readonly kind: 'tokenExpires' };

function expiryMail(notice: ExpiryNotice, context: MailContext): Mail {
  const { connection, adminUrl, secretName } = context;
  const idp = consoleLabelsOf(connection.identityProvider);
  const inSecret =
    secretName === undefined ? '' : ` It is also stored in the secret ${secretName}.`;
  return render(`SCIM token of ${connection.displayName} expires ${whenOf(notice)}`, [
    {
      text:
        `The bearer token ${notice.token} of ${nameOf(connection)} expires on ` +
        `${dateOf(notice.expiresAt)}. After that, requests from ${idp.name} fail (401): new ` +
        'users are not created, and users who leave keep their access.',
    },
    ...forOperators(
      context,
      {
        text:
          'Issue a new token with an overlap of 7 days, in which both tokens work. The command ' +
          `prints the new token once.${inSecret}`,
      },
      { command: cliCommand(adminUrl, `tokens rotate ${connection.id} --overlap 7d --show`) },
      ...readBlocks('To read it again:', secretName),
    ),
    ...askBlocks('Ask the operators of this service for a new token.', context),
    { steps: pasteSteps(idp) },
    ...contactBlocks(context),
  ]);
}

/** Tells customers what to ask for. */
export function askBlocks(text: string, { audience }: MailContext): readonly Block[] {
  return audience === 'customer' ? [{ text }] : [];
}

function readBlocks(text: string, secretName: string | undefined): readonly Block[] {
  return secretName === undefined ? [] : [{ text }, { command: readTokenCommand(secretName) }];
}

function scopedExpiryMail(
  notice: ExpiryNotice,
  scopes: readonly string[],
  context: MailContext,
): Mail {
  const { connection, adminUrl } = context;
  const { name } = consoleLabelsOf(connection.identityProvider);
  const subject = `SCIM token ${notice.token} of ${connection.displayName}`;
  return render(`${subject} expires ${whenOf(notice)}`, [
    {
      text:
        `The bearer token ${notice.token} of ${nameOf(connection)}, with the scopes ` +
        `${scopes.join(', ')}, expires on ${dateOf(notice.expiresAt)}. The token that ${name} ` +
        'uses is not affected.',
    },
    ...forOperators(
      context,
      { text: 'If the token is still in use, replace it. The command prints the new one once:' },
      {
        command: cliCommand(
          adminUrl,
          `tokens issue ${connection.id} --scope ${scopes.join(' ')} --show`,
        ),
      },
    ),
    ...askBlocks('If you still use it, ask the operators of this service for another.', context),
    ...contactBlocks(context),
  ]);
}

function rotationMail(
  notice: TokenNotice & { readonly kind: 'tokenRotated' },
  context: MailContext,
): Mail {
  const { connection, secretName } = context;
  const idp = consoleLabelsOf(connection.identityProvider);
  return render(`New SCIM token for ${connection.displayName}: paste it into ${idp.name}`, [
    {
      text:
        `The bearer token of ${nameOf(connection)} was rotated on schedule. The new token, ` +
        `${notice.token}, is valid now. The earlier token works until ` +
        `${dateOf(notice.earlierUntil)}. Paste the new one before then, or requests from ` +
        `${idp.name} fail (401).`,
    },
    ...newTokenBlocks(idp, secretName, context),
  ]);
}

function adoptionMail(
  notice: TokenNotice & { readonly kind: 'tokenNotAdopted' },
  context: MailContext,
): Mail {
  const { connection, secretName } = context;
  const idp = consoleLabelsOf(connection.identityProvider);
  const end = dateOf(notice.earlierUntil);
  return render(`SCIM token of ${connection.displayName}: the one in use ends on ${end}`, [
    {
      text:
        `${capitalized(idp.name)} still uses the earlier bearer token of ${nameOf(connection)}. ` +
        `That token ends on ${end}, and requests then fail (401): new users are not created, and ` +
        `users who leave keep their access. The new token, ${notice.token}, has not been used ` +
        'yet.',
    },
    ...newTokenBlocks(idp, secretName, context),
  ]);
}

/** How to get the new token, and where to paste it. */
function newTokenBlocks(
  idp: ConsoleLabels,
  secretName: string | undefined,
  context: MailContext,
): readonly Block[] {
  const stored = `The new token is stored in the secret ${secretName ?? ''}. To read it:`;
  return [
    ...forOperators(context, ...readBlocks(stored, secretName)),
    ...askBlocks('Ask the operators of this service for the new token.', context),
    { steps: pasteSteps(idp) },
    ...contactBlocks(context),
  ];
}

/** Returns when something ends, in words. */
export function whenOf({ days }: { readonly days: number }): string {
  if (days === 0) return 'today';
  return days === 1 ? 'in 1 day' : `in ${days} days`;
}

function pasteSteps({ name, tokenField, test }: ConsoleLabels): readonly string[] {
  return [`In ${name}, open ${tokenField}.`, `Paste the new token, test it (${test}), and save.`];
}
