import type { Connection } from '../../directory/connection';
import type { FailedCause, FailuresNotice, Notice, RecoveryNotice, TokenNotice } from '../../directory/notices';
import { consoleOf, type Console } from '../../idp/console';
import { explain } from '../../idp/explanations';

/** A mail in both of its forms. */
export interface Mail {
  readonly subject: string;
  readonly text: string;
  readonly html: string;
}

/** A part of a mail: a paragraph, steps to follow, or a command to copy. */
type Block = { readonly text: string } | { readonly steps: readonly string[] } | { readonly command: string };

/** What a mail needs to know beside its notice. */
export interface MailContext {
  readonly connection: Connection;
  readonly adminUrl: string;
  /** Undefined for a connection without a secret. */
  readonly secretName: string | undefined;
}

/** Seconds in which both tokens work while an administrator pastes the new one: a week. */
const SUGGESTED_OVERLAP = 604_800;

/** The mail that tells a notice. It never holds a token. */
export function mailOf(notice: Notice, context: MailContext): Mail {
  switch (notice.kind) {
    case 'tokenExpires':
      return expiryMail(notice, context);
    case 'tokenRotated':
      return rotationMail(notice, context);
    case 'failures':
      return failuresMail(notice, context);
    case 'recovered':
      return recoveryMail(notice, context);
  }
}

function failuresMail({ causes }: FailuresNotice, context: MailContext): Mail {
  const { connection, adminUrl } = context;
  const { name } = consoleOf(connection.identityProvider);
  const isSummary = causes.every(({ status }) => status === 0);
  const what = requests(...causes.map(({ count }) => count));
  const isPartial = causes.every(({ status }) => status > 0 && status < 400);
  if (isPartial) return passedOverMail(causes, what, context);
  return render(`SCIM provisioning of ${connection.displayName}: ${isSummary ? `${what} more` : what} failed`, [
    {
      text: isSummary
        ? `The SCIM connection "${connection.displayName}" (${connection.id}) has been told of these before. They have gone on since: ${what} of ${name} failed.`
        : `${capital(what)} of ${name} to the SCIM connection "${connection.displayName}" (${connection.id}) failed, for ${causes.length === 1 ? 'one cause' : `${causes.length} causes`}. What they were to do has not been done.`,
    },
    ...causes.flatMap((cause, index) => causeBlocks(cause, index + 1, connection.identityProvider)),
    { text: 'All of it, with each request:' },
    { command: logCommand(adminUrl, connection.id) },
    {
      text: 'Each of these causes is told again in a day at the earliest, with how often it has come by then; others at once.',
    },
  ]);
}

/** Requests that went well but for some members. */
function passedOverMail(causes: readonly FailedCause[], what: string, { connection, adminUrl }: MailContext): Mail {
  const { name } = consoleOf(connection.identityProvider);
  return render(`SCIM provisioning of ${connection.displayName}: members were passed over in ${what}`, [
    {
      text: `${capital(what)} of ${name} to the SCIM connection "${connection.displayName}" (${connection.id}) named members of groups who are not there. All else of them was done.`,
    },
    ...causes.flatMap((cause, index) => causeBlocks(cause, index + 1, connection.identityProvider)),
    { text: 'Each request:' },
    { command: logCommand(adminUrl, connection.id).replace('status=failed', 'cause=unknownMember') },
  ]);
}

function causeBlocks(failed: FailedCause, number: number, identityProvider: string): readonly Block[] {
  const { cause, attribute, count, names, detail, received } = failed;
  const { title, meaning, remedy } = explain(cause, identityProvider, attribute);
  const about = names.length === 0 ? '' : ` About ${names.join(', ')}${count > names.length ? ' and others' : ''}.`;
  const expected =
    detail === undefined ? '' : ` ${capital(detail)}${received === undefined ? '' : `, but it is ${received}`}.`;
  return [
    { text: `${number}. ${title}: ${requests(count)}` },
    { text: `${meaning}${expected}${about}` },
    { text: `What to do: ${remedy}` },
  ];
}

function recoveryMail({ since }: RecoveryNotice, { connection }: MailContext): Mail {
  const { name } = consoleOf(connection.identityProvider);
  return render(`SCIM provisioning of ${connection.displayName} works again`, [
    {
      text: `Requests of ${name} to the SCIM connection "${connection.displayName}" (${connection.id}) go well again. They had failed since ${dateOf(since)}.`,
    },
    { text: `${capital(name)} repeats what failed by itself, most of it within the hour.` },
  ]);
}

/** When so many of one cause came, some of them may not have been written down. */
const COUNTED = 25;

function requests(...counts: readonly number[]): string {
  const sum = counts.reduce((total, count) => total + count, 0);
  const isLeast = counts.some((count) => count >= COUNTED);
  return `${isLeast ? 'at least ' : ''}${sum} ${sum === 1 ? 'request' : 'requests'}`;
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

function logCommand(adminUrl: string, id: string): string {
  return `awscurl --service execute-api '${adminUrl}/connections/${id}/requests?status=failed'`;
}

function expiryMail(notice: TokenNotice & { readonly kind: 'tokenExpires' }, context: MailContext): Mail {
  const { connection, secretName } = context;
  const idp = consoleOf(connection.identityProvider);
  const end = dateOf(notice.expiresAt);
  const when = notice.days === 0 ? 'today' : notice.days === 1 ? 'in a day' : `in ${notice.days} days`;
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
    ...(secretName === undefined ? [] : [{ text: 'To read it again:' }, { command: readCommand(secretName) }]),
    { steps: pasteSteps(idp) },
  ]);
}

function rotationMail(notice: TokenNotice & { readonly kind: 'tokenRotated' }, context: MailContext): Mail {
  const { connection, secretName = '' } = context;
  const idp = consoleOf(connection.identityProvider);
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

function readCommand(secretName: string): string {
  return `aws secretsmanager get-secret-value --secret-id '${secretName}' --query SecretString --output text`;
}

function pasteSteps({ name, tokenField, test }: Console): readonly string[] {
  return [`In ${name}: ${tokenField}.`, 'Paste the new token and save.', `Check with: ${test}.`];
}

function dateOf(time: string): string {
  return `${time.slice(0, 10)} ${time.slice(11, 16)} UTC`;
}

function render(subject: string, blocks: readonly Block[]): Mail {
  return {
    // A subject is one line, whatever a connection is called.
    subject: subject.replace(/\s+/g, ' '),
    text: `${blocks.map(asText).join('\n\n')}\n`,
    html: `<!doctype html>\n<html><body>\n${blocks.map(asHtml).join('\n')}\n</body></html>\n`,
  };
}

function asText(block: Block): string {
  if ('steps' in block) return block.steps.map((step, index) => `${index + 1}. ${step}`).join('\n');
  return 'command' in block ? `    ${block.command}` : block.text;
}

function asHtml(block: Block): string {
  if ('steps' in block) return `<ol>${block.steps.map((step) => `<li>${escaped(step)}</li>`).join('')}</ol>`;
  return 'command' in block ? `<pre>${escaped(block.command)}</pre>` : `<p>${escaped(block.text)}</p>`;
}

const ENTITIES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };

function escaped(text: string): string {
  return text.replace(/[&<>"]/g, (character) => ENTITIES[character] ?? character);
}
