import { ScimError } from '../../scim/errors/scim-error';
import type { ComparisonValue, Filter } from '../../scim/filter/ast';
import { mapExpressions } from '../../scim/filter/map';
import { parseFilter } from '../../scim/filter/parse';
import { printFilter } from '../../scim/filter/print';
import { splitPath } from '../../scim/patch/path';
import { findSubAttribute, type Attribute } from '../../scim/schema/attribute';
import type { ResourceType } from '../../scim/schema/resource-type';
import type { Rewriter } from './rewriter';

/**
 * Quotes bare values in filters: `externalId eq jyoung` (entra-docs
 * `use-scim-to-provision-users-and-groups.md`, Example 1), `userName sw O` and
 * `meta.Created gt 2015-10-10T14:38:21.8617979-07:00` (AzureAD/SCIMReferenceCode, Postman
 * collection).
 */
export const unquotedFilterValues: Rewriter = {
  name: 'unquoted filter values',
  filter: (text) => text.replace(QUOTED_OR_UNQUOTED, quoteBare),
};

// Strings are matched first, so that their content stays as it is.
const QUOTED_OR_UNQUOTED =
  /"(?:[^"\\]|\\.)*"|(\s(?:eq|ne|co|sw|ew|gt|ge|lt|le)\s+)([^\s"()[\]]+)/gis;

function quoteBare(match: string, operator: string | undefined, bare: string | undefined): string {
  if (operator === undefined || bare === undefined) return match;
  const isLiteral = /^(?:true|false|null|-?\d+(?:\.\d+)?)$/i.test(bare);
  return isLiteral ? match : operator + JSON.stringify(bare);
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
    if (typeof path !== 'string' || !path.includes('[') || !mayNeedRetyping(path))
      return [operation];
    return [{ ...operation, path: attempt(path, () => retypedPath(path, type)) }];
  },
};

/** Returns whether a filter may contain such a literal. Other filters are not parsed. */
function mayNeedRetyping(text: string): boolean {
  return /\s(?:"(?:true|false)"|true|false|-?\d)/i.test(text);
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
  const target = type.resolve(attribute);
  if (filter === undefined || target?.attribute === undefined) return path;
  const inside = printFilter(retyped(filter, inElement(target.attribute)));
  return `${attribute}[${inside}]${subAttribute === undefined ? '' : `.${subAttribute}`}`;
}

type Resolve = (path: string) => Attribute | undefined;

function inResource(type: ResourceType): Resolve {
  return (path) => {
    const target = type.resolve(path);
    return target?.attribute === undefined ? undefined : (target.subAttribute ?? target.attribute);
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
  projectedName: (name) => name.replace(/\[.*$/s, ''),
};
