import * as z from 'zod/mini';
import {
  deploymentRecord,
  contentRecord,
  type AuditRecord,
} from '../../directory/connections/audit';
import type { LinkInfo, SessionInfo } from '../../ui/data';
import { isReturnUrl } from '../admin/portal-links';
import { jsonAnswer, type Answer } from '../http/answer';
import type { ApiRequest } from '../json-api/api-request';
import { Problem } from '../json-api/problem';
import { readBody } from '../json-api/read-body';
import type { PageServices } from './services';
import { actorOfLink } from './visitor';

const TOKEN = z.strictObject({ token: z.string() });

/** The same answer for every reason, so that nobody learns which links exist. */
function noLink(): Problem {
  return new Problem(
    404,
    'This link cannot be opened: it was used before, has expired, or was revoked.',
  );
}

/** `POST /pages/portalLinks/check`: what a link opens. It stays unused. */
export async function checkPortalLink(
  { portal, connections }: PageServices,
  { body }: ApiRequest,
): Promise<Answer> {
  const link = await portal.openable(readBody(TOKEN, body).token);
  const connection = link === undefined ? undefined : await connections.find(link.connection);
  if (link === undefined || connection === undefined) throw noLink();
  const { intent } = link;
  return jsonAnswer(200, { connectionName: connection.displayName, intent } satisfies LinkInfo);
}

/** `POST /pages/portalLinks/open`: starts the session of a link. */
export async function openPortalLink(
  { portal, onAction }: PageServices,
  { body }: ApiRequest,
): Promise<Answer> {
  const opened = await portal.open(readBody(TOKEN, body).token, (link) =>
    contentRecord({ actor: actorOfLink(link), action: 'portalLink.open' }, link.connection, {
      link: link.id,
    }),
  );
  if (opened === undefined) throw noLink();
  const { session, expiresAt, recorded } = opened;
  onAction(recorded);
  return jsonAnswer(201, { session, expiresAt });
}

/** `POST /pages/consoleLinks/check`: whether a link can be opened. It stays unused. */
export async function checkConsoleLink(
  { console }: PageServices,
  { body }: ApiRequest,
): Promise<Answer> {
  const actor = await console.creatorOf(readBody(TOKEN, body).token);
  if (actor === undefined) throw noLink();
  return jsonAnswer(200, {});
}

/** `POST /pages/consoleLinks/open`: starts the session of a link. */
export async function openConsoleLink(
  services: PageServices,
  { body }: ApiRequest,
): Promise<Answer> {
  const opened = await services.console.open(readBody(TOKEN, body).token, signInOf);
  if (opened === undefined) throw noLink();
  services.onAction(opened.recorded);
  return jsonAnswer(201, { session: opened.session });
}

/** `POST /pages/signIns`: begins a sign-in at the OpenID provider. */
export async function beginSignIn({ openId, console }: PageServices): Promise<Answer> {
  if (openId === undefined) throw new Problem(404, 'OpenID Connect is not configured.');
  const { url, signIn } = await openId.begin();
  await console.addSignIn(signIn);
  return jsonAnswer(201, { url, state: signIn.state });
}

const ANSWER = z.strictObject({
  query: z.string().check(z.maxLength(8000)),
  state: z.string().check(z.maxLength(100)),
});

/**
 * `POST /pages/signIns/complete`: starts a session if the OpenID provider's answer is right.
 * `state` is the one of the visitor's cookie, so that the answer counts in the same browser only.
 */
export async function completeSignIn(
  services: PageServices,
  { body }: ApiRequest,
): Promise<Answer> {
  const { openId, console } = services;
  const { query, state } = readBody(ANSWER, body);
  const signIn = await console.takeSignIn(state);
  if (openId === undefined || signIn === undefined) {
    throw new Problem(403, 'The sign-in took too long, or was started elsewhere. Try again.');
  }
  const actor = await openId.complete(query, signIn);
  const { session, recorded } = await console.start(actor, signInOf);
  services.onAction(recorded);
  return jsonAnswer(201, { session });
}

function signInOf(actor: string): AuditRecord {
  return deploymentRecord({ actor, action: 'console.signIn' }, {}, {});
}

/** `GET /pages/session`. */
export function readSession(services: PageServices): Promise<Answer> {
  const { visitor } = services;
  if (visitor === undefined) throw new Problem(401, 'The session has ended.');
  if (visitor.audience === 'console') {
    const { actor, expiresAt } = visitor.session;
    return answerOf({ audience: 'console', actor, expiresAt });
  }
  const { connection, link, startedAt, expiresAt } = visitor.session;
  const { returnUrl } = link;
  // The origin may have been removed from the list since the link was created.
  const isAllowed = returnUrl !== undefined && isReturnUrl(services, returnUrl);
  return answerOf({
    audience: 'portal',
    connectionId: connection.id,
    connectionName: connection.displayName,
    intent: link.intent,
    ...(isAllowed ? { returnUrl } : {}),
    startedAt,
    expiresAt,
  });
}

function answerOf(info: SessionInfo): Promise<Answer> {
  return Promise.resolve(jsonAnswer(200, info));
}

/** `DELETE /pages/session`: signs out. */
export async function endSession({ visitor, portal, console }: PageServices): Promise<Answer> {
  if (visitor?.audience === 'portal') await portal.end(visitor.secret, visitor.session);
  if (visitor?.audience === 'console') await console.end(visitor.secret);
  return { status: 204 };
}
