import { noMatch } from '../errors/patch-errors';
import { requiredMissing, wrongValue } from '../errors/value-errors';
import type { BoundFilter } from '../filter/bind';
import { elementMatches, isPresent } from '../filter/evaluate';
import { isArray, isObject, ownIgnoringCase, type Json, type JsonObject } from '../json';
import { distinctElements, parseElement, parseValue } from '../resource/value';
import { findSubAttribute, type Attribute } from '../schema/attribute';
import { describeTarget } from '../schema/resource-type';
import { normalizeElements } from './elements';
import { nonEmpty, withMember, withoutMember } from './objects';
import type { AttributePath } from './path';
import type { PatchOperation } from './request';
import type { PatchRules } from './rules';

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
  operation: PatchOperation,
  rules: PatchRules,
): Json | undefined {
  const { attribute } = path;
  if (!attribute.multiValued) return assignSingle(path, current, operation, rules);
  const elements = isArray(current) ? current : [];
  if (path.filter !== undefined) {
    return assignSelected(path, path.filter, elements, operation, rules);
  }
  if (path.subAttribute !== undefined) {
    const changed = elements.length === 0 ? [{}] : elements;
    return normalizeElements(
      attribute,
      changed.map((element) => withSubAttribute(path, element, operation)),
      changed.keys(),
    );
  }
  const sent = asList(operation.value);
  const parsed = parseValue(attribute, sent);
  if (parsed === undefined) checkUnderstood(attribute, sent);
  if (operation.op === 'replace') {
    if (rules.tolerant) checkIdentified(attribute, parsed);
    return parsed;
  }
  const added = isArray(parsed) ? parsed : [];
  return normalizeElements(
    attribute,
    [...elements, ...added],
    added.map((_, index) => elements.length + index),
  );
}

/** A client may send a single value for a multi-valued attribute. */
function asList(value: Json): readonly Json[] {
  if (value === null) return [];
  return isArray(value) ? value : [value];
}

/**
 * Refuses a value that holds nothing of the attribute's schema. Treating it as no value would
 * remove what is stored.
 */
function checkUnderstood(attribute: Attribute, sent: Json): void {
  if (isPresent(sent)) {
    throw wrongValue(attribute.name, 'a value with sub-attributes of its schema', sent);
  }
}

/**
 * Refuses elements that all lack the `value` which they would need to stay. The client may have
 * meant another name.
 */
function checkIdentified(attribute: Attribute, parsed: Json | undefined): void {
  if (!isArray(parsed) || findSubAttribute(attribute, 'value') === undefined) return;
  if (parsed.every((element) => isObject(element) && element['value'] === undefined)) {
    throw requiredMissing(`${attribute.name}.value`);
  }
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
  operation: PatchOperation,
  { tolerant }: PatchRules,
): Json | undefined {
  const { attribute, filter, subAttribute } = path;
  const { op, value } = operation;
  if (filter !== undefined && (current === undefined || !elementMatches(filter, current))) {
    // Entra ID names the value that it believes to be there: `manager[value eq "…"].value`.
    if (!tolerant) throw noMatch(describeTarget({ ...path, subAttribute: undefined }));
  }
  if (subAttribute !== undefined) return nonEmpty(withSubAttribute(path, current ?? {}, operation));
  if (attribute.type !== 'complex' || value === null) return parseValue(attribute, value);
  return nonEmpty(mergeComplex(attribute, current, value, op));
}

/** Sets the elements that `emails[type eq "work"]` or `emails[type eq "work"].value` selects. */
function assignSelected(
  path: AttributePath,
  filter: BoundFilter,
  elements: readonly Json[],
  operation: PatchOperation,
  rules: PatchRules,
): Json | undefined {
  const { attribute } = path;
  const { op, value } = operation;
  const selected = new Set(
    elements.flatMap((element, index) => (elementMatches(filter, element) ? [index] : [])),
  );
  if (selected.size > 0) {
    const next = elements.map((element, index) =>
      selected.has(index) ? changeElement(path, filter, element, operation, rules) : element,
    );
    return normalizeElements(attribute, next, selected);
  }
  const described = op === 'add' || rules.tolerant ? describedElement(filter) : undefined;
  if (described === undefined) throw noMatch(describeTarget({ ...path, subAttribute: undefined }));
  if (value === null) return elements.length === 0 ? undefined : elements;
  const created = changeElement(path, filter, described, { ...operation, op: 'add' }, rules);
  return normalizeElements(attribute, [...elements, created], [elements.length]);
}

