import type { APIGatewayProxyEvent } from 'aws-lambda';
import { bodyOf, decodeSegment } from '../http/scim-request';
import { Problem } from './problem';

const DEFAULT_PAGE = 50;
const MAXIMUM_PAGE = 100;

/** A request to the admin API. API Gateway has verified its signature. */
export interface AdminRequest {
  /**
   * The route below `/connections/{connectionId}`, with API Gateway's placeholders; undefined for
   * `/connections`.
   */
  readonly route: string | undefined;
  readonly method: string;
  readonly connectionId: string;
  /** Returns a decoded path parameter. */
  readonly parameter: (name: string) => string;
  readonly query: Readonly<Record<string, string | undefined>>;
  readonly body: string;
}

/** Reads an event of API Gateway. */
export function readAdminRequest(event: APIGatewayProxyEvent): AdminRequest {
  const { resource, httpMethod, pathParameters, queryStringParameters } = event;
  const connectionId = pathParameters?.['connectionId'];
  return {
    route: connectionId === undefined ? undefined : resource.replace(/^.*\{connectionId\}/, ''),
    method: httpMethod.toUpperCase(),
    connectionId: connectionId ?? '',
    parameter: (name) => decodeSegment(pathParameters?.[name] ?? ''),
    query: queryStringParameters ?? {},
    body: bodyOf(event),
  };
}

/** A position in a list: how many entries to return, and the id to continue after. */
export interface PageRequest {
  readonly limit: number;
  readonly after: string | undefined;
}

/**
 * Reads `limit` and `cursor`.
 * @param isId accepts the ids that a cursor of this list may contain
 * @throws Problem 400
 */
export function pageOf(
  { query: { limit, cursor } }: AdminRequest,
  isId: (text: string) => boolean,
): PageRequest {
  return { limit: pageSize(limit), after: idFrom(cursor, isId) };
}

function pageSize(limit: string | undefined): number {
  if (limit === undefined) return DEFAULT_PAGE;
  if (!/^\d{1,4}$/.test(limit) || Number(limit) < 1) {
    throw new Problem(400, '"limit" must be a positive integer.');
  }
  return Math.min(MAXIMUM_PAGE, Number(limit));
}

function idFrom(cursor: string | undefined, isId: (text: string) => boolean): string | undefined {
  if (cursor === undefined) return undefined;
  const id = Buffer.from(cursor, 'base64url').toString('utf8');
  if (isId(id)) return id;
  throw new Problem(400, '"cursor" was not issued by this service.');
}

/** Returns the member of an answer that continues after an id; none on the last page. */
export function nextCursor(id: string | undefined): { readonly nextCursor?: string } {
  return id === undefined ? {} : { nextCursor: Buffer.from(id).toString('base64url') };
}
