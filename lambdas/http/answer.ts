import type { APIGatewayProxyResult } from 'aws-lambda';
import type { Projection } from '../../scim/resource/project';
import type { ResourceView } from '../../scim/resource/resource';

/** A function's answer, before it is brought into API Gateway's form. */
export interface Answer {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  /** JSON text; undefined for 204 and 304. */
  readonly body?: string;
}

export const SCIM_MEDIA_TYPE = 'application/scim+json';

/** Returns the answer in the form of API Gateway's proxy integration. */
export function toResult(
  { status, headers = {}, body }: Answer,
  mediaType = SCIM_MEDIA_TYPE,
): APIGatewayProxyResult {
  const contentType = { 'Content-Type': `${mediaType}; charset=utf-8` };
  return {
    statusCode: status,
    headers: { ...(body === undefined ? {} : contentType), ...headers },
    body: body ?? '',
  };
}

/** Creates an answer with a JSON body. */
export function jsonAnswer(
  status: number,
  body: object,
  headers: Readonly<Record<string, string>> = {},
): Answer {
  return { status, headers, body: JSON.stringify(body) };
}

/**
 * Creates an answer with one resource. `ETag` and `Location` come from its `meta`, even if the
 * projection hides it.
 */
export function resourceAnswer(
  status: number,
  resource: ResourceView,
  projection: Projection,
): Answer {
  return jsonAnswer(status, projection.apply(resource), resourceHeaders(resource));
}

/** Creates a successful answer without a body, but with the resource's `ETag` and `Location`. */
export function noContentAnswer(resource: ResourceView, status: 201 | 204 | 304 = 204): Answer {
  return { status, headers: resourceHeaders(resource) };
}

function resourceHeaders({ meta }: ResourceView): Record<string, string> {
  return { Location: meta.location, ETag: meta.version };
}

/**
 * Maximum bytes of an answer's body, see `answerBytes`: Lambda returns at most 6 MB. The rest is
 * for the headers and the envelope.
 * @see https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html
 */
export const ANSWER_BYTES = 6 * 1024 * 1024 - 64 * 1024;

/**
 * Returns the bytes that a body adds to the response of a function. The body is a string in a JSON
 * document, so each of its quotes takes two bytes.
 */
export function answerBytes(body: string): number {
  return Buffer.byteLength(JSON.stringify(body));
}

/** Returns the answer, or another one if it is larger than Lambda can return. */
export function withinLimit(answer: Answer, otherwise: () => Answer): Answer {
  const { body = '' } = answer;
  // A character takes three bytes at most.
  const isSmall = body.length * 3 < ANSWER_BYTES;
  return isSmall || answerBytes(body) <= ANSWER_BYTES ? answer : otherwise();
}
