import type { APIGatewayProxyEvent } from 'aws-lambda';
import { bodyOf, decodeSegment } from '../http/scim-request';
import { Problem } from './problem';

/** How many entries a page has. */
export interface PageSizes {
  readonly byDefault: number;
  readonly atMost: number;
}

const ADMIN_PAGES: PageSizes = { byDefault: 50, atMost: 100 };

/** A request to the admin or application API. API Gateway has verified its signature. */
export interface ApiRequest {
  /** The route below the API's path, with placeholders. */
  readonly route: string;
  readonly method: string;
  readonly connectionId: string;
  /** Returns a decoded path parameter. */
  readonly parameter: (name: string) => string;
  readonly query: Readonly<Record<string, string | undefined>>;
  readonly body: string;
}

/**
 * Finds the route of a request, which API Gateway passes on as `/admin/{proxy+}`.
 * @param base the API's path, such as `/admin`
 * @param routes with placeholders
 * @returns the event as API Gateway would send it if it knew the routes; the same if none matches,
 *   which is right for the routes that releases before 0.3.0 have until their next deployment
 */
export function routed(
  event: APIGatewayProxyEvent,
  base: string,
  routes: readonly string[],
): APIGatewayProxyEvent {
  const found = routeOf(event.pathParameters?.['proxy'] ?? '', routes);
  if (found === undefined) return event;
  const { route, parameters: pathParameters } = found;
  return { ...event, resource: `${base}${route}`, pathParameters };
}

/** A route that a path matches. */
interface FoundRoute {
  readonly route: string;
  /** The parts of the path in place of the placeholders, not decoded. */
  readonly parameters: Readonly<Record<string, string>>;
}

/** Finds the route of a path. @param path without a slash at its start */
export function routeOf(path: string, routes: readonly string[]): FoundRoute | undefined {
  const segments = path.replace(/\/$/, '').split('/');
  for (const route of routes) {
    const pattern = route.split('/').slice(1);
    const isMatch =
      pattern.length === segments.length &&
      pattern.every((part, index) =>
        part.startsWith('{') ? segments[index] !== '' : part === segments[index],
      );
    if (!isMatch) continue;
    const parameters = pattern.flatMap((part, index): readonly (readonly [string, string])[] =>
      part.startsWith('{') ? [[part.slice(1, -1), segments[index] ?? '']] : [],
    );
    return { route, parameters: Object.fromEntries(parameters) };
  }
  return undefined;
}

/** Reads an event of API Gateway that `routed` returned. @param base the API's path */
export function readApiRequest(event: APIGatewayProxyEvent, base: string): ApiRequest {
  const { resource, httpMethod, pathParameters, queryStringParameters } = event;
  return {
    route: resource.slice(base.length),
    method: httpMethod.toUpperCase(),
    connectionId: pathParameters?.['connectionId'] ?? '',
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
  { query: { limit, cursor } }: ApiRequest,
  isId: (text: string) => boolean,
  sizes = ADMIN_PAGES,
): PageRequest {
  return { limit: pageSize(limit, sizes), after: idFrom(cursor, isId) };
}

/** Reads `limit`; a larger one counts as the largest. @throws Problem 400 */
export function pageSize(limit: string | undefined, { byDefault, atMost }: PageSizes): number {
  if (limit === undefined) return byDefault;
  if (!/^\d{1,4}$/.test(limit) || Number(limit) < 1) {
    throw new Problem(400, '"limit" must be a positive integer.');
  }
  return Math.min(atMost, Number(limit));
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
