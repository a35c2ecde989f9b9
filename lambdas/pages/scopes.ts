import type { ApiRequest } from '../json-api/api-request';
import { Problem } from '../json-api/problem';
import type { PortalIntent } from '../../ui/data';
import type { Visitor } from './visitor';

/*
 * The permissions of sessions, decided in this one place. A session of the console may make every
 * call but one. A session of the portal may make the calls below, for its own connection.
 */

const PAGES = '/pages/connections/{connectionId}';
const ADMIN = '/admin/connections/{connectionId}';

/** Calls that show the status and the log. */
const LOG = [`GET ${PAGES}`, `GET ${PAGES}/causes`, `GET ${PAGES}/days`, `GET ${ADMIN}/requests`];

const CLIENT = `${PAGES}/oauth/clients/{clientId}`;

/** Calls that replace a token or a client's secret. */
const ROTATE = [
  ...LOG,
  `GET ${PAGES}/tokens`,
  `POST ${PAGES}/tokens`,
  `DELETE ${PAGES}/tokens/{tokenId}`,
  `GET ${PAGES}/oauth`,
  `POST ${CLIENT}/secrets`,
  `DELETE ${CLIENT}/secrets/{secretId}`,
];

const PORTAL_CALLS: Readonly<Record<PortalIntent, readonly string[]>> = {
  log: LOG,
  rotate: ROTATE,
  setup: [
    ...ROTATE,
    `PUT ${PAGES}/identityProvider`,
    `POST ${PAGES}/oauth/clients`,
    `DELETE ${CLIENT}`,
    `PUT ${PAGES}/oauth/trust`,
    `DELETE ${PAGES}/oauth/trust`,
    `GET ${PAGES}/setupRequests`,
    `GET ${PAGES}/latestUser`,
  ],
};

/** Calls that need no session: opening links, and signing in. */
export const OPEN_CALLS: readonly string[] = [
  'POST /pages/portalLinks/check',
  'POST /pages/portalLinks/open',
  'POST /pages/consoleLinks/check',
  'POST /pages/consoleLinks/open',
  'POST /pages/signIns',
  'POST /pages/signIns/complete',
];

/** Calls of every session. */
const OWN_CALLS: readonly string[] = ['GET /pages/session', 'DELETE /pages/session'];

/** Calls of no session: a session of the console could renew itself without end. */
const CLOSED_CALLS: readonly string[] = ['POST /admin/consoleSessions'];

/**
 * Checks that a visitor may make a call.
 * @param request the call, with its route
 * @throws Problem 401 without a session, 403 for a call that the session does not allow
 */
export function checkScope(
  visitor: Visitor | undefined,
  { method, route, connectionId }: ApiRequest,
): void {
  const call = `${method} ${route}`;
  if (OPEN_CALLS.includes(call)) return;
  if (visitor === undefined) throw new Problem(401, 'The session has ended.');
  if (OWN_CALLS.includes(call) || isAllowed(visitor, call, connectionId)) return;
  throw new Problem(403, 'This session does not allow that.');
}

function isAllowed(visitor: Visitor, call: string, connectionId: string): boolean {
  if (visitor.audience === 'console') return !CLOSED_CALLS.includes(call);
  const { connection, link } = visitor.session;
  // The same answer for a connection that exists and one that does not.
  return PORTAL_CALLS[link.intent].includes(call) && connectionId === connection.id;
}
