import { exclusiveParameters, invalidCount, invalidParameter } from '../errors/filter-errors';
import { isArray, ownIgnoringCase, type Json, type JsonObject } from '../json';
import { LIMITS } from '../limits';
import { messageBody } from '../message';
import type { ProjectionRequest } from '../resource/project';
import type { SortRequest } from './sort';

/** What a listing asks for (RFC 7644 sections 3.4.2, 3.4.3 and 3.9, RFC 9865), checked and bounded. */
export interface ListQuery extends ProjectionRequest {
  /** The filter's text; parsed where the resource type is known. */
  readonly filter: string | undefined;
  readonly sort: SortRequest | undefined;
  /** Counted from 1. */
  readonly startIndex: number;
  /** How many resources at most; 0 asks for `totalResults` alone. Undefined when the client left it open. */
  readonly count: number | undefined;
  /** Empty for the first page; undefined for paging by index. */
  readonly cursor: string | undefined;
}

/** A request's parameters by name; names are case-sensitive here as everywhere in URLs, values are decoded. */
export type Parameters = Readonly<Record<string, string | undefined>>;

export const SEARCH_REQUEST_URN = 'urn:ietf:params:scim:api:messages:2.0:SearchRequest';

/**
 * Reads the parameters of a listing; unknown ones are ignored.
 * @throws ScimError 400 `invalidValue` for a `startIndex` or `sortOrder` that is none, `invalidCount` for such a `count`
 */
export function parseListQuery(parameters: Parameters): ListQuery {
  return listQuery({ ...parameters }, parseProjection(parameters));
}

/**
 * Reads the body of a search by POST; the same as the parameters of a listing, with lists as arrays.
 * @throws ScimError 400 `invalidSyntax` for a body that is no SearchRequest, else as `parseListQuery`
 */
export function parseSearchRequest(sent: Json): ListQuery {
  const body = messageBody(sent, SEARCH_REQUEST_URN);
  const names = ['filter', 'sortBy', 'sortOrder', 'startIndex', 'count', 'cursor'];
  const values = Object.fromEntries(names.map((name) => [name, ownIgnoringCase(body, name)]));
  const attributes = nameList(body, 'attributes');
  const excludedAttributes = nameList(body, 'excludedAttributes');
  return listQuery(values, parseProjection({ attributes, excludedAttributes }));
}

function nameList(body: JsonObject, name: string): string | undefined {
  const value = ownIgnoringCase(body, name) ?? undefined;
  if (value === undefined || typeof value === 'string') return value;
  if (isArray(value) && value.every((element) => typeof element === 'string'))
    return value.join(',');
  throw invalidParameter(name, 'a list of attribute names');
}

function listQuery(values: JsonObject, projection: ProjectionRequest): ListQuery {
  const filter = textOf(values, 'filter');
  const cursor = textOf(values, 'cursor');
  if (cursor !== undefined && integer(values, 'startIndex') !== undefined) {
    throw exclusiveParameters('cursor', 'startIndex');
  }
  const count = integer(values, 'count');
  return {
    ...projection,
    filter: filter === undefined || filter.trim() === '' ? undefined : filter,
    sort: sortRequest(textOf(values, 'sortBy'), textOf(values, 'sortOrder')),
    // "A value less than 1 SHALL be interpreted as 1", "a negative value SHALL be interpreted as 0" (section 3.4.2.4).
    startIndex: Math.max(1, integer(values, 'startIndex') ?? 1),
    count: count === undefined ? undefined : Math.min(LIMITS.maximumPage, Math.max(0, count)),
    cursor,
  };
}

function sortRequest(by: string | undefined, order: string | undefined): SortRequest | undefined {
  if (by === undefined || by.trim() === '') return undefined;
  const direction = order?.trim().toLowerCase() ?? '';
  if (direction !== '' && direction !== 'ascending' && direction !== 'descending') {
    throw invalidParameter('sortOrder', '"ascending" or "descending"');
  }
  return { by: by.trim(), descending: direction === 'descending' };
}

/** Reads `attributes` and `excludedAttributes`, comma-separated; an empty list counts as absent. */
export function parseProjection(parameters: Parameters): ProjectionRequest {
  const attributes = names(parameters['attributes']);
  const excludedAttributes = names(parameters['excludedAttributes']);
  return {
    ...(attributes === undefined ? {} : { attributes }),
    ...(excludedAttributes === undefined ? {} : { excludedAttributes }),
  };
}

function names(list: string | undefined): readonly string[] | undefined {
  const found = (list ?? '')
    .split(',')
    .flatMap((name) => (name.trim() === '' ? [] : [name.trim()]));
  return found.length === 0 ? undefined : found;
}

function textOf(values: JsonObject, name: string): string | undefined {
  const value = values[name] ?? undefined;
  if (value === undefined || typeof value === 'string') return value;
  throw invalidParameter(name, 'a string');
}

function integer(values: JsonObject, name: string): number | undefined {
  const value = values[name] ?? undefined;
  if (value === undefined) return undefined;
  const text =
    typeof value === 'number' || typeof value === 'string' ? String(value).trim() : 'no number';
  if (text === '') return undefined;
  if (/^[+-]?\d{1,15}$/.test(text)) return Number(text);
  throw name === 'count'
    ? invalidCount('"count" must be an integer.')
    : invalidParameter(name, 'an integer');
}
