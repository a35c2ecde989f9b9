import { invalidPath } from '../errors/patch-errors';
import { quoted, ScimError } from '../errors/scim-error';
import type { Filter } from '../filter/ast';
import { bindValueFilter, type BoundFilter } from '../filter/bind';
import { parseBracketedFilter } from '../filter/parse';
import { findSubAttribute } from '../schema/attribute';
import type { ExtensionTarget, ResourceType, Target } from '../schema/resource-type';

/**
 * The target of a PATCH operation (RFC 7644 section 3.5.2, figure 7): an attribute, some of its
 * elements, or an extension.
 */
export type PatchPath = AttributePath | ExtensionTarget;

/** A path to an attribute, a sub-attribute, or the elements that a filter selects. */
export interface AttributePath extends Target {
  /** The filter in brackets, which selects elements. */
  readonly filter: BoundFilter | undefined;
}

/** The parts of a path, before its names are resolved. */
export interface PathParts {
  /** The attribute with its URN and, if there is no filter, its sub-attribute. */
  readonly attribute: string;
  readonly filter: Filter | undefined;
  /** The sub-attribute after the brackets. */
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
  const { filter, end } = bracketedFilter(text, open);
  const rest = text.slice(end);
  if (rest !== '' && !/^\.[A-Za-z$][\w$-]*$/.test(rest)) {
    throw invalidPath(path, `${quoted(rest)} cannot follow the brackets`, undefined);
  }
  return {
    attribute: text.slice(0, open),
    filter,
    subAttribute: rest === '' ? undefined : rest.slice(1),
  };
}

function bracketedFilter(text: string, open: number): { filter: Filter; end: number } {
  try {
    return parseBracketedFilter(text, open);
  } catch (error) {
    throw error instanceof ScimError ? asPathError(error) : error;
  }
}

/** Converts a filter error: RFC 7644 table 9 reserves `invalidFilter` for searches. */
function asPathError(error: ScimError): ScimError {
  return error.with({ code: 'wrongPath', status: 400, scimType: 'invalidPath' });
}

/**
 * Caches parsed paths: an identity provider sends the few paths of its attribute mapping over and
 * over.
 */
const cache = new WeakMap<ResourceType, Map<string, PatchPath>>();
const CACHED_PATHS = 500;
const CACHED_LENGTH = 256;

/**
 * Parses a path and resolves it against a resource type.
 * @throws ScimError 400 `invalidPath` for a malformed path or an attribute that the type lacks
 */
export function parsePath(type: ResourceType, path: string): PatchPath {
  const found = findPath(type, path);
  if (found !== undefined) return found;
  const attribute = loggablePath(type, path);
  throw invalidPath(path, `a ${type.name} has no such attribute`, attribute);
}

/**
 * Parses a path and resolves it against a resource type.
 * @returns undefined if the type does not have the attribute or sub-attribute
 * @throws ScimError 400 `invalidPath` for a malformed path
 */
export function findPath(type: ResourceType, path: string): PatchPath | undefined {
  let paths = cache.get(type);
  if (paths === undefined || paths.size >= CACHED_PATHS) {
    cache.set(type, (paths = new Map<string, PatchPath>()));
  }
  const cached = paths.get(path);
  if (cached !== undefined) return cached;
  const parsed = resolvePath(type, path);
  if (parsed !== undefined && path.length <= CACHED_LENGTH) paths.set(path, parsed);
  return parsed;
}

function resolvePath(type: ResourceType, path: string): PatchPath | undefined {
  try {
    return resolveParts(type, path, splitPath(path));
  } catch (error) {
    throw error instanceof ScimError ? error.with({ attribute: loggablePath(type, path) }) : error;
  }
}

function resolveParts(type: ResourceType, path: string, parts: PathParts): PatchPath | undefined {
  const refuse = (problem: string): ScimError => invalidPath(path, problem, undefined);
  const target = type.resolve(parts.attribute);
  if (target === undefined) {
    if (NAMES.test(parts.attribute)) return undefined;
    throw refuse('this is not the name of an attribute');
  }
  if (target.attribute === undefined) {
    if (parts.filter !== undefined) throw refuse('an extension has no values to filter');
    return target;
  }
  if (parts.filter === undefined) return { ...target, filter: undefined };
  if (target.subAttribute !== undefined) throw refuse('a sub-attribute has no values to filter');
  const filter = bindPathFilter(parts.filter, target, path);
  if (parts.subAttribute === undefined) return { ...target, filter };
  // An element of a simple multi-valued attribute is its own `value` (RFC 7643 section 2.4).
  const isItself = target.attribute.type !== 'complex' && /^value$/i.test(parts.subAttribute);
  if (isItself) return { ...target, filter };
  const subAttribute = findSubAttribute(target.attribute, parts.subAttribute);
  return subAttribute === undefined ? undefined : { ...target, subAttribute, filter };
}

/** Name of an attribute, with an optional URN and sub-attribute. */
const NAMES = /^[A-Za-z$][\w$:.-]*$/;

function bindPathFilter(filter: Filter, target: Target, path: string): BoundFilter {
  try {
    return bindValueFilter(filter, target);
  } catch (error) {
    if (!(error instanceof ScimError)) throw error;
    throw asPathError(error).with({ detail: `Path ${quoted(path)}: ${error.message}` });
  }
}

const NAME = '[A-Za-z][A-Za-z0-9]{0,39}';

/** The brackets of a value path. A bracket within quotes belongs to a value. */
const BRACKETS = String.raw`\[(?:[^\]"]|"(?:[^"\\]|\\.)*")*\]`;

/** An attribute, an optional filter, an optional sub-attribute, and anything after them. */
const PATH_PARTS = new RegExp(`^(${NAME})(?:${BRACKETS})?(?:\\.(${NAME}))?(?:[.[].*)?$`, 's');

/** The path of an extension's attribute (RFC 7644 section 3.10). */
const EXTENSION_PATH = /^(urn:.+):([^:]+)$/is;

/**
 * Returns the part of a refused path that logs may show. A path is configuration, but its filter
 * contains values and its end may contain anything. Only the attribute's name remains, with the URN
 * of a known extension and the sub-attribute of a complex attribute.
 */
export function loggablePath(type: ResourceType, path: string): string | undefined {
  const [, urn = '', rest = ''] = EXTENSION_PATH.exec(path) ?? [];
  const [, attribute, subAttribute] = PATH_PARTS.exec(urn === '' ? path : rest) ?? [];
  if (attribute === undefined) return undefined;
  if (urn !== '') {
    const extension = type.extension(urn);
    return extension === undefined ? undefined : `${extension.id}:${attribute}`;
  }
  const isComplex = type.resolve(attribute)?.attribute?.type === 'complex';
  return subAttribute !== undefined && isComplex ? `${attribute}.${subAttribute}` : attribute;
}
