import { readOnlyAttribute, wrongValue } from '../errors/value-errors';
import { equalJson, isArray, isObject, type Json, type JsonObject } from '../json';
import { checkImmutable } from '../resource/immutable';
import { checkRequired, type Attributes } from '../resource/parse';
import { distinctElements, parseValue } from '../resource/value';
import type { Attribute } from '../schema/attribute';
import { describeTarget, type ResourceType } from '../schema/resource-type';
import { assignValue, type PatchRules } from './assign';
import { Draft } from './draft';
import type { AttributePath } from './path';
import { removeValue } from './remove';
import { attributeOperations, type PatchOperation } from './request';

/**
 * Applies PATCH operations in order (RFC 7644 section 3.5.2). It changes nothing in place: if one
 * operation fails, none applies.
 * @param readOnly readOnly values of the resource (`id`, `meta`, `groups`), which an operation may
 * send if it does not change them
 * @returns the new attributes; equal to the stored ones if nothing changed
 * @throws ScimError 400 `noTarget`, `mutability` or `invalidValue`
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
  // `schemas` is derived from the attributes (RFC 7643 section 3): adding a URN has no effect.
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
  // Only `password` is writeOnly. It is checked and dropped (docs/reference/conformance.md).
  if (path.attribute.mutability === 'writeOnly') {
    if (op !== 'remove') parseValue(path.attribute, value);
    return;
  }
  draft.set(
    path,
    op === 'remove' ? removeValue(path, current) : assignValue(path, current, operation, rules),
  );
}

/**
 * Applies an operation to a whole extension. `add` and `replace` set the attributes that the value
 * names and leave the others.
 */
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

/**
 * Returns whether an operation sends a readOnly value as it is. Clients send back what they read,
 * including `id` and `meta`; that is not an attempt to change it.
 */
function isUnchanged(current: Json | undefined, path: AttributePath, value: Json): boolean {
  const isUnassigned = value === null || (isArray(value) && value.length === 0);
  if (current === undefined) return isUnassigned;
  if (path.subAttribute === undefined) return equalJson(current, value);
  return isObject(current) && equalJson(current[path.subAttribute.name], value);
}

/**
 * Merges equal elements of the attributes that the operations touched. It runs once, after all
 * operations, because it compares all elements of an attribute.
 */
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
