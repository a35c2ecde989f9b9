import type * as z from 'zod/mini';
import type { ActionName } from '../../../directory/connections/audit';
import {
  issueSecret,
  latestSecretId,
  liveSecrets,
  newClientId,
  withOAuth,
} from '../../../directory/connections/oauth/clients';
import {
  MAXIMUM_CLIENTS,
  MAXIMUM_SECRETS,
  type OAuthClient,
} from '../../../directory/connections/oauth/oauth-settings';
import { shortened } from '../../../scim/errors/scim-error';
import { jsonAnswer, type Answer } from '../../http/answer';
import type { ApiRequest } from '../../json-api/api-request';
import { noConnection, Problem } from '../../json-api/problem';
import { readBody } from '../../json-api/read-body';
import type { ConnectionServices, Services } from '../services';
import { describeClient, describeIssuedSecret } from './describe-oauth';
import { CREATE_CLIENT, CREATE_SECRET } from './oauth-requests';

const SENT_BEFORE =
  'A secret was created or deleted in the meantime. A new secret is shown once, and loading its ' +
  'page again does not create another. If you do not have it, open the page OAuth and create a ' +
  'new one.';

/** For answers that contain a secret. */
const NO_STORE = { 'Cache-Control': 'no-store' };

/** `GET /connections/{id}/oauthClients`. @throws Problem 404 */
export async function listClients(
  services: Services,
  { connectionId }: ApiRequest,
): Promise<Answer> {
  const connection = await services.connections.find(connectionId);
  if (connection === undefined) throw noConnection(connectionId);
  const clients = connection.oauth?.clients ?? [];
  return jsonAnswer(
    200,
    clients.map((client) => describeClient(services, connectionId, client)),
  );
}

/** `POST /connections/{id}/oauthClients`: a client with its first secret. @throws Problem */
export async function createClient(
  services: Services,
  { connectionId, body }: ApiRequest,
): Promise<Answer> {
  return addClient(services, connectionId, readBody(CREATE_CLIENT, body));
}

/**
 * Adds a client.
 * @param follows the latest secret as the caller knows it; undefined for any
 * @returns the answer with the client and its secret
 * @throws Problem 404, 409 for too many clients or if `follows` is out of date
 */
export async function addClient(
  services: Services,
  connection: string,
  { expiresInDays, scopes, ...settings }: z.output<typeof CREATE_CLIENT>,
  follows?: string,
): Promise<Answer> {
  const issued = issueSecret(expiresInDays);
  const { value: _, ...secret } = issued;
  const client: OAuthClient = {
    id: newClientId(),
    ...settings,
    ...(scopes === undefined ? {} : { scopes }),
    createdAt: secret.createdAt,
    secrets: [secret],
  };
  await changeClients(services, connection, 'oauthClient.create', (clients) => {
    checkLatest(clients, follows);
    if (clients.length >= MAXIMUM_CLIENTS) {
      const text = `The connection has ${MAXIMUM_CLIENTS} OAuth clients already. Delete one first.`;
      throw new Problem(409, text);
    }
    return [...clients, client];
  });
  const described = describeClient(services, connection, client);
  return jsonAnswer(201, { ...described, secret: describeIssuedSecret(issued) }, NO_STORE);
}

/** `DELETE /connections/{id}/oauthClients/{clientId}`: ends its access tokens. @throws Problem */
export async function deleteClient(
  services: Services,
  { connectionId, parameter }: ApiRequest,
): Promise<Answer> {
  const id = parameter('clientId');
  await changeClients(services, connectionId, 'oauthClient.delete', (clients) => {
    if (!clients.some((client) => client.id === id)) throw noClient(id);
    return clients.filter((client) => client.id !== id);
  });
  return { status: 204 };
}

/** `POST …/oauthClients/{clientId}/secrets`: a second secret. @throws Problem 404, 409 */
export async function createSecret(
  services: Services,
  { connectionId, parameter, body }: ApiRequest,
): Promise<Answer> {
  const { expiresInDays } = readBody(CREATE_SECRET, body);
  return addSecret(services, connectionId, parameter('clientId'), expiresInDays);
}

/**
 * Adds a second secret of a client.
 * @param follows the latest secret as the caller knows it; undefined for any
 * @returns the answer with the secret
 * @throws Problem 404, 409 for too many secrets or if `follows` is out of date
 */
export async function addSecret(
  services: Services,
  connection: string,
  id: string,
  expiresInDays: number,
  follows?: string,
): Promise<Answer> {
  const issued = issueSecret(expiresInDays);
  const { value: _, ...secret } = issued;
  await changeClients(services, connection, 'clientSecret.create', (clients) => {
    checkLatest(clients, follows);
    return changedClient(clients, id, (client) => {
      const live = liveSecrets(client);
      if (live.length >= MAXIMUM_SECRETS) {
        const text =
          `The client has ${MAXIMUM_SECRETS} secrets that have not expired. ` +
          'Delete the one that is no longer used.';
        throw new Problem(409, text);
      }
      return { ...client, secrets: [...live, secret] };
    });
  });
  return jsonAnswer(201, describeIssuedSecret(issued), NO_STORE);
}

/** `DELETE …/secrets/{secretId}`: ends its access tokens, too. @throws Problem 404 */
export async function deleteSecret(
  services: Services,
  { connectionId, parameter }: ApiRequest,
): Promise<Answer> {
  const [id, secretId] = [parameter('clientId'), parameter('secretId')];
  await changeClients(services, connectionId, 'clientSecret.delete', (clients) =>
    changedClient(clients, id, (client) => {
      const secrets = client.secrets.filter((secret) => secret.id !== secretId);
      if (secrets.length < client.secrets.length) return { ...client, secrets };
      throw new Problem(404, `The client has no secret "${shortened(secretId)}".`);
    }),
  );
  return { status: 204 };
}

/** @throws Problem 409 if the secrets have changed since the form was shown */
function checkLatest(clients: readonly OAuthClient[], follows: string | undefined): void {
  if (follows === undefined || latestSecretId(clients) === follows) return;
  throw new Problem(409, SENT_BEFORE);
}

/** @throws Problem 404 */
function changedClient(
  clients: readonly OAuthClient[],
  id: string,
  change: (client: OAuthClient) => OAuthClient,
): readonly OAuthClient[] {
  if (!clients.some((client) => client.id === id)) throw noClient(id);
  return clients.map((client) => (client.id === id ? change(client) : client));
}

async function changeClients(
  { connections, actor }: ConnectionServices,
  id: string,
  action: ActionName,
  change: (clients: readonly OAuthClient[]) => readonly OAuthClient[],
): Promise<void> {
  const changed = await connections.change(id, { actor, action }, (connection) =>
    withOAuth(connection, {
      clients: change(connection.oauth?.clients ?? []),
      trust: connection.oauth?.trust,
    }),
  );
  if (changed === undefined) throw noConnection(id);
}

function noClient(id: string): Problem {
  return new Problem(404, `The connection has no OAuth client "${shortened(id)}".`);
}
