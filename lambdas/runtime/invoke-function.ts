import aws4 from 'aws4';
import { Agent as HttpAgent, request as httpRequest } from 'node:http';
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https';
import { text } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';
import { domainOf } from '../../directory/store/client/dynamodb';
import { parseJson, type Json } from '../../scim/json';
import { variable } from './environment';

/** Maximum attempts. A throttled function has not run, so the call can be repeated. */
const ATTEMPTS = 3;

/** Timeout in milliseconds, shorter than that of the calling function. */
const TIMEOUT_MS = 25_000;

/** A connection that the server had closed before is reset within this time. */
const STALE_MS = 1000;

/**
 * Invokes a function with a JSON payload and returns its JSON result. The AWS SDK's client would
 * triple the size of the bundle and slow down its start accordingly.
 * @see https://docs.aws.amazon.com/lambda/latest/api/API_Invoke.html
 */
export type InvokeFunction = (payload: object) => Promise<Json>;

/** Opens keep-alive connections to a function. @param functionArn its ARN */
export function openFunction(functionArn: string): InvokeFunction {
  const region = variable('AWS_REGION');
  const endpoint =
    process.env['AWS_ENDPOINT_URL_LAMBDA'] ??
    process.env['AWS_ENDPOINT_URL'] ??
    `https://lambda.${region}.${domainOf(region)}`;
  const url = new URL(endpoint);
  const isHttps = url.protocol === 'https:';
  const agent = new (isHttps ? HttpsAgent : HttpAgent)({ keepAlive: true });
  const send = isHttps ? httpsRequest : httpRequest;
  const path = `/2015-03-31/functions/${encodeURIComponent(functionArn)}/invocations`;

  const post = (body: string): Promise<InvocationAnswer> => {
    const { headers } = aws4.sign(
      {
        service: 'lambda',
        region,
        host: url.host,
        method: 'POST',
        path,
        headers: { 'Content-Type': 'application/json' },
        body,
      },
      credentials(),
    );
    const { hostname, port, protocol } = url;
    const options = { protocol, hostname, port, method: 'POST', path, agent };
    const sentAt = Date.now();
    return new Promise((resolve, reject) => {
      const outgoing = send({ ...options, headers: { ...headers } }, (incoming) => {
        const failure = incoming.headers['x-amz-function-error'] !== undefined;
        text(incoming).then((answer) => {
          resolve({ status: incoming.statusCode ?? 0, failure, body: answer });
        }, reject);
      });
      outgoing.setTimeout(TIMEOUT_MS, () => {
        outgoing.destroy(new Error(`${functionArn} did not answer within ${TIMEOUT_MS} ms.`));
      });
      outgoing.on('error', (error: NodeJS.ErrnoException) => {
        // The server closed the idle connection, as it does while this environment is frozen. A
        // reset that comes later can mean that the function has run.
        const isStale =
          error.code === 'ECONNRESET' && outgoing.reusedSocket && Date.now() - sentAt < STALE_MS;
        if (isStale) post(body).then(resolve, reject);
        else reject(error);
      });
      outgoing.end(body);
    });
  };

  return async (payload) => {
    const request = JSON.stringify(payload);
    for (let attempt = 1; ; attempt += 1) {
      const { status, failure, body } = await post(request);
      if (status === 200 && !failure) return parseJson(body);
      if (status !== 429 || attempt === ATTEMPTS) {
        throw new Error(`Invoking ${functionArn} failed with ${status}: ${body.slice(0, 500)}`);
      }
      await sleep(100 * 2 ** attempt);
    }
  };
}

interface InvocationAnswer {
  readonly status: number;
  /** Whether the function threw an error. */
  readonly failure: boolean;
  readonly body: string;
}

function credentials(): aws4.Credentials {
  const sessionToken = process.env['AWS_SESSION_TOKEN'];
  return {
    accessKeyId: variable('AWS_ACCESS_KEY_ID'),
    secretAccessKey: variable('AWS_SECRET_ACCESS_KEY'),
    ...(sessionToken === undefined ? {} : { sessionToken }),
  };
}
