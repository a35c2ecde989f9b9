import type { TokenNotice } from '../../directory/notices/notice';
import { consoleLabelsOf, type ConsoleLabels } from '../../idp/explanations/console';
import { issueTokenCommand, readTokenCommand } from './commands';
import { dateOf, nameOf, render, type Block, type Mail, type MailContext } from './mail';

/** The overlap in the suggested command: a week to paste the new token. */
const SUGGESTED_OVERLAP_SECONDS = 604_800;

/** Creates the mail about a token that ends soon, or about its successor. */
export function tokenMail(notice: TokenNotice, context: MailContext): Mail {
  if (notice.kind === 'tokenRotated') return rotationMail(notice, context);
  const token = context.connection.tokens.find(({ id }) => id === notice.token);
  return token?.scopes === undefined
    ? expiryMail(notice, context)
    : scopedExpiryMail(notice, token.scopes, context);
}

type ExpiryNotice = TokenNotice & { readonly kind: 'tokenExpires' };

function expiryMail(notice: ExpiryNotice, context: MailContext): Mail {
  const { connection, adminUrl, secretName } = context;
  const idp = consoleLabelsOf(connection.identityProvider);
  const overlap = { overlapSeconds: SUGGESTED_OVERLAP_SECONDS };
  const inSecret =
    secretName === undefined ? '' : ` It is also stored in the secret ${secretName}.`;
  return render(`SCIM token of ${connection.displayName} expires ${whenOf(notice)}`, [
    {
      text:
        `The bearer token ${notice.token} of ${nameOf(connection)} expires on ` +
        `${dateOf(notice.expiresAt)}. After that, requests from ${idp.name} fail (401): new ` +
        'users are not created, and users who leave keep their access.',
    },
    {
      text:
        'Issue a new token with an overlap of 7 days, in which both tokens work. The response ' +
        `shows the new token once.${inSecret}`,
    },
    { command: issueTokenCommand(adminUrl, connection.id, overlap) },
    ...readAgain(secretName),
    { steps: pasteSteps(idp) },
  ]);
}

function readAgain(secretName: string | undefined): readonly Block[] {
  if (secretName === undefined) return [];
  return [{ text: 'To read it again:' }, { command: readTokenCommand(secretName) }];
}

function scopedExpiryMail(
  notice: ExpiryNotice,
  scopes: readonly string[],
  { connection, adminUrl }: MailContext,
): Mail {
  const { name } = consoleLabelsOf(connection.identityProvider);
  const subject = `SCIM token ${notice.token} of ${connection.displayName}`;
  return render(`${subject} expires ${whenOf(notice)}`, [
    {
      text:
        `The bearer token ${notice.token} of ${nameOf(connection)}, with the scopes ` +
        `${scopes.join(', ')}, expires on ${dateOf(notice.expiresAt)}. The token that ${name} ` +
        'uses is not affected.',
    },
    { text: 'If the token is still in use, replace it. The response shows the new one once:' },
    { command: issueTokenCommand(adminUrl, connection.id, { scopes }) },
  ]);
}

function rotationMail(
  notice: TokenNotice & { readonly kind: 'tokenRotated' },
  { connection, secretName = '' }: MailContext,
): Mail {
  const idp = consoleLabelsOf(connection.identityProvider);
  return render(`New SCIM token for ${connection.displayName}: paste it into ${idp.name}`, [
    {
      text:
        `The bearer token of ${nameOf(connection)} was rotated on schedule. The new token, ` +
        `${notice.token}, is valid now. The earlier token works until ` +
        `${dateOf(notice.earlierUntil)}. Paste the new one before then, or requests from ` +
        `${idp.name} fail (401).`,
    },
    { text: `The new token is stored in the secret ${secretName}. To read it:` },
    { command: readTokenCommand(secretName) },
    { steps: pasteSteps(idp) },
  ]);
}

function whenOf({ days }: ExpiryNotice): string {
  if (days === 0) return 'today';
  return days === 1 ? 'in 1 day' : `in ${days} days`;
}

function pasteSteps({ name, tokenField, test }: ConsoleLabels): readonly string[] {
  return [`In ${name}, open ${tokenField}.`, `Paste the new token, test it (${test}), and save.`];
}
