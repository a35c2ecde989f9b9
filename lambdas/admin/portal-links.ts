import * as z from 'zod/mini';
import {
  deploymentRecord,
  contentRecord,
  type AuditRecord,
} from '../../directory/connections/audit';
import { ConsoleSessions } from '../../directory/sessions/console-sessions';
import { PORTAL_INTENTS, stateOfLink, type PortalLink } from '../../directory/sessions/portal-link';
import { PortalSessions } from '../../directory/sessions/portal-sessions';
import { isIssuedId } from '../../directory/store/resource-ids';
import { shortened } from '../../scim/errors/scim-error';
import { CONSOLE_PATH, PORTAL_PATH } from '../contract';
import { jsonAnswer, type Answer } from '../http/answer';
import { nextCursor, pageOf, type ApiRequest } from '../json-api/api-request';
import { noConnection, Problem } from '../json-api/problem';
import { invalidFields, readBody } from '../json-api/read-body';
import type { Services } from './services';

/* Links that open the portal and the console; docs/reference/admin-api.md describes each call. */

const MINUTE = 60;
const DAY = 86_400;

const LINK = z.strictObject({
  intent: z._default(z.enum(PORTAL_INTENTS), 'setup'),
  expiresInSeconds: z._default(
    z
      .int()
      .check(
        z.gte(5 * MINUTE, 'must be at least 300 (5 minutes)'),
        z.lte(14 * DAY, 'must be at most 1209600 (14 days)'),
      ),
    3 * DAY,
  ),
  recipient: z.exactOptional(
    z.string().check(
      z.trim(),
      z.minLength(1),
      z.maxLength(200),
      z.refine((text) => !/\p{Cc}/u.test(text), 'must not contain control characters'),
    ),
  ),
  returnUrl: z.exactOptional(z.string().check(z.maxLength(2000))),
});

/** For answers that contain a link. */
const NO_STORE = { 'Cache-Control': 'no-store' };

/** `POST /connections/{id}/portalLinks`. */
export async function createPortalLink(services: Services, request: ApiRequest): Promise<Answer> {
  const { table, connections, actor, publicUrl, returnOrigins } = services;
  const { connectionId: connection } = request;
  const settings = readBody(LINK, request.body);
  if (!services.isPortalOn) {
    throw new Problem(
      409,
      'The portal is switched off. Set portal.enabled of the construct to true.',
    );
  }
  const { returnUrl } = settings;
  if (returnUrl !== undefined && !isReturnUrl(services, returnUrl)) {
    const allowed = returnOrigins.length === 0 ? 'none' : returnOrigins.join(', ');
    throw invalidFields([
      {
        pointer: '/returnUrl',
        detail: `must be a URL of an origin in portal.returnOrigins of the construct: ${allowed}`,
      },
    ]);
  }
  if ((await connections.find(connection)) === undefined) throw noConnection(connection);
  const { link, token, recorded } = await new PortalSessions(table).addLink(
    { connection, ...settings, createdBy: actor },
    (created) => creationOf(services, created),
  );
  services.onAction(recorded);
  const url = `${publicUrl}${PORTAL_PATH}/open?link=${token}`;
  return jsonAnswer(201, { id: link.id, url, expiresAt: link.expiresAt }, NO_STORE);
}

function creationOf({ actor }: Services, link: PortalLink): AuditRecord {
  const { id, connection, intent, recipient, expiresAt } = link;
  const named = recipient === undefined ? {} : { recipient };
  return contentRecord({ actor, action: 'portalLink.create' }, connection, {
    link: id,
    intent,
    ...named,
    expiresAt,
  });
}

/** Returns whether the portal may send a visitor to a URL. */
export function isReturnUrl(
  { returnOrigins, allowsLoopback }: Pick<Services, 'returnOrigins' | 'allowsLoopback'>,
  url: string,
): boolean {
  if (!URL.canParse(url)) return false;
  const { origin, protocol, hostname } = new URL(url);
  if (protocol !== 'https:' && protocol !== 'http:') return false;
  return returnOrigins.includes(origin) || (allowsLoopback && hostname === '127.0.0.1');
}

/** `GET /connections/{id}/portalLinks`, newest first. */
export async function listPortalLinks(services: Services, request: ApiRequest): Promise<Answer> {
  const { connectionId: id } = request;
  if ((await services.connections.find(id)) === undefined) throw noConnection(id);
  const { limit, after } = pageOf(request, isIssuedId);
  const { links, next } = await new PortalSessions(services.table).links(id, limit, after);
  return jsonAnswer(200, { portalLinks: links.map(describeLink), ...nextCursor(next) });
}

function describeLink(link: PortalLink): object {
  const { digest: _, connection: __, ...described } = link;
  return { ...described, state: stateOfLink(link) };
}

/** `DELETE /connections/{id}/portalLinks/{linkId}`: also ends the session that it opened. */
export async function revokePortalLink(services: Services, request: ApiRequest): Promise<Answer> {
  const { connectionId: id } = request;
  const link = request.parameter('linkId');
  if ((await services.connections.find(id)) === undefined) throw noConnection(id);
  const action = { actor: services.actor, action: 'portalLink.revoke' } as const;
  const record = contentRecord(action, id, { link });
  const isRevoked = await new PortalSessions(services.table).revoke(id, link, record);
  if (!isRevoked) throw new Problem(404, `There is no link "${shortened(link)}".`);
  services.onAction(record);
  return { status: 204 };
}

/** `POST /consoleSessions`: a one-time link that opens the console. */
export async function createConsoleSession(services: Services): Promise<Answer> {
  if (!services.isConsoleOn) {
    throw new Problem(
      409,
      'The console is switched off. Set console.enabled of the construct to true.',
    );
  }
  const { actor, table, publicUrl } = services;
  const { secret, expiresAt, recorded } = await new ConsoleSessions(table).addLink(actor, (until) =>
    deploymentRecord({ actor, action: 'console.link' }, {}, { expiresAt: until }),
  );
  services.onAction(recorded);
  const url = `${publicUrl}${CONSOLE_PATH}/open?link=${secret}`;
  return jsonAnswer(201, { url, expiresAt }, NO_STORE);
}
