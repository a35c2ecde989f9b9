import { randomBytes } from 'node:crypto';
import { isDeepStrictEqual } from 'node:util';
import type * as z from 'zod/mini';
import type { Connection } from '../../../directory/connections/connection';
import { withOAuth } from '../../../directory/connections/oauth/clients';
import type { Trust } from '../../../directory/connections/oauth/oauth-settings';
import { BLANK_TOKEN_AUDIENCE, knownIssuer } from '../../../idp/federation/issuers';
import { jsonAnswer, type Answer } from '../../http/answer';
import type { ApiRequest } from '../../json-api/api-request';
import { noConnection, Problem } from '../../json-api/problem';
import { invalidFields, readBody } from '../../json-api/read-body';
import type { ConnectionServices, Services } from '../services';
import { describeTrust } from './describe-oauth';
import { TRUST } from './oauth-requests';

/** The settings of a trust. */
export type TrustSettings = z.output<typeof TRUST>;

/** `GET /connections/{id}/trust`. @throws Problem 404 */
export async function readTrust(services: Services, { connectionId }: ApiRequest): Promise<Answer> {
  const connection = await services.connections.find(connectionId);
  if (connection === undefined) throw noConnection(connectionId);
  const trust = connection.oauth?.trust;
  if (trust === undefined) throw noTrust();
  return jsonAnswer(200, describeTrust(services, connectionId, trust));
}

/** `PUT /connections/{id}/trust`. @throws Problem 400 naming each wrong field, 404 */
export async function putTrust(
  services: Services,
  { connectionId, body }: ApiRequest,
): Promise<Answer> {
  const settings = readBody(TRUST, body);
  const trust = await setTrust(services, connectionId, settings, services);
  return jsonAnswer(200, describeTrust(services, connectionId, trust));
}

/** `DELETE /connections/{id}/trust`: ends the access tokens issued for it. @throws Problem 404 */
export async function deleteTrust(
  services: Services,
  { connectionId }: ApiRequest,
): Promise<Answer> {
  if (!(await endTrust(services, connectionId))) throw noTrust();
  return { status: 204 };
}

/** Throws a Problem if a caller may not change a connection's trust; it gets the one before. */
export type TrustGuard = (before: Trust | undefined) => void;

const NO_GUARD: TrustGuard = () => undefined;

/** Ends the trust of a connection. @returns whether there was one. @throws Problem 404 */
export async function endTrust(
  { connections, actor }: ConnectionServices,
  id: string,
  guard = NO_GUARD,
): Promise<boolean> {
  let isEnded = false;
  const action = { actor, action: 'trust.delete' } as const;
  const changed = await connections.change(id, action, (connection) => {
    guard(connection.oauth?.trust);
    isEnded = connection.oauth?.trust !== undefined;
    return withTrust(connection, undefined);
  });
  if (changed === undefined) throw noConnection(id);
  return isEnded;
}

/** How a trust is set. */
export interface TrustWays {
  /** Whether an issuer may be on this machine, for development. */
  readonly allowsLoopback: boolean;
  /** Whether the connection's stack declares it. */
  readonly declared?: true;
  readonly guard?: TrustGuard;
}

/**
 * Sets the issuer that a connection trusts. The same settings again keep the access tokens that
 * were issued for it.
 * @throws Problem 400 naming each wrong field, 404
 */
export async function setTrust(
  { connections, actor }: ConnectionServices,
  id: string,
  settings: TrustSettings,
  { allowsLoopback, declared, guard = NO_GUARD }: TrustWays,
): Promise<Trust> {
  const terms = checkedTrust(settings, allowsLoopback);
  const origin = declared === undefined ? {} : { declared };
  const created = { id: randomBytes(5).toString('hex'), createdAt: new Date().toISOString() };
  let trust: Trust = { ...created, ...terms, ...origin };
  const action = { actor, action: 'trust.put' } as const;
  const changed = await connections.change(id, action, (connection) => {
    const before = connection.oauth?.trust;
    guard(before);
    const isSame = before !== undefined && isDeepStrictEqual(termsIn(before), terms);
    trust = { ...(isSame ? before : { ...created, ...terms }), ...origin };
    return withTrust(connection, trust);
  });
  if (changed === undefined) throw noConnection(id);
  return trust;
}

/** A trust without its id and its times. */
type Terms = Omit<Trust, 'id' | 'declared' | 'createdAt' | 'lastUsedAt'>;

function termsIn({
  id: _,
  declared: __,
  createdAt: ___,
  lastUsedAt: ____,
  ...terms
}: Trust): Terms {
  return terms;
}

/** Checks settings and completes them. @throws Problem 400 */
export function checkedTrust(
  { issuer: sent, tenantId, subject, audiences, scopes, accessTokenSeconds }: TrustSettings,
  allowsLoopback: boolean,
): Terms {
  const issuer = knownIssuer(sent, allowsLoopback);
  if (issuer === undefined) {
    throw invalid(
      '/issuer',
      'must be https://login.microsoftonline.com/<tenant id>/v2.0, that of a sovereign cloud, ' +
        'or https://sts.windows.net/<tenant id>/ for a blank Secret Token',
    );
  }
  if (tenantId !== undefined && tenantId !== issuer.tenantId) {
    throw invalid('/tenantId', `must be ${issuer.tenantId}, the tenant of the issuer`);
  }
  const isBlank = issuer.use === 'blankToken';
  if (isBlank && audiences.some((audience) => audience !== BLANK_TOKEN_AUDIENCE)) {
    throw invalid('/audiences', 'must be left out: tokens of this issuer have a fixed audience');
  }
  if (!isBlank && subject === undefined) {
    throw invalid('/subject', 'is required: the object id of the workload identity');
  }
  if (!isBlank && audiences.length === 0) {
    throw invalid('/audiences', 'must name an audience, such as api://<application id>');
  }
  return {
    issuer: issuer.issuer,
    tenantId: issuer.tenantId,
    ...(subject === undefined ? {} : { subject }),
    audiences: isBlank ? [BLANK_TOKEN_AUDIENCE] : audiences,
    ...(scopes === undefined ? {} : { scopes }),
    accessTokenSeconds,
  };
}

function withTrust(connection: Connection, trust: Trust | undefined): Connection {
  return withOAuth(connection, { clients: connection.oauth?.clients ?? [], trust });
}

function invalid(pointer: string, detail: string): Problem {
  return invalidFields([{ pointer, detail }]);
}

function noTrust(): Problem {
  return new Problem(404, 'The connection trusts no issuer of tokens.');
}
