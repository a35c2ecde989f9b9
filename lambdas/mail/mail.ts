import type { Connection } from '../../directory/connections/connection';

/*
 * Mails as text and as HTML, of the same parts.
 */

/** A mail in both of its forms. */
export interface Mail {
  readonly subject: string;
  readonly text: string;
  readonly html: string;
}

/** What a mail needs to know beside its notice. */
export interface MailContext {
  readonly connection: Connection;
  readonly adminUrl: string;
  /** Undefined for a connection without a secret. */
  readonly secretName: string | undefined;
}

/** A part of a mail: a paragraph, steps to follow, or a command to copy. */
export type Block =
  { readonly text: string } | { readonly steps: readonly string[] } | { readonly command: string };

/** A time as mails show it. @param time RFC 3339 */
export function dateOf(time: string): string {
  return `${time.slice(0, 10)} ${time.slice(11, 16)} UTC`;
}

/** Both forms of a mail. */
export function render(subject: string, blocks: readonly Block[]): Mail {
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
  if ('steps' in block)
    return `<ol>${block.steps.map((step) => `<li>${escaped(step)}</li>`).join('')}</ol>`;
  return 'command' in block
    ? `<pre>${escaped(block.command)}</pre>`
    : `<p>${escaped(block.text)}</p>`;
}

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
};

function escaped(text: string): string {
  return text.replace(/[&<>"]/g, (character) => ENTITIES[character] ?? character);
}

/** A sentence that begins with a capital letter. */
export function capitalized(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

/** The command that shows a connection's log. @param query what of it; all by default */
export function logCommand(adminUrl: string, id: string, query = ''): string {
  return `awscurl --service execute-api '${adminUrl}/connections/${id}/requests${query}'`;
}

/** The command that reads a connection's token. */
export function readCommand(secretName: string): string {
  return `aws secretsmanager get-secret-value --secret-id '${secretName}' --query SecretString --output text`;
}

/** The command that changes a connection's settings. @param settings as PATCH takes them */
export function settingsCommand(adminUrl: string, id: string, settings: object): string {
  return `awscurl --service execute-api -X PATCH '${adminUrl}/connections/${id}' -d '${JSON.stringify(settings)}'`;
}
