import { noMatch } from '../errors/patch-errors';
import {
  morePrimaries,
  readOnlyAttribute,
  requiredNotRemovable,
  wrongValue,
} from '../errors/value-errors';
import type { BoundFilter } from '../filter/bind';
import { elementMatches } from '../filter/bind';
import { equalJson, isArray, isObject, type Json, type JsonObject } from '../json';
import { checkImmutable } from '../resource/immutable';
import { checkRequired, type Attributes } from '../resource/parse';
import { distinctElements, parseElement, parseValue } from '../resource/value';
import type { Attribute } from '../schema/attribute';
import { describeTarget, type ResourceType } from '../schema/resource-type';
import { Draft } from './draft';
import type { AttributePath } from './path';
import { attributeOperations, type PatchOperation } from './request';

export interface PatchRules {
  /**
   * Whether `replace` on a value path that selects nothing creates the element that its filter describes. RFC 7644
   * section 3.5.2.3 answers 400 `noTarget`; Entra ID depends on the element being created.
   */
  readonly createMissingTarget: boolean;
}

/**
 * Applies PATCH operations in order (RFC 7644 section 3.5.2). The stored attributes stay as they are; either all operations
 * apply or none.
 * @param readOnly readOnly values of the resource (`id`, `meta`, `groups`): sending one unchanged is no error
 * @returns the new attributes; equal to the old ones when nothing changed
 * @throws ScimError 400 `noTarget`, `mutability`, `invalidValue` or `invalidPath`
 */
export function applyPatch(
  type: ResourceType,
  stored: Attributes,
  operations: readonly PatchOperation[],
  rules: PatchRules,
  readOnly: JsonObject = {},
): Attributes {
  const draft = new Draft(stored);
  for (const operation of operations) applyOperation(type, draft, operation, rules, readOnly);
  mergeEqualElements(draft, operations);
  checkRequired(type, draft.attributes);
  checkImmutable(type, stored, draft.attributes);
  return draft.attributes;
}

function applyOperation(
  type: ResourceType,
  draft: Draft,
  operation: PatchOperation,
  rules: PatchRules,
  readOnly: JsonObject,
): void {
  const { op, path, value } = operation;
  if (path.attribute === undefined) {
    applyToExtension(type, draft, path.extension, operation, rules, readOnly);
    return;
  }
  // `schemas` follows from what the resource holds (RFC 7643 section 3): naming an extension there adds nothing to it.
  if (path.extension === undefined && path.attribute.name === 'schemas' && op !== 'remove') return;
  const current = draft.get(path);
  if (
    (path.subAttribute ?? path.attribute).mutability === 'readOnly' ||
    path.attribute.mutability === 'readOnly'
  ) {
    if (op !== 'remove' && isUnchanged(current ?? readOnly[path.attribute.name], path, value))
      return;
    throw readOnlyAttribute(describeTarget(path));
  }
  // Passwords are checked and dropped (see docs/reference/conformance.md); nothing else is writeOnly.
  if (path.attribute.mutability === 'writeOnly') {
    if (op !== 'remove') parseValue(path.attribute, value);
    return;
  }
  draft.set(
    path,
    op === 'remove' ? removed(path, current) : assigned(path, current, operation, rules),
  );
}

/** `add` and `replace` on a whole extension set the attributes given and leave the others. */
function applyToExtension(
  type: ResourceType,
  draft: Draft,
  urn: string,
  { op, value }: PatchOperation,
  rules: PatchRules,
  readOnly: JsonObject,
): void {
  if (op === 'remove' || value === null) {
    draft.remove(urn);
    return;
  }
  const definitions = type.extension(urn)?.attributes ?? [];
  if (!isObject(value)) throw wrongValue(urn, 'an object', value);
  for (const operation of attributeOperations(definitions, urn, op, value)) {
    applyOperation(type, draft, operation, rules, readOnly);
  }
}

/** Clients send back what they read, `id` and `meta` included; that is no attempt to change it. */
function isUnchanged(current: Json | undefined, path: AttributePath, value: Json): boolean {
  const isUnassigned = value === null || (isArray(value) && value.length === 0);
  if (current === undefined) return isUnassigned;
  if (path.subAttribute === undefined) return equalJson(current, value);
  return isObject(current) && equalJson(current[path.subAttribute.name], value);
}

/** Merges equal elements of the attributes that operations touched; once at the end, since it looks at all of them. */
function mergeEqualElements(draft: Draft, operations: readonly PatchOperation[]): void {
  const touched = new Set<Attribute>();
  for (const { path } of operations) {
    if (path.attribute === undefined || !path.attribute.multiValued || touched.has(path.attribute))
      continue;
    touched.add(path.attribute);
    const elements = draft.get(path);
    if (isArray(elements)) draft.set(path, distinctElements(elements));
  }
}

// --- add and replace -------------------------------------------------------------------------------------------------

function assigned(
  path: AttributePath,
  current: Json | undefined,
  { op, value }: PatchOperation,
  rules: PatchRules,
): Json | undefined {
  const { attribute } = path;
  if (!attribute.multiValued) return assignedSingle(path, current, value);
  const elements = isArray(current) ? current : [];
  if (path.filter !== undefined)
    return assignedWhere(path, path.filter, elements, op, value, rules);
  if (path.subAttribute !== undefined) {
    if (elements.length === 0)
      return normalizedElements(attribute, [elementWith(path, {}, value)], [0]);
    return normalizedElements(
      attribute,
      elements.map((element) => elementWith(path, element, value)),
      elements.keys(),
    );
  }
  const sent = value === null ? [] : isArray(value) ? value : [value];
  const parsed = parseValue(attribute, sent);
  const added = isArray(parsed) ? parsed : [];
  if (op === 'replace') return parsed;
  return normalizedElements(
    attribute,
    [...elements, ...added],
    added.map((_, index) => elements.length + index),
  );
}

