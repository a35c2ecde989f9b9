import { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda';
import { asText, isObject, parseJson } from '../../scim/json';
import { CONNECTION_PATH } from '../contract';

/** What the SCIM endpoint says of a token. */
export type ProbeResult = 'accepted' | 'refused' | 'unreachable';

/** Says what a connection's SCIM endpoint makes of a token. */
export type TokenProbe = (connectionId: string, token: string) => Promise<ProbeResult>;

const TIMEOUT_MS = 8000;

/** What is asked: the least that needs a token. */
const ENDPOINT = 'ServiceProviderConfig';

function headersWith(token: string): Readonly<Record<string, string>> {
  return { Authorization: `Bearer ${token}`, Accept: 'application/scim+json' };
}

function verdictOn(status: number, body: string): ProbeResult {
  if (status === 401) return 'refused';
  // A disabled connection says so to its own tokens only.
  const isDisabled = status === 403 && body.includes('This connection is disabled');
  return (status >= 200 && status < 300) || isDisabled ? 'accepted' : 'unreachable';
}

/**
 * Asks over HTTP, as an identity provider will, or the function itself, where the API lets only some addresses in and those of Lambda are not among them.
 * @param url of the API
 * @param functionArn of the function that serves discovery
 */
export function openTokenProbe(url: string, functionArn: string | undefined): TokenProbe {
  return functionArn === undefined
    ? httpProbe(url)
    : functionProbe(new LambdaClient({}), functionArn);
}

function httpProbe(url: string): TokenProbe {
  return async (connectionId, token) => {
    try {
      const response = await fetch(`${url}/v2/connections/${connectionId}/${ENDPOINT}`, {
        headers: headersWith(token),
        signal: AbortSignal.timeout(TIMEOUT_MS),
      });
      return verdictOn(response.status, await response.text());
    } catch {
      return 'unreachable';
    }
  };
}

function functionProbe(client: LambdaClient, functionArn: string): TokenProbe {
  return async (connectionId, token) => {
    const Payload = JSON.stringify(proxyEvent(connectionId, token));
    const invocation = new InvokeCommand({ FunctionName: functionArn, Payload });
    const result = await client
      .send(invocation, { abortSignal: AbortSignal.timeout(TIMEOUT_MS) })
      .catch(() => undefined);
    if (result?.FunctionError !== undefined) return 'unreachable';
    const answer = parseJson(result?.Payload?.transformToString() ?? 'null');
    if (!isObject(answer) || typeof answer['statusCode'] !== 'number') return 'unreachable';
    return verdictOn(answer['statusCode'], asText(answer['body']));
  };
}

/** The part of API Gateway's event that the function reads. */
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
