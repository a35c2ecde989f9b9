import type { Connection } from '../../directory/connections/connection';
import { withoutTokens } from '../../directory/resources/display-names';
import type { Audience } from '../../idp/explanations/explanation';

/* Renders mails as text and as HTML from the same blocks. */

/** A mail in both forms. */
export interface Mail {
  readonly subject: string;
  readonly text: string;
  readonly html: string;
}

/** The data that the mails about a connection need, in addition to the notice. */
export interface MailContext {
  readonly connection: Connection;
  readonly adminUrl: string;
  /** Undefined for a connection without a secret. */
  readonly secretName: string | undefined;
  /**
   * The recipients: the deployment's, who can run commands in its AWS account, or those of the
   * connection, who administer the identity provider and have no access to the account.
   */
  readonly audience: Audience;
  /** The address or URL where customers may ask. */
  readonly contact: string | undefined;
}

/** Returns blocks that only operators can act on; none for customers. */
export function forOperators(
  { audience }: MailContext,
  ...blocks: readonly Block[]
): readonly Block[] {
  return audience === 'operator' ? blocks : [];
}

/** Returns the block that tells customers whom to ask; none for operators. */
export function contactBlocks({ audience, contact }: MailContext): readonly Block[] {
  if (audience === 'operator') return [];
  const whom =
    contact === undefined
      ? 'The operators of this service are the people who gave you its base URL.'
      : `The operators of this service: ${contact}`;
  return [{ text: whom }];
}

/**
 * Quotes a name that a client chose: without invisible characters, which can reverse the text
 * around them, and so that mail programs make no link of a URL in it.
 */
export function quotedName(name: string): string {
  const visible = withoutTokens(name.replace(/\p{Cf}/gu, ''));
  return `"${visible.replaceAll('://', '[:]//')}"`;
}

/** A part of a mail: a paragraph, a numbered list of steps, or a command to copy. */
export type Block =
  { readonly text: string } | { readonly steps: readonly string[] } | { readonly command: string };

/** Formats a time for a mail. @param time RFC 3339 */
export function dateOf(time: string): string {
  return `${time.slice(0, 10)} ${time.slice(11, 16)} UTC`;
}

/** Refers to a connection by its name and id. */
export function nameOf({ displayName, id }: Connection): string {
  return `the SCIM connection ${quotedName(displayName)} (${id})`;
}

/** Renders a mail in both forms. */
export function render(subject: string, blocks: readonly Block[]): Mail {
  return {
    // A subject is a single line, even if a connection's name is not.
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
  if ('steps' in block) {
    return `<ol>${block.steps.map((step) => `<li>${escaped(step)}</li>`).join('')}</ol>`;
  }
  if ('command' in block) return `<pre>${escaped(block.command)}</pre>`;
  return `<p>${escaped(block.text)}</p>`;
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