/**
 * A single-valued attribute. A complex value sets the sub-attributes it names and leaves the others, for `add` and for
 * `replace` (RFC 7644 section 3.5.2.3: "a set of sub-attributes SHALL be specified in the value parameter that replaces any
 * existing values or adds where an attribute did not previously exist").
 */
function assignedSingle(
  path: AttributePath,
  current: Json | undefined,
  value: Json,
): Json | undefined {
  const { attribute, filter, subAttribute } = path;
  if (filter !== undefined && (current === undefined || !elementMatches(filter, current))) {
    throw noMatch(describeTarget({ ...path, subAttribute: undefined }));
  }
  if (subAttribute !== undefined) return nonEmpty(elementWith(path, current ?? {}, value));
  if (attribute.type !== 'complex' || value === null) return parseValue(attribute, value);
  return nonEmpty(merged(attribute, current, value));
}

/** `emails[type eq "work"]` and `emails[type eq "work"].value`. */
function assignedWhere(
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
    return normalizedElements(
      attribute,
      [...elements, changed(path, described, 'add', value)],
      [elements.length],
    );
  }
  const next = elements.map((element, index) =>
    selected.includes(index) ? changed(path, element, op, value) : element,
  );
  return normalizedElements(attribute, next, selected);
}

/** One selected element after the operation: a part of it set, parts of it added, or all of it replaced. */
function changed(path: AttributePath, element: Json, op: PatchOperation['op'], value: Json): Json {
  const { attribute, subAttribute } = path;
  if (subAttribute !== undefined) return elementWith(path, element, value);
  if (op === 'add' && attribute.type === 'complex') return merged(attribute, element, value);
  return parseElement(attribute, value) ?? {};
}

function elementWith(
  { attribute, subAttribute }: AttributePath,
  element: Json,
  value: Json,
): JsonObject {
  if (subAttribute === undefined) return {};
  const parsed = parseValue(subAttribute, value, `${attribute.name}.${subAttribute.name}`);
  return withMember(isObject(element) ? element : {}, subAttribute.name, parsed);
}

function merged(attribute: Attribute, current: Json | undefined, value: Json): JsonObject {
  const parsed = parseElement(attribute, value);
  let result: JsonObject = {
    ...(isObject(current) ? current : {}),
    ...(isObject(parsed) ? parsed : {}),
  };
  // A sub-attribute sent as null is unassigned (RFC 7643 section 2.5).
  for (const [name, part] of isObject(value) ? Object.entries(value) : []) {
    const subAttribute = attribute.subAttributes?.find(
      (candidate) => candidate.name.toLowerCase() === name.toLowerCase(),
    );
    if (part === null && subAttribute !== undefined) result = without(result, subAttribute.name);
  }
  return result;
}

/** The element that a filter describes, when it is nothing but equalities: `type eq "work" and primary eq true`. */
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

/**
 * The elements without empty ones and with one primary at most: an element that becomes primary takes it
 * from the others (RFC 7644 section 3.5.2).
 * @param touched the indexes of the elements that the operation set
 */
function normalizedElements(
  attribute: Attribute,
  elements: readonly Json[],
  touched: Iterable<number>,
): Json | undefined {
  const primaries = [...touched].filter((index) => isPrimary(elements[index]));
  if (primaries.length > 1) throw morePrimaries(attribute.name);
  const [primary] = primaries;
  const single = elements.map((element, index) =>
    primary !== undefined && index !== primary && isObject(element) && isPrimary(element)
      ? { ...element, primary: false }
      : element,
  );
  const filled = single.filter((element) => !isObject(element) || Object.keys(element).length > 0);
  return filled.length === 0 ? undefined : filled;
}

function isPrimary(element: Json | undefined): boolean {
  return isObject(element) && element['primary'] === true;
}

// --- remove ----------------------------------------------------------------------------------------------------------

function removed(path: AttributePath, current: Json | undefined): Json | undefined {
  const { attribute, subAttribute, filter } = path;
  if ((subAttribute ?? attribute).required && filter === undefined) {
    throw requiredNotRemovable(describeTarget(path));
  }
  if (current === undefined) return undefined;
  if (!isArray(current)) {
    if (filter !== undefined && !elementMatches(filter, current)) return current;
    return subAttribute === undefined || !isObject(current)
      ? undefined
      : nonEmpty(without(current, subAttribute.name));
  }
  const rest = current.flatMap((element) => {
    if (filter !== undefined && !elementMatches(filter, element)) return [element];
    if (subAttribute === undefined || !isObject(element)) return [];
    return [without(element, subAttribute.name)];
  });
  return filter === undefined && subAttribute === undefined
    ? undefined
    : normalizedElements(attribute, rest, []);
}

// --- objects that are never changed in place -------------------------------------------------------------------------

function withMember(object: JsonObject, name: string, value: Json | undefined): JsonObject {
  return value === undefined ? without(object, name) : { ...object, [name]: value };
}

function without(object: JsonObject, name: string): JsonObject {
  const { [name]: _, ...rest } = object;
  return rest;
}

function nonEmpty(object: JsonObject): JsonObject | undefined {
  return Object.keys(object).length === 0 ? undefined : object;
}
