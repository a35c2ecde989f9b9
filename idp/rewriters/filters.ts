import { ScimError } from '../../scim/errors/scim-error';
import type { ComparisonValue, Filter } from '../../scim/filter/ast';
import { mapExpressions } from '../../scim/filter/map';
import { parseFilter } from '../../scim/filter/parse';
import { printFilter } from '../../scim/filter/print';
import { splitPath } from '../../scim/patch/path';
import { findSubAttribute, type Attribute } from '../../scim/schema/attribute';
import type { ResourceType } from '../../scim/schema/resource-type';
import type { Rewriter } from './rewriter';
import { numberIn } from './values';

/**
 * Quotes bare values in filters and paths, and converts single quotes: `externalId eq jyoung`
 * (entra-docs `use-scim-to-provision-users-and-groups.md`, Example 1), `userName sw O` and
 * `meta.Created gt 2015-10-10T14:38:21.8617979-07:00` (AzureAD/SCIMReferenceCode, Postman
 * collection), `members[value eq 2819c223]`, `userName eq 'bjensen'`. Numbers are quoted, too, so
 * that `externalId eq 0012345` keeps its characters. Within single quotes, quotes and backslashes
 * are read as in SQL and OData: `'O''Brien'`, `'CORP\\bob'`.
 */
export const unquotedFilterValues: Rewriter = {
  name: 'unquoted filter values',
  filter: quoteBareValues,
  operation(operation) {
    const { path } = operation;
    const mayHaveFilter = typeof path === 'string' && path.includes('[');
    return [mayHaveFilter ? { ...operation, path: quoteBareValues(path) } : operation];
  },
};

function quoteBareValues(text: string): string {
  return text.replace(QUOTED_OR_UNQUOTED, quoteBare);
}

// Strings are matched first, so that their content stays as it is, even without a closing quote.
const QUOTED_OR_UNQUOTED = new RegExp(
  String.raw`"(?:[^"\\]|\\.)*(?:"|\\?$)` +
    String.raw`|(\s(?:eq|ne|co|sw|ew|gt|ge|lt|le)\s+)` +
    String.raw`('(?:[^'\\]|\\.|'')*'(?=[\s)\]]|$)|[^\s"()[\]]+)`,
  'gis',
);

function quoteBare(match: string, operator: string | undefined, bare = ''): string {
  if (operator === undefined) return withoutControls(match);
  if (/^(?:true|false|null)$/i.test(bare)) return match;
  if (!/^['`‘’“”]/.test(bare)) return operator + JSON.stringify(bare);
  // Any other quote would become part of the value, and nobody would be found: it is refused.
  if (!/^'.*'$/s.test(bare)) return match;
  const content = bare
    .slice(1, -1)
    .replace(/\\(['"\\])|''/g, (_, escaped?: string) => escaped ?? "'");
  return operator + JSON.stringify(content);
}

/**
 * Returns a string in which a backslash stands for itself, unless it escapes a quote, a backslash
 * or a slash, or begins a code point: `"CORP\\bob"` means a domain, and not a backspace.
 */
function withoutControls(string: string): string {
  return string.replace(/\\(["\\/]|u[0-9a-f]{4})|\\/gi, (match, escaped?: string) =>
    escaped === undefined ? '\\\\' : match,
  );
}

/**
 * Converts filter literals whose type differs from the attribute's: `roles[primary eq "True"]`
 * (entra-docs `customize-application-attributes.md`), `externalId eq 4711`.
 */
export const literalsOfOtherTypes: Rewriter = {
  name: 'filter literals of the wrong type',
  filter(text, type) {
    return mayNeedRetyping(text)
      ? rewriteFilter(text, (filter) => retyped(filter, inResource(type)))
      : text;
  },
  operation(operation, type) {
    const { path } = operation;
    if (typeof path !== 'string' || !mayNeedRetyping(path)) return [operation];
    return [{ ...operation, path: attempt(path, () => retypedPath(path, type)) }];
  },
};

/** Returns whether a filter may contain such a literal. Other filters are not parsed. */
function mayNeedRetyping(text: string): boolean {
  return /["\s](?:true|false|-?\d)/i.test(text);
}

/**
 * Parses a filter, rewrites the tree and returns its text. A malformed filter is returned
 * unchanged; the strict engine reports the error.
 */
export function rewriteFilter(text: string, rewrite: (filter: Filter) => Filter): string {
  return attempt(text, () => printFilter(rewrite(parseFilter(text))));
}

function attempt(text: string, rewrite: () => string): string {
  try {
    return rewrite();
  } catch (error) {
    if (error instanceof ScimError) return text;
    throw error;
  }
}

function retypedPath(path: string, type: ResourceType): string {
  const { attribute, filter, subAttribute } = splitPath(path);
  if (filter === undefined) return path;
  const inside = printFilter(retyped(filter, inElement(type.resolve(attribute)?.attribute)));
  return `${attribute}[${inside}]${subAttribute === undefined ? '' : `.${subAttribute}`}`;
}

type Resolve = (path: string) => Attribute | undefined;

function inResource(type: ResourceType): Resolve {
  return (path) => {
    const target = type.resolve(path);
    return target?.attribute && (target.subAttribute ?? target.attribute);
  };
}

function inElement(parent: Attribute | undefined): Resolve {
  return (path) => (parent === undefined ? undefined : findSubAttribute(parent, path));
}

function retyped(filter: Filter, resolve: Resolve): Filter {
  return mapExpressions(filter, (expression) => {
    if (expression.kind === 'present') return expression;
    const attribute = resolve(expression.path);
    if (expression.kind === 'values')
      return { ...expression, filter: retyped(expression.filter, inElement(attribute)) };
    return attribute === undefined
      ? expression
      : { ...expression, value: retypedValue(attribute, expression.value) };
  });
}

function retypedValue({ type }: Attribute, value: ComparisonValue): ComparisonValue {
  if (type === 'boolean' && typeof value === 'string') {
    const text = value.toLowerCase();
    return text === 'true' ? true : text === 'false' ? false : value;
  }
  if ((type === 'integer' || type === 'decimal') && typeof value === 'string') {
    return numberIn(value) ?? value;
  }
  const isText = type === 'string' || type === 'reference' || type === 'complex';
  return isText && (typeof value === 'number' || typeof value === 'boolean')
    ? String(value)
    : value;
}

/**
 * Drops filters from `attributes` and `excludedAttributes`: `attributes=emails[type eq "work"]`
 * (AzureAD/SCIMReferenceCode, Postman collection, "ComplexAttribute tests").
 */
export const filteredProjection: Rewriter = {
  name: 'filters in attribute lists',
  projectedName: (name) => name.split('[', 1)[0] ?? name,
};
