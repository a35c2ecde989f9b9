import { noMatch } from '../errors/patch-errors';
import type { BoundFilter } from '../filter/bind';
import { elementMatches } from '../filter/evaluate';
import { isArray, isObject, type Json, type JsonObject } from '../json';
import { parseElement, parseValue } from '../resource/value';
import type { Attribute } from '../schema/attribute';
import { describeTarget } from '../schema/resource-type';
import { normalizeElements } from './elements';
import { nonEmpty, withMember, withoutMember } from './objects';
import type { AttributePath } from './path';
import type { PatchOperation } from './request';

/** Leniencies beyond the RFC that identity providers need from PATCH. */
export interface PatchRules {
  /**
   * Whether `replace` with a filter that selects no element creates the element that the filter
   * describes. RFC 7644 section 3.5.2.3 requires 400 `noTarget`; Entra ID relies on the element
   * being created.
   */
  readonly createMissingTarget: boolean;
}

/**
 * Applies an `add` or `replace` operation to the value of one attribute (RFC 7644 sections 3.5.2.1
 * and 3.5.2.3).
 * @param current the attribute's value before the operation
 * @returns the value afterwards; undefined if the attribute is unassigned
 * @throws ScimError 400 `invalidValue`, or `noTarget` for a filter that selects nothing
 */
export function assignValue(
  path: AttributePath,
  current: Json | undefined,
  { op, value }: PatchOperation,
  rules: PatchRules,
): Json | undefined {
  const { attribute } = path;
  if (!attribute.multiValued) return assignSingle(path, current, value);
  const elements = isArray(current) ? current : [];
  if (path.filter !== undefined)
    return assignSelected(path, path.filter, elements, op, value, rules);
  if (path.subAttribute !== undefined) {
    if (elements.length === 0)
      return normalizeElements(attribute, [withSubAttribute(path, {}, value)], [0]);
    return normalizeElements(
      attribute,
      elements.map((element) => withSubAttribute(path, element, value)),
      elements.keys(),
    );
  }
  const sent = value === null ? [] : isArray(value) ? value : [value];
  const parsed = parseValue(attribute, sent);
  const added = isArray(parsed) ? parsed : [];
  if (op === 'replace') return parsed;
  return normalizeElements(
    attribute,
    [...elements, ...added],
    added.map((_, index) => elements.length + index),
  );
}

/**
 * Sets a single-valued attribute. For `add` and `replace` alike, a complex value sets the
 * sub-attributes that it names and leaves the others (RFC 7644 section 3.5.2.3: "a set of
 * sub-attributes SHALL be specified in the value parameter that replaces any existing values or
 * adds where an attribute did not previously exist").
 */
function assignSingle(
  path: AttributePath,
  current: Json | undefined,
  value: Json,
): Json | undefined {
  const { attribute, filter, subAttribute } = path;
  if (filter !== undefined && (current === undefined || !elementMatches(filter, current))) {
    throw noMatch(describeTarget({ ...path, subAttribute: undefined }));
  }
  if (subAttribute !== undefined) return nonEmpty(withSubAttribute(path, current ?? {}, value));
  if (attribute.type !== 'complex' || value === null) return parseValue(attribute, value);
  return nonEmpty(mergeComplex(attribute, current, value));
}

/** Sets the elements that `emails[type eq "work"]` or `emails[type eq "work"].value` selects. */
function assignSelected(
  path: AttributePath,
  filter: BoundFilter,
  elements: readonly Json[],
  op: PatchOperation['op'],
  value: Json,
  rules: PatchRules,
): Json | undefined {
  const { attribute } = path;
  const selected = elements.flatMap((element, index) =>
    elementMatches(filter, element) ? [index] : [],
  );
  if (selected.length === 0) {
    const described =
      op === 'add' || rules.createMissingTarget ? describedElement(filter) : undefined;
    if (described === undefined)
      throw noMatch(describeTarget({ ...path, subAttribute: undefined }));
    if (value === null) return elements.length === 0 ? undefined : elements;
    return normalizeElements(
      attribute,
      [...elements, changeElement(path, described, 'add', value)],
      [elements.length],
    );
  }
  const next = elements.map((element, index) =>
    selected.includes(index) ? changeElement(path, element, op, value) : element,
  );
  return normalizeElements(attribute, next, selected);
}

/**
 * Returns a selected element with one sub-attribute set, with sub-attributes added, or replaced.
 */
function changeElement(
  path: AttributePath,
  element: Json,
  op: PatchOperation['op'],
  value: Json,
): Json {
  const { attribute, subAttribute } = path;
  if (subAttribute !== undefined) return withSubAttribute(path, element, value);
  if (op === 'add' && attribute.type === 'complex') return mergeComplex(attribute, element, value);
  return parseElement(attribute, value) ?? {};
}

function withSubAttribute(
  { attribute, subAttribute }: AttributePath,
  element: Json,
  value: Json,
): JsonObject {
  if (subAttribute === undefined) return {};
  const parsed = parseValue(subAttribute, value, `${attribute.name}.${subAttribute.name}`);
  return withMember(isObject(element) ? element : {}, subAttribute.name, parsed);
}

function mergeComplex(attribute: Attribute, current: Json | undefined, value: Json): JsonObject {
  const parsed = parseElement(attribute, value);
  let result: JsonObject = {
    ...(isObject(current) ? current : {}),
    ...(isObject(parsed) ? parsed : {}),
  };
  // Null unassigns a sub-attribute (RFC 7643 section 2.5).
  for (const [name, part] of isObject(value) ? Object.entries(value) : []) {
    const subAttribute = attribute.subAttributes?.find(
      (candidate) => candidate.name.toLowerCase() === name.toLowerCase(),
    );
    if (part === null && subAttribute !== undefined)
      result = withoutMember(result, subAttribute.name);
  }
  return result;
}

/**
 * Returns the element that a filter describes, such as `type eq "work" and primary eq true`;
 * undefined if the filter is more than a conjunction of equalities.
 */
function describedElement(filter: BoundFilter): JsonObject | undefined {
  if (filter.kind === 'and') {
    const left = describedElement(filter.left);
    const right = describedElement(filter.right);
    return left === undefined || right === undefined ? undefined : { ...left, ...right };
  }
  if (filter.kind !== 'compare' || filter.operator !== 'eq' || filter.value === null)
    return undefined;
  const { subAttribute } = filter.target;
  return subAttribute === undefined ? undefined : { [subAttribute.name]: filter.value };
}
