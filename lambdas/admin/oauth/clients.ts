import type { ActionName } from '../../../directory/connections/audit';
import {
  issueSecret,
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
  const { expiresInDays, scopes, ...settings } = readBody(CREATE_CLIENT, body);
  const issued = issueSecret(expiresInDays);
  const { value: _, ...secret } = issued;
  const client: OAuthClient = {
    id: newClientId(),
    ...settings,
    ...(scopes === undefined ? {} : { scopes }),
    createdAt: secret.createdAt,
    secrets: [secret],
  };
  await changeClients(services, connectionId, 'oauthClient.create', (clients) => {
    if (clients.length >= MAXIMUM_CLIENTS) {
      const text = `The connection has ${MAXIMUM_CLIENTS} OAuth clients already. Delete one first.`;
      throw new Problem(409, text);
    }
    return [...clients, client];
  });
  const described = describeClient(services, connectionId, client);
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
  const id = parameter('clientId');
  const { expiresInDays } = readBody(CREATE_SECRET, body);
  const issued = issueSecret(expiresInDays);
  const { value: _, ...secret } = issued;
  await changeClient(services, connectionId, id, 'clientSecret.create', (client) => {
    const live = liveSecrets(client);
    if (live.length >= MAXIMUM_SECRETS) {
      const text =
        `The client has ${MAXIMUM_SECRETS} secrets that have not expired. ` +
        'Delete the one that is no longer used.';
      throw new Problem(409, text);
    }
    return { ...client, secrets: [...live, secret] };
  });
  return jsonAnswer(201, describeIssuedSecret(issued), NO_STORE);
}

/** `DELETE …/secrets/{secretId}`: ends its access tokens, too. @throws Problem 404 */
export async function deleteSecret(
  services: Services,
  { connectionId, parameter }: ApiRequest,
): Promise<Answer> {
  const [id, secretId] = [parameter('clientId'), parameter('secretId')];
  await changeClient(services, connectionId, id, 'clientSecret.delete', (client) => {
    const secrets = client.secrets.filter((secret) => secret.id !== secretId);
    if (secrets.length < client.secrets.length) return { ...client, secrets };
    throw new Problem(404, `The client has no secret "${shortened(secretId)}".`);
  });
  return { status: 204 };
}

async function changeClient(
  services: ConnectionServices,
  connection: string,
  id: string,
  action: ActionName,
  change: (client: OAuthClient) => OAuthClient,
): Promise<void> {
  await changeClients(services, connection, action, (clients) => {
    if (!clients.some((client) => client.id === id)) throw noClient(id);
    return clients.map((client) => (client.id === id ? change(client) : client));
  });
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
