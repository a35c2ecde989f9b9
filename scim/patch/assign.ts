import { noMatch } from '../errors/patch-errors';
import { resourceTooLarge } from '../errors/resource-errors';
import { notUnderstood } from '../errors/value-errors';
import type { BoundFilter } from '../filter/bind';
import { elementMatches, isPresent } from '../filter/evaluate';
import { equalJson, isArray, isObject, ownIgnoringCase, type Json, type JsonObject } from '../json';
import { LIMITS } from '../limits';
import { parseElement, parseValue } from '../resource/value';
import { findSubAttribute, type Attribute } from '../schema/attribute';
import { describeTarget } from '../schema/resource-type';
import { appended, describedElement, exceptPrimary, selectedBy } from './described';
import { normalizeElements } from './elements';
import { nonEmpty, withMember, withoutMember } from './objects';
import type { AttributePath } from './path';
import type { PatchOperation } from './request';
import type { PatchRules } from './rules';
import { checkIdentified, checkUnderstood } from './understood';

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
    checkCopies(operation.value, changed.length);
    return normalizeElements(
      attribute,
      changed.map((element) => withSubAttribute(path, element, operation)),
      changed.keys(),
    );
  }
  const sent = asList(operation.value);
  const parsed = parseValue(attribute, sent);
  if (parsed === undefined && isPresent(sent)) throw notUnderstood(attribute.name, sent);
  if (operation.op === 'replace') {
    if (rules.tolerant) for (const element of sent) checkUnderstood(attribute, element);
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

/** Refuses to copy a value into so many elements that the resource cannot be stored. */
function checkCopies(value: Json, elements: number): void {
  const characters = elements > 1 ? JSON.stringify(value).length * elements : 0;
  if (characters > LIMITS.resourceBytes) throw resourceTooLarge(LIMITS.resourceBytes);
}

/** A client may send a single value for a multi-valued attribute. */
function asList(value: Json): readonly Json[] {
  if (value === null) return [];
  return isArray(value) ? value : [value];
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
  if (subAttribute !== undefined) {
    const next = withSubAttribute(path, current ?? {}, operation);
    return nonEmpty(withoutStaleReference(current, { [subAttribute.name]: value }, next));
  }
  if (attribute.type !== 'complex' || value === null) return parseValue(attribute, value);
  return nonEmpty(
    withoutStaleReference(current, value, mergeComplex(attribute, current, value, op)),
  );
}

/** Drops the `$ref` of a reference whose `value` has changed, unless it was sent, too. */
function withoutStaleReference(
  before: Json | undefined,
  sent: Json,
  after: JsonObject,
): JsonObject {
  const isChanged = isObject(before) && before['value'] !== after['value'];
  const isSent = isObject(sent) && ownIgnoringCase(sent, '$ref') !== undefined;
  return isChanged && !isSent ? withoutMember(after, '$ref') : after;
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
  checkCopies(value, selected.size);
  if (selected.size > 0) {
    const next = elements.map((element, index) =>
      selected.has(index) ? changeElement(path, filter, element, operation, rules) : element,
    );
    return normalizeElements(attribute, next, selected);
  }
  const described = op === 'add' || rules.tolerant ? describedElement(filter) : undefined;
  const start = described === undefined ? undefined : parseElement(attribute, described);
  if (start === undefined) throw noMatch(describeTarget({ ...path, subAttribute: undefined }));
  if (value === null) return elements.length === 0 ? undefined : elements;
  if (rules.tolerant && op === 'replace') {
    const index = exceptPrimary(attribute, elements, start);
    if (index !== -1) {
      const changed = changeElement(path, filter, elements[index] ?? {}, operation, rules);
      const primary = isObject(changed) ? { ...changed, primary: true } : changed;
      return normalizeElements(attribute, elements.with(index, primary), [index]);
    }
  }
  const created = changeElement(path, filter, start, { ...operation, op: 'add' }, rules);
  // A repeated request: `replace emails[value eq "old"].value` has done its work already, and so
  // has one that replaces another part that its filter compares.
  const isRepeated = isObject(start) && start['value'] !== undefined;
  if (isRepeated && hasSameValue(elements, created)) return elements;
  const isThere = elements.some((element) => hasParts(element, created));
  if (op === 'replace' && isThere) return elements;
  return normalizeElements(attribute, [...elements, created], [elements.length]);
}

/** Returns whether an element has all parts of another one. */
function hasParts(element: Json, parts: Json): boolean {
  return (
    isObject(element) &&
    isObject(parts) &&
    Object.entries(parts).every(([name, part]) => equalJson(element[name], part ?? null))
  );
}

function hasSameValue(elements: readonly Json[], created: Json): boolean {
  return elements.some(
    (element) =>
      isObject(element) && isObject(created) && equalJson(element['value'], created['value']),
  );
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
  if (parsed === undefined && value !== null) throw notUnderstood(attribute.name, value);
  if (!rules.tolerant || !isObject(parsed)) return parsed ?? {};
  checkUnderstood(attribute, value);
  checkIdentified(attribute, [parsed]);
  return { ...selectedBy(filter, element, parsed), ...parsed };
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
  // Null and an empty list unassign a sub-attribute (RFC 7643 section 2.5).
  for (const [name, part] of isObject(value) ? Object.entries(value) : []) {
    const subAttribute = findSubAttribute(attribute, name);
    const isEmptied = part === null || (op === 'replace' && isArray(part) && part.length === 0);
    if (isEmptied && subAttribute !== undefined) result = withoutMember(result, subAttribute.name);
  }
  return result;
}