/**
 * Returns a selected element with one sub-attribute set, with sub-attributes added, or replaced.
 */
function changeElement(
  path: AttributePath,
  filter: BoundFilter,
  element: Json,
  operation: PatchOperation,
  rules: PatchRules,
): Json {
  const { attribute, subAttribute } = path;
  const { op, value } = operation;
  if (subAttribute !== undefined) return withSubAttribute(path, element, operation);
  if (op === 'add' && attribute.type === 'complex') {
    return mergeComplex(attribute, element, value, op);
  }
  const parsed = parseElement(attribute, value);
  if (parsed === undefined) checkUnderstood(attribute, value);
  if (!rules.tolerant || !isObject(parsed)) return parsed ?? {};
  checkIdentified(attribute, [parsed]);
  return { ...selectedBy(filter, element, value), ...parsed };
}

/**
 * Returns the sub-attributes by which a filter selected an element and that the new value does not
 * name. A client that replaces `addresses[type eq "work"]` expects to find a work address there
 * afterwards.
 */
function selectedBy(filter: BoundFilter, element: Json, value: Json): JsonObject {
  const names = Object.keys(describedElement(filter) ?? {});
  const kept = names.flatMap((name) => {
    const isNamed = isObject(value) && ownIgnoringCase(value, name) !== undefined;
    const part = isObject(element) ? element[name] : undefined;
    return isNamed || part === undefined ? [] : [[name, part] as const];
  });
  return Object.fromEntries(kept);
}

function withSubAttribute(
  { attribute, subAttribute }: AttributePath,
  element: Json,
  { op, value }: PatchOperation,
): JsonObject {
  if (subAttribute === undefined) return {};
  const { name, multiValued } = subAttribute;
  const sent = multiValued && value !== null ? asList(value) : value;
  const parsed = parseValue(subAttribute, sent, `${attribute.name}.${name}`);
  const object = isObject(element) ? element : {};
  return withMember(object, name, op === 'add' ? appended(object[name], parsed) : parsed);
}

/** Returns the values of a sub-attribute after `add`: a list is appended, anything else is set. */
function appended(current: Json | undefined, added: Json | undefined): Json | undefined {
  if (!isArray(current)) return added;
  return isArray(added) ? distinctElements([...current, ...added]) : current;
}

function mergeComplex(
  attribute: Attribute,
  current: Json | undefined,
  value: Json,
  op: PatchOperation['op'],
): JsonObject {
  const parsed = parseElement(attribute, value);
  let result: JsonObject = isObject(current) ? current : {};
  for (const [name, part] of isObject(parsed) ? Object.entries(parsed) : []) {
    result = withMember(result, name, op === 'add' ? appended(result[name], part) : part);
  }
  // Null unassigns a sub-attribute (RFC 7643 section 2.5).
  for (const [name, part] of isObject(value) ? Object.entries(value) : []) {
    const subAttribute = findSubAttribute(attribute, name);
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
    if (left === undefined || right === undefined) return undefined;
    return Object.entries(right).reduce<JsonObject>(
      (both, [name, part]) => withMember(both, name, appended(both[name], part)),
      left,
    );
  }
  if (filter.kind !== 'compare' || filter.operator !== 'eq' || filter.value === null)
    return undefined;
  const { subAttribute } = filter.target;
  if (subAttribute === undefined) return undefined;
  return { [subAttribute.name]: subAttribute.multiValued ? [filter.value] : filter.value };
}
