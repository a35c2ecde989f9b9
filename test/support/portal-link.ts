import { admin } from './client';
import { Visitor } from './visitor';

/** A link to the portal, as the admin API returns it. */
export interface PortalLink {
  readonly id: string;
  readonly url: string;
  readonly expiresAt: string;
}

/** Creates a link to a connection's portal. */
export async function linkTo(connection: string, settings: object = {}): Promise<PortalLink> {
  const reply = await admin('POST', `/connections/${connection}/portalLinks`, settings);
  expect([reply.status, reply.headers['cache-control']]).toEqual([201, 'no-store']);
  return reply.body as PortalLink;
}

/** Returns a visitor who has opened a new link. */
export async function visitorOf(connection: string, settings: object = {}): Promise<Visitor> {
  const visitor = new Visitor();
  const opened = await visitor.openLink((await linkTo(connection, settings)).url);
  expect(opened.status).toBe(200);
  return visitor;
}

/** Creates a token in the portal. @returns its value */
export async function newToken(visitor: Visitor, overlap = '0'): Promise<string> {
  await visitor.open('/portal/token');
  const shown = await visitor.submit('/portal/token', { overlap });
  return /scim_[a-z0-9-]+_[a-z0-9]{10}_[\w-]{43}/.exec(shown.text)?.[0] ?? '';
}
