import { timingSafeEqual } from 'node:crypto';
import { digestOf } from '../../../directory/connections/tokens';
import type { Stream } from '../../../directory/streams/stream';
import { Streams } from '../../../directory/streams/streams';
import type { Table } from '../../../directory/store/table';
import { unknownEndpoint } from '../../../scim/errors/request-errors';
import { shortened } from '../../../scim/errors/scim-error';
import { APPLICATION_PATH, CONNECTION_PATH, KEY_SET_PATH, REQUESTS_PATH } from '../../contract';
import { jsonAnswer, toResult, type Answer } from '../../http/answer';
import { measured, type HttpHandler } from '../../http/http-function';
import { bearerToken } from '../../http/presented-credential';
import { scimHandler } from '../../http/scim-handler';
import { readEvent, type ScimRequest } from '../../http/scim-request';
import { notAllowed, Problem, PROBLEM_MEDIA_TYPE, problemOf } from '../../json-api/problem';
import { openTable } from '../../runtime/environment';
import { serveCompletion } from '../../security-events/completion';
import { openSecurityEvents } from '../../security-events/open-issuer';
import { answerPoll } from '../../security-events/poll-endpoint';

const shared = openTable();
const securityEvents = openSecurityEvents();

/** The route of completions, with API Gateway's placeholders. */
const COMPLETION_ROUTE = `${CONNECTION_PATH}${REQUESTS_PATH}/{id}`;

/** How long receivers may keep the key set, in seconds. */
const KEPT_SECONDS = 300;

/** Serves the key set, and streams: their errors are problem details. */
const streams = measured('client', async (event, invocation) => {
  const request = readEvent(event);
  const table = shared.forRequest(Date.now() + invocation.getRemainingTimeInMillis());
  try {
    return toResult(await answer(table, request), 'application/json');
  } catch (error) {
    const problem = problemOf(error, invocation.awsRequestId);
    return toResult(problem.toAnswer(), PROBLEM_MEDIA_TYPE);
  }
});

const completions = scimHandler((context) => {
  if (securityEvents === undefined) throw unknownEndpoint(REQUESTS_PATH);
  return serveCompletion(context, securityEvents.issuer);
});

/**
 * Serves the key set of the deployment, the completions of requests to their clients, and streams
 * to receivers that poll (RFC 8936): with a bearer token below the URL of a connection, or with a
 * signature below the application API.
 */
export const handler: HttpHandler = (event, invocation) =>
  event.resource === COMPLETION_ROUTE ? completions(event, invocation) : streams(event, invocation);

async function answer(table: Table, request: ScimRequest): Promise<Answer> {
  if (securityEvents === undefined) throw new Problem(404, 'There are no security events.');
  const { keys, issuer } = securityEvents;
  if (request.resource === KEY_SET_PATH) {
    const headers = { 'Cache-Control': `public, max-age=${KEPT_SECONDS}` };
    return jsonAnswer(200, await keys.publicKeys(), headers);
  }
  if (request.method !== 'POST') throw notAllowed(request.method, 'POST');
  const isSigned = request.resource.startsWith(`${APPLICATION_PATH}/`);
  const open = async (): Promise<Stream> => {
    const stream = await (isSigned ? signedStream : ownStream)(table, request);
    if (stream.enabled) return stream;
    throw new Problem(403, 'The stream is disabled.');
  };
  return answerPoll(table, issuer, open, request.body);
}

/** Returns the stream that a signed request names. @throws Problem 404, 409 */
async function signedStream(table: Table, { resourceId = '' }: ScimRequest): Promise<Stream> {
  const stream = await new Streams(table).find(resourceId);
  if (stream === undefined) {
    throw new Problem(404, `There is no stream "${shortened(resourceId)}".`);
  }
  if (stream.delivery === 'poll') return stream;
  throw new Problem(409, 'The tokens of this stream are pushed to its receiver.');
}

/** Returns the stream of a bearer token. @throws Problem 401, the same whatever is wrong */
async function ownStream(table: Table, request: ScimRequest): Promise<Stream> {
  const { connectionId, resourceId = '' } = request;
  const stream = await new Streams(table).find(resourceId);
  const digest = Buffer.from(digestOf(bearerToken(request) ?? ''));
  const expected = Buffer.from(stream?.tokenDigest ?? '');
  const isReceiver = digest.length === expected.length && timingSafeEqual(digest, expected);
  if (isReceiver && stream?.connection === connectionId && stream.delivery === 'poll') {
    return stream;
  }
  throw new Problem(401, 'The bearer token is not that of the stream in the URL.', [], {
    'WWW-Authenticate': 'Bearer',
  });
}
