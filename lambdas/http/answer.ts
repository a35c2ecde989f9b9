import type { APIGatewayProxyResult } from 'aws-lambda';
import { ScimError } from '../../scim/errors/scim-error';
import type { Projection } from '../../scim/resource/project';
import type { ResourceView } from '../../scim/resource/resource';
import { logFailure } from '../observability/log';

/** What a function answers, before it is put into API Gateway's form. */
export interface Answer {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  /** JSON text; none for 204 and 304. */
  readonly body?: string;
}

export const SCIM_MEDIA_TYPE = 'application/scim+json';

/** The answer as API Gateway's proxy integration wants it. */
export function toResult({ status, headers = {}, body }: Answer, mediaType = SCIM_MEDIA_TYPE): APIGatewayProxyResult {
  return {
    statusCode: status,
    headers: { ...(body === undefined ? {} : { 'Content-Type': `${mediaType}; charset=utf-8` }), ...headers },
    body: body ?? '',
  };
}

/** An answer with a JSON body. */
export function jsonAnswer(status: number, body: object, headers: Readonly<Record<string, string>> = {}): Answer {
  return { status, headers, body: JSON.stringify(body) };
}

/** An answer with one resource: `ETag` and `Location` are those of its `meta`, whatever the client asked to see of it. */
export function resourceAnswer(status: number, resource: ResourceView, projection: Projection): Answer {
  return jsonAnswer(status, projection.apply(resource), resourceHeaders(resource));
}

/** A successful answer that keeps the resource to itself; its version and place are known all the same. */
export function noContentAnswer(resource: ResourceView, status: 201 | 204 | 304 = 204): Answer {
  return { status, headers: resourceHeaders(resource) };
}

function resourceHeaders({ meta }: ResourceView): Record<string, string> {
  return { Location: meta.location, ETag: meta.version };
}

/** Bytes that an answer may have: Lambda hands on 6 MB, the envelope included. */
export const ANSWER_BYTES = 5.5 * 1024 * 1024;

/** The answer, or another one when it is larger than Lambda hands on. */
export function withinLimit(answer: Answer, otherwise: () => Answer): Answer {
  return Buffer.byteLength(answer.body ?? '') > ANSWER_BYTES ? otherwise() : answer;
}

/**
 * Any failure as an answer. What is a fault of ours or of AWS is logged, and told without details.
 */
export function errorAnswer(error: unknown, requestId: string): Answer {
  const scimError = toScimError(error);
  if (FAILURES.has(scimError.status)) logFailure(scimError.cause ?? error, requestId);
  return jsonAnswer(scimError.status, scimError.body(), scimError.headers);
}

/** Statuses that say that something went wrong here. */
const FAILURES = new Set([500, 503]);

function toScimError(error: unknown): ScimError {
  if (error instanceof ScimError) return error;
  return new ScimError(500, 'The request failed for a reason that is not yours; try again, or ask the operator.');
}
