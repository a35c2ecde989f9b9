import type { Credential } from '../../directory/connections/credential';
import { TOKEN_SCOPES } from '../../directory/connections/tokens';
import { asText, isArray, isObject, type Json, type JsonObject } from '../../scim/json';
import type { RequestContext } from '../http/request-context';
import type { ScimRequest } from '../http/scim-request';

/** Headers that change what a request does. */
const KEPT_HEADERS = ['content-type', 'if-match', 'if-none-match', 'prefer', 'user-agent'];

/** A request that was accepted, with what its performance needs. */
export interface StoredRequest {
  readonly request: ScimRequest;
  readonly credential: Credential;
  /** When the request arrived, in milliseconds since the epoch. */
  readonly begun: number;
}

/** Returns a request without its body and its credential's secret, to be stored. */
export function storedRequest({ request, credential, begun }: RequestContext): JsonObject {
  const { method, resource, resourceId, baseUrl, parameters, headers } = request;
  const kept = KEPT_HEADERS.flatMap((name) => {
    const value = headers.get(name);
    return value === undefined ? [] : [[name, value] as const];
  });
  return {
    method,
    resource,
    ...(resourceId === undefined ? {} : { resourceId }),
    baseUrl,
    parameters: { ...parameters },
    headers: Object.fromEntries(kept),
    credential: {
      id: credential.id,
      ...(credential.scopes === undefined ? {} : { scopes: [...credential.scopes] }),
    },
    begun,
  };
}

/** Reads what `storedRequest` returned. */
export function readStored(connectionId: string, stored: JsonObject, body: string): StoredRequest {
  const { method, resource, resourceId, baseUrl, parameters, headers, credential, begun } = stored;
  return {
    request: {
      method: asText(method),
      resource: asText(resource),
      connectionId,
      resourceId: typeof resourceId === 'string' ? resourceId : undefined,
      rest: '',
      baseUrl: asText(baseUrl),
      parameters: texts(parameters),
      headers: new Map(Object.entries(texts(headers))),
      body,
    },
    credential: credentialFrom(credential),
    begun: Number(begun),
  };
}

function texts(value: Json | undefined): Readonly<Record<string, string>> {
  const entries = isObject(value) ? Object.entries(value) : [];
  return Object.fromEntries(entries.map(([name, each]) => [name, asText(each)]));
}

function credentialFrom(value: Json | undefined): Credential {
  const { id, scopes } = isObject(value) ? value : {};
  if (!isArray(scopes)) return { id: asText(id) };
  return { id: asText(id), scopes: TOKEN_SCOPES.filter((scope) => scopes.includes(scope)) };
}
