import type { ConsoleSession, ConsoleSessions } from '../../directory/sessions/console-sessions';
import type { PortalLink } from '../../directory/sessions/portal-link';
import type { PortalSession, PortalSessions } from '../../directory/sessions/portal-sessions';
import type { PageRequest } from '../../ui/protocol';

/** A person with a session. */
export type Visitor =
  | { readonly audience: 'portal'; readonly session: PortalSession; readonly secret: string }
  | { readonly audience: 'console'; readonly session: ConsoleSession; readonly secret: string };

/** Returns the visitor who made a request; undefined if there is no valid session. */
export async function findVisitor(
  { audience, session: secret = '' }: PageRequest,
  sessions: { readonly portal: PortalSessions; readonly console: ConsoleSessions },
): Promise<Visitor | undefined> {
  if (secret === '') return undefined;
  if (audience === 'portal') {
    const session = await sessions.portal.find(secret);
    return session === undefined ? undefined : { audience, session, secret };
  }
  const session = await sessions.console.find(secret);
  return session === undefined ? undefined : { audience, session, secret };
}

/** Returns the name of a visitor in the audit log. */
export function actorOf(visitor: Visitor | undefined): string {
  if (visitor === undefined) return 'unknown';
  return visitor.audience === 'console' ? visitor.session.actor : actorOfLink(visitor.session.link);
}

/** Returns the name of a person who uses a link to the portal: the link, and who made it. */
export function actorOfLink({ id, recipient, createdBy }: PortalLink): string {
  const person = recipient === undefined ? '' : ` for ${recipient}`;
  return `portal link ${id}${person}, made by ${createdBy}`;
}
