import { badRequest, ScimError } from '../errors/scim-error';
import type { Filter } from '../filter/ast';
import { bindValueFilter, type BoundFilter } from '../filter/bind';
import { parseBracketedFilter } from '../filter/parse';
import { findSubAttribute } from '../schema/attribute';
import type { ExtensionTarget, ResourceType, Target } from '../schema/resource-type';

/** Where a PATCH operation applies (RFC 7644 section 3.5.2, figure 7): an attribute, elements of it, or an extension. */
export type PatchPath = AttributePath | ExtensionTarget;

export interface AttributePath extends Target {
  /** The filter in brackets, which selects elements of a multi-valued attribute. */
  readonly filter: BoundFilter | undefined;
}

/** A path split into its parts, before its names are resolved. */
export interface PathParts {
  /** Attribute with its URN and, where there is no filter, its sub-attribute. */
  readonly attribute: string;
  readonly filter: Filter | undefined;
  /** The sub-attribute behind the brackets. */
  readonly subAttribute: string | undefined;
}

/**
 * Splits a path into attribute, value filter and sub-attribute.
 * @throws ScimError 400 `invalidPath`
 */
export function splitPath(path: string): PathParts {
  const text = path.trim();
  const open = text.indexOf('[');
  if (open === -1) return { attribute: text, filter: undefined, subAttribute: undefined };
  const { filter, end } = bracketed(text, open);
  const rest = text.slice(end);
  if (rest !== '' && !/^\.[A-Za-z$][\w$-]*$/.test(rest))
    throw invalidPath(path, `"${rest}" cannot follow the brackets`);
  return { attribute: text.slice(0, open), filter, subAttribute: rest === '' ? undefined : rest.slice(1) };
}

function bracketed(text: string, open: number): { filter: Filter; end: number } {
  try {
    return parseBracketedFilter(text, open);
  } catch (error) {
    // RFC 7644 table 9 keeps `invalidFilter` for search requests and gives `invalidPath` to a malformed path.
    throw error instanceof ScimError ? badRequest('invalidPath', error.message) : error;
  }
}

/** Paths that were parsed before: an identity provider sends the few that its attributes are mapped to, again and again. */
const known = new WeakMap<ResourceType, Map<string, PatchPath>>();
const KNOWN_PATHS = 500;

/**
 * Parses a path and resolves it against a resource type.
 * @throws ScimError 400 `invalidPath` for a malformed path or one that the type does not have
 */
export function parsePath(type: ResourceType, path: string): PatchPath {
  let paths = known.get(type);
  if (paths === undefined || paths.size >= KNOWN_PATHS) known.set(type, (paths = new Map<string, PatchPath>()));
  const before = paths.get(path);
  if (before !== undefined) return before;
  const parsed = resolvePath(type, path);
  paths.set(path, parsed);
  return parsed;
}

function resolvePath(type: ResourceType, path: string): PatchPath {
  const parts = splitPath(path);
  const target = type.resolve(parts.attribute);
  if (target === undefined) throw invalidPath(path, `a ${type.name} has no such attribute`);
  if (target.attribute === undefined) {
    if (parts.filter !== undefined) throw invalidPath(path, 'an extension has no values to filter');
    return target;
  }
  if (parts.filter === undefined) return { ...target, filter: undefined };
  if (target.subAttribute !== undefined) throw invalidPath(path, 'a sub-attribute has no values to filter');
  const filter = bindPathFilter(parts.filter, target, path);
  if (parts.subAttribute === undefined) return { ...target, filter };
  const subAttribute = findSubAttribute(target.attribute, parts.subAttribute);
  if (subAttribute === undefined) throw invalidPath(path, `there is no sub-attribute "${parts.subAttribute}"`);
  return { ...target, subAttribute, filter };
}

function bindPathFilter(filter: Filter, target: Target, path: string): BoundFilter {
  try {
    return bindValueFilter(filter, target);
  } catch (error) {
    throw error instanceof ScimError ? invalidPath(path, error.message.replace(/\.$/, '')) : error;
  }
}

function invalidPath(path: string, problem: string): ScimError {
  return badRequest('invalidPath', `Path "${path}": ${problem}.`);
}
