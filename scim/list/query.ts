import {
  exclusiveParameters,
  filterTooLarge,
  invalidCount,
  invalidParameter,
} from '../errors/filter-errors';
import { isArray, ownIgnoringCase, type Json, type JsonObject } from '../json';
import { LIMITS } from '../limits';
import { messageBody } from '../message';
import type { ProjectionRequest } from '../resource/project';
import type { SortRequest } from './sort';

/** A validated list query, within the limits (RFC 7644 sections 3.4.2, 3.4.3, 3.9; RFC 9865). */
export interface ListQuery extends ProjectionRequest {
  /** The filter's text. It is parsed once the resource type is known. */
  readonly filter: string | undefined;
  readonly sort: SortRequest | undefined;
  /** Counted from 1. */
  readonly startIndex: number;
  /** Maximum number of resources; 0 for `totalResults` only. Undefined if the client set none. */
  readonly count: number | undefined;
  /** Empty for the first page; undefined when paging by index. */
  readonly cursor: string | undefined;
}

/**
 * A request's query parameters by name, with decoded values. Names are case-sensitive, as
 * everywhere in URLs.
 */
export type Parameters = Readonly<Record<string, string | undefined>>;

/** Schema of the SearchRequest message (RFC 7644 section 3.4.3). */
export const SEARCH_REQUEST_URN = 'urn:ietf:params:scim:api:messages:2.0:SearchRequest';

/**
 * Reads the query parameters of a list request (RFC 7644 section 3.4.2). Unknown parameters are
 * ignored.
 * @throws ScimError 400 `invalidFilter` for a filter that is too long, `invalidValue` for a wrong
 * `startIndex` or `sortOrder`, or for `cursor` together with `startIndex`; `invalidCount` for a
 * wrong `count`
 */
export function parseListQuery(parameters: Parameters): ListQuery {
  return listQuery({ ...parameters }, parseProjection(parameters));
}

/**
 * Reads a SearchRequest message (RFC 7644 section 3.4.3). It has the same members as the parameters
 * of a list request, with arrays for lists.
 * @throws ScimError 400 `invalidSyntax` for a body that is not a SearchRequest, otherwise as
 * `parseListQuery`
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
  // Checked before the filter is rewritten, whose cost depends on its length.
  if (filter !== undefined && filter.length > LIMITS.filterLength) {
    throw filterTooLarge(`is longer than ${LIMITS.filterLength} characters`);
  }
  const cursor = textOf(values, 'cursor');
  if (cursor !== undefined && integer(values, 'startIndex') !== undefined) {
    throw exclusiveParameters('cursor', 'startIndex');
  }
  const count = integer(values, 'count');
  return {
    ...projection,
    filter: filter === undefined || filter.trim() === '' ? undefined : filter,
    sort: sortRequest(textOf(values, 'sortBy'), textOf(values, 'sortOrder')),
    // RFC 7644 section 3.4.2.4: "A value less than 1 SHALL be interpreted as 1", "A negative value
    // SHALL be interpreted as '0'".
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

/**
 * Reads `attributes` and `excludedAttributes` as comma-separated lists (RFC 7644 section 3.9). An
 * empty list counts as absent.
 */
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
