import type { TokenNotice } from '../../directory/notices/notice';
import { consoleLabelsOf, type ConsoleLabels } from '../../idp/explanations/console';
import { dateOf, readCommand, render, type Mail, type MailContext } from './mail';

/** Seconds in which both tokens work while an administrator pastes the new one: a week. */
const SUGGESTED_OVERLAP = 604_800;

/** The mail that tells of a token that ends, or of one that waits to be pasted. */
export function tokenMail(notice: TokenNotice, context: MailContext): Mail {
  return notice.kind === 'tokenExpires'
    ? expiryMail(notice, context)
    : rotationMail(notice, context);
}

function expiryMail(
  notice: TokenNotice & { readonly kind: 'tokenExpires' },
  context: MailContext,
): Mail {
  const { connection, secretName } = context;
  const idp = consoleLabelsOf(connection.identityProvider);
  const end = dateOf(notice.expiresAt);
  const when =
    notice.days === 0 ? 'today' : notice.days === 1 ? 'in a day' : `in ${notice.days} days`;
  const scopes = connection.tokens.find(({ id }) => id === notice.token)?.scopes;
  if (scopes !== undefined) {
    return render(`SCIM token ${notice.token} of ${connection.displayName} expires ${when}`, [
      {
        text: `The bearer token ${notice.token} of the SCIM connection "${connection.displayName}" (${connection.id}), with the scopes ${scopes.join(', ')}, ends at ${end}. It is one beside that of ${idp.name}, which goes on.`,
      },
      { text: 'Whoever uses it needs another one; the answer shows its value, once:' },
      { command: issueCommand(context, { scopes }) },
    ]);
  }
  return render(`SCIM token of ${connection.displayName} expires ${when}`, [
    {
      text: `The bearer token ${notice.token} of the SCIM connection "${connection.displayName}" (${connection.id}) ends at ${end}. From then on ${idp.name} is refused with 401: nobody is created, and nobody who leaves loses access.`,
    },
    {
      text: `Issue a new one with an overlap, so that both work until it is pasted. The answer shows its value, once${secretName === undefined ? '.' : `; it is also the value of the secret ${secretName}.`}`,
    },
    { command: issueCommand(context, { overlapSeconds: SUGGESTED_OVERLAP }) },
    ...(secretName === undefined
      ? []
      : [{ text: 'To read it again:' }, { command: readCommand(secretName) }]),
    { steps: pasteSteps(idp) },
  ]);
}

function rotationMail(
  notice: TokenNotice & { readonly kind: 'tokenRotated' },
  context: MailContext,
): Mail {
  const { connection, secretName = '' } = context;
  const idp = consoleLabelsOf(connection.identityProvider);
  return render(`A new SCIM token for ${connection.displayName} waits to be pasted`, [
    {
      text: `The bearer token of the SCIM connection "${connection.displayName}" (${connection.id}) was rotated on schedule. The new one, ${notice.token}, works already; the one before works until ${dateOf(notice.earlierUntil)}, and then ${idp.name} is refused with 401 unless it has the new one.`,
    },
    { text: `The new token is the value of the secret ${secretName}:` },
    { command: readCommand(secretName) },
    { steps: pasteSteps(idp) },
  ]);
}

function issueCommand({ adminUrl, connection }: MailContext, body: object): string {
  const url = `${adminUrl}/connections/${connection.id}/tokens`;
  return `awscurl --service execute-api -X POST '${url}' -d '${JSON.stringify(body)}'`;
}

function pasteSteps({ name, tokenField, test }: ConsoleLabels): readonly string[] {
  return [`In ${name}: ${tokenField}.`, 'Paste the new token and save.', `Check with: ${test}.`];
}
