import { asText, isObject, parseJson, type Json } from '../../scim/json';
import { CONNECTION_PATH } from '../contract';
import { ERROR_CODE_HEADER } from '../http/error-answer';
import type { ErrorCode } from '../../scim/errors/scim-error';

/** The SCIM endpoint's answer to a token. */
export type ProbeResult = 'accepted' | 'refused' | 'unreachable';

/** Checks whether a connection's SCIM endpoint accepts a token. */
export type TokenProbe = (connectionId: string, token: string) => Promise<ProbeResult>;

const TIMEOUT_MS = 8000;

/** The cheapest endpoint that needs a token. */
const ENDPOINT = 'ServiceProviderConfig';

/** Errors that only callers with a valid token of the connection get. */
const AUTHENTICATED: ReadonlySet<string> = new Set<ErrorCode>([
  'connectionDisabled',
  'rateLimited',
]);

/**
 * Opens a probe that calls the API over HTTP, as an identity provider does, or that invokes the
 * function behind it, if the API does not accept Lambda's addresses.
 * @param url of the API
 * @param functionArn of the `discovery` function; undefined to call over HTTP
 */
export function openTokenProbe(url: string, functionArn: string | undefined): TokenProbe {
  return functionArn === undefined ? httpProbe(url) : functionProbe(functionArn);
}

function resultOf(status: number, errorCode: string | undefined): ProbeResult {
  if (status === 401) return 'refused';
  const isAccepted = (status >= 200 && status < 300) || AUTHENTICATED.has(errorCode ?? '');
  return isAccepted ? 'accepted' : 'unreachable';
}

function headersWith(token: string): Readonly<Record<string, string>> {
  return { Authorization: `Bearer ${token}`, Accept: 'application/scim+json' };
}

function httpProbe(url: string): TokenProbe {
  return async (connectionId, token) => {
    try {
      const response = await fetch(`${url}/v2/connections/${connectionId}/${ENDPOINT}`, {
        headers: headersWith(token),
        signal: AbortSignal.timeout(TIMEOUT_MS),
      });
      await response.arrayBuffer();
      return resultOf(response.status, response.headers.get(ERROR_CODE_HEADER) ?? undefined);
    } catch {
      return 'unreachable';
    }
  };
}

function functionProbe(functionArn: string): TokenProbe {
  return async (connectionId, token) => {
    const { invoke } = await import('../runtime/lambda-calls');
    const event = proxyEvent(connectionId, token);
    const result = await invoke(functionArn, event, TIMEOUT_MS).catch(() => undefined);
    if (result?.FunctionError !== undefined) return 'unreachable';
    const answer = parseJson(result?.Payload?.transformToString() ?? 'null');
    if (!isObject(answer) || typeof answer['statusCode'] !== 'number') return 'unreachable';
    return resultOf(answer['statusCode'], errorCodeIn(answer['headers']));
  };
}

function errorCodeIn(headers: Json | undefined): string | undefined {
  return isObject(headers) ? asText(headers[ERROR_CODE_HEADER]) : undefined;
}

/** Returns the parts of API Gateway's event that the function reads. */
function proxyEvent(connectionId: string, token: string): object {
  const path = `${CONNECTION_PATH.replace('{connectionId}', connectionId)}/${ENDPOINT}`;
  return {
    resource: `${CONNECTION_PATH}/{proxy+}`,
    httpMethod: 'GET',
    path,
    headers: headersWith(token),
    pathParameters: { connectionId, proxy: ENDPOINT },
    queryStringParameters: null,
    body: null,
    isBase64Encoded: false,
    requestContext: { path },
  };
}
