import { badRequest } from '../error';
import { LIMITS } from '../limits';
import type { ProjectionRequest } from '../resource/project';

/** The query parameters of RFC 7644 sections 3.4.2 and 3.9, checked and bounded. */
export interface ListQuery extends ProjectionRequest {
  /** The filter's text; parsed where the resource type is known. */
  readonly filter: string | undefined;
  /** Counted from 1. */
  readonly startIndex: number;
  /** How many resources at most; 0 asks for `totalResults` alone. */
  readonly count: number;
}

/** A request's parameters by name; names are case-sensitive here as everywhere in URLs, values are decoded. */
export type Parameters = Readonly<Record<string, string | undefined>>;

/**
 * Reads the parameters of a listing; unknown ones are ignored.
 * @throws ScimError 400 `invalidValue` for a `startIndex` or `count` that is no integer
 */
export function parseListQuery(parameters: Parameters): ListQuery {
  const filter = parameters['filter'];
  return {
    ...parseProjection(parameters),
    filter: filter === undefined || filter.trim() === '' ? undefined : filter,
    // "A value less than 1 SHALL be interpreted as 1", "a negative value SHALL be interpreted as 0" (section 3.4.2.4).
    startIndex: Math.max(1, integer(parameters, 'startIndex') ?? 1),
    count: Math.min(LIMITS.maximumPage, Math.max(0, integer(parameters, 'count') ?? LIMITS.defaultPage)),
  };
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
  const found = (list ?? '').split(',').flatMap((name) => (name.trim() === '' ? [] : [name.trim()]));
  return found.length === 0 ? undefined : found;
}

function integer(parameters: Parameters, name: string): number | undefined {
  const text = parameters[name]?.trim();
  if (text === undefined || text === '') return undefined;
  if (!/^[+-]?\d{1,15}$/.test(text)) throw badRequest('invalidValue', `"${name}" must be an integer.`);
  return Number(text);
}
