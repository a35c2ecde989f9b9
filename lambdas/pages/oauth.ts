import * as z from 'zod/mini';
import { latestSecretId } from '../../directory/connections/oauth/clients';
import type { OAuthClient, Trust } from '../../directory/connections/oauth/oauth-settings';
import { knownIssuer, tokenUseOf } from '../../idp/federation/issuers';
import { addClient, addSecret, deleteClient, deleteSecret } from '../admin/oauth/clients';
import { describeClient, describeTrust, tokenEndpointOf } from '../admin/oauth/describe-oauth';
import { CREATE_CLIENT, CREATE_SECRET, TRUST } from '../admin/oauth/oauth-requests';
import { endTrust, setTrust, type TrustGuard } from '../admin/oauth/trust';
import { jsonAnswer, type Answer } from '../http/answer';
import type { ApiRequest } from '../json-api/api-request';
import { noConnection, Problem } from '../json-api/problem';
import { invalidFields, readBody } from '../json-api/read-body';
import type { PageServices } from './services';

/*
 * OAuth clients, their secrets, and trust. In the portal, only those without scopes are there:
 * others are for other clients, which the identity administrator does not manage. Forms name the
 * latest secret, so that loading the page with a new secret again creates none.
 */

const FOLLOWS = z.string().check(z.maxLength(100));
const NEW_CLIENT = z.extend(z.omit(CREATE_CLIENT, { scopes: true }), { follows: FOLLOWS });
const NEW_SECRET = z.extend(CREATE_SECRET, { follows: FOLLOWS });
const NEW_TRUST = z.omit(TRUST, { scopes: true });

/** `GET /pages/connections/{id}/oauth`. */
export async function readOAuth(
  services: PageServices,
  { connectionId: id }: ApiRequest,
): Promise<Answer> {
  const connection = await services.connections.find(id);
  if (connection === undefined) throw noConnection(id);
  const { clients = [], trust } = connection.oauth ?? {};
  const isTrustShown = trust !== undefined && isManaged(services, trust);
  return jsonAnswer(200, {
    clients: clients
      .filter((client) => isManaged(services, client))
      .map((client) => describeClient(services, id, client)),
    ...(isTrustShown ? { trust: describeTrust(services, id, trust) } : {}),
    isTrustFixed: isFixed(services, trust),
    tokenEndpoint: tokenEndpointOf(services, id),
    latestSecret: latestSecretId(clients),
  });
}

/** `POST /pages/connections/{id}/oauth/clients`: a client, once for each form. */
export async function createManagedClient(
  services: PageServices,
  { connectionId, body }: ApiRequest,
): Promise<Answer> {
  const { follows, ...settings } = readBody(NEW_CLIENT, body);
  return addClient(services, connectionId, settings, follows);
}

/** `POST /pages/connections/{id}/oauth/clients/{clientId}/secrets`: a secret, once per form. */
export async function createManagedSecret(
  services: PageServices,
  request: ApiRequest,
): Promise<Answer> {
  const { follows, expiresInDays } = readBody(NEW_SECRET, request.body);
  const { id } = await managedClient(services, request);
  return addSecret(services, request.connectionId, id, expiresInDays, follows);
}

/** `DELETE /pages/connections/{id}/oauth/clients/{clientId}`. */
export async function deleteManagedClient(
  services: PageServices,
  request: ApiRequest,
): Promise<Answer> {
  await managedClient(services, request);
  return deleteClient(services, request);
}

/** `DELETE /pages/connections/{id}/oauth/clients/{clientId}/secrets/{secretId}`. */
export async function deleteManagedSecret(
  services: PageServices,
  request: ApiRequest,
): Promise<Answer> {
  await managedClient(services, request);
  return deleteSecret(services, request);
}

/** `PUT /pages/connections/{id}/oauth/trust`. */
export async function putManagedTrust(
  services: PageServices,
  { connectionId, body }: ApiRequest,
): Promise<Answer> {
  const { allowsLoopback } = services;
  const settings = readBody(NEW_TRUST, body);
  const use = knownIssuer(settings.issuer, allowsLoopback)?.use;
  if (isCustomer(services) && use === 'blankToken') {
    // Its tokens are those of other vendors, too.
    const detail = 'must be https://login.microsoftonline.com/<tenant id>/v2.0';
    throw invalidFields([{ pointer: '/issuer', detail }]);
  }
  const guard = guardOf(services);
  const trust = await setTrust(services, connectionId, settings, { allowsLoopback, guard });
  return jsonAnswer(200, describeTrust(services, connectionId, trust));
}

/** `DELETE /pages/connections/{id}/oauth/trust`. */
export async function deleteManagedTrust(
  services: PageServices,
  { connectionId }: ApiRequest,
): Promise<Answer> {
  await endTrust(services, connectionId, guardOf(services));
  return { status: 204 };
}

/** Returns what refuses to change a trust that only operators change: Problem 403. */
function guardOf(services: PageServices): TrustGuard {
  return (trust) => {
    if (!isFixed(services, trust)) return;
    throw new Problem(403, 'The operators of this service have set the trust.');
  };
}

/** @throws Problem 404 for a client that the visitor does not manage */
async function managedClient(
  services: PageServices,
  { connectionId, parameter }: ApiRequest,
): Promise<OAuthClient> {
  const id = parameter('clientId');
  const connection = await services.connections.find(connectionId);
  const client = connection?.oauth?.clients.find((each) => each.id === id);
  if (client !== undefined && isManaged(services, client)) return client;
  throw new Problem(404, 'There is no such client.');
}

function isCustomer({ visitor }: PageServices): boolean {
  return visitor?.audience === 'portal';
}

/** Returns whether the visitor manages a client or a trust with these scopes. */
function isManaged(services: PageServices, { scopes }: Pick<OAuthClient, 'scopes'>): boolean {
  return !isCustomer(services) || scopes === undefined;
}

/** Returns whether the visitor may not change the trust. */
function isFixed(services: PageServices, trust: Trust | undefined): boolean {
  if (trust === undefined || !isCustomer(services)) return false;
  return trust.declared === true || !isManaged(services, trust) || isBlankToken(trust);
}

function isBlankToken({ issuer }: Trust): boolean {
  return tokenUseOf(issuer) === 'blankToken';
}
