import { asText, isObject, parseJson, type JsonObject } from '../scim/json';
import type { Options } from './options';
import type { LocalSystem } from './system';

/** Connection that `npm start` creates, so that the service can be called right away. */
export interface FirstConnection {
  readonly scimBaseUrl: string;
  readonly token: string;
  readonly identityProvider: string;
}

const ID = 'default';

/**
 * Creates the connection `default` through the admin API, or returns the one of an earlier run with
 * its stored token.
 * @throws Error if the admin API returns an error
 */
export async function firstConnection(
  system: LocalSystem,
  options: Options,
): Promise<FirstConnection> {
  const existing = await call(system, 'GET', `/connections/${ID}`);
  if (existing.status === 404) return created(system, options);
  if (existing.status !== 200) throw refused('reading', existing);
  const token = system.secrets.valueOf(`${system.secretPrefix}/${ID}`) ?? (await newToken(system));
  return {
    scimBaseUrl: asText(existing.body['scimBaseUrl']),
    identityProvider: asText(existing.body['identityProvider']),
    token,
  };
}

async function created(system: LocalSystem, options: Options): Promise<FirstConnection> {
  const answer = await call(system, 'POST', '/connections', {
    id: ID,
    displayName: 'First connection',
    identityProvider: options.identityProvider,
  });
  const { token, scimBaseUrl, identityProvider } = answer.body;
  if (answer.status !== 201 || !isObject(token)) throw refused('creating', answer);
  return {
    scimBaseUrl: asText(scimBaseUrl),
    identityProvider: asText(identityProvider),
    token: asText(token['value']),
  };
}

/**
 * Returns a one-time link that opens the console.
 * @throws Error if the admin API returns an error
 */
export async function consoleLink(system: LocalSystem): Promise<string> {
  const answer = await call(system, 'POST', '/consoleSessions', {});
  if (answer.status !== 201) throw refused('opening the console for', answer);
  return asText(answer.body['url']);
}

/** Issues a token for a table that outlived its secrets, as happens with `--dynamodb`. */
async function newToken(system: LocalSystem): Promise<string> {
  const answer = await call(system, 'POST', `/connections/${ID}/tokens`, {});
  if (answer.status !== 201) throw refused('issuing a token for', answer);
  return asText(answer.body['value']);
}

interface AdminAnswer {
  readonly status: number;
  readonly body: JsonObject;
}

async function call(
  { adminUrl }: LocalSystem,
  method: string,
  path: string,
  body?: JsonObject,
): Promise<AdminAnswer> {
  const response = await fetch(`${adminUrl}${path}`, {
    method,
    headers: { 'Content-Type': 'application/json' },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const json = parseJson(await response.text());
  return { status: response.status, body: isObject(json) ? json : {} };
}

function refused(doing: string, { status, body }: AdminAnswer): Error {
  return new Error(
    `The admin API failed while ${doing} the first connection: ${status} ${JSON.stringify(body)}`,
  );
}
