import { readOnlyAttribute, wrongValue } from '../errors/value-errors';
import { equalJson, isArray, isObject, type Json, type JsonObject } from '../json';
import { checkImmutable } from '../resource/immutable';
import { checkRequired, checkSize, type Attributes } from '../resource/parse';
import { distinctElements, parseValue } from '../resource/value';
import { findSubAttribute, type Attribute } from '../schema/attribute';
import { describeTarget, type ResourceType } from '../schema/resource-type';
import { assignValue } from './assign';
import { Draft } from './draft';
import type { AttributePath } from './path';
import { removeValue } from './remove';
import { attributeOperations, type PatchOperation } from './request';
import type { PatchRules } from './rules';
import { MAXIMUM_WAYS } from './selection';
import { PatchWork } from './work';

/**
 * Applies PATCH operations in order (RFC 7644 section 3.5.2). It changes nothing in place: if one
 * operation fails, none applies.
 * @param readOnly readOnly values of the resource (`id`, `meta`, `groups`), which an operation may
 * send if it does not change them
 * @param work counts the steps of the whole request, which may be a bulk request
 * @returns the new attributes; equal to the stored ones if nothing changed
 * @throws ScimError 400 `noTarget`, `mutability` or `invalidValue`
 */
export function applyPatch(
  type: ResourceType,
  stored: Attributes,
  operations: readonly PatchOperation[],
  rules: PatchRules,
  readOnly: JsonObject = {},
  work = new PatchWork(),
): Attributes {
  const patch: Patch = { type, draft: new Draft(stored), rules, readOnly, work };
  for (const operation of operations) applyOperation(patch, operation);
  const { draft } = patch;
  for (const target of [...draft.touched.values()]) {
    // Done once, because it compares all elements.
    const value = draft.get(target);
    if (isArray(value)) draft.set(target, distinctElements(target.attribute, value));
    checkSize(target, draft.get(target));
  }
  checkRequired(type, draft.attributes);
  checkImmutable(type, stored, draft.attributes);
  return draft.attributes;
}

/** A PATCH that is being applied. */
interface Patch {
  readonly type: ResourceType;
  readonly draft: Draft;
  readonly rules: PatchRules;
  readonly readOnly: JsonObject;
  readonly work: PatchWork;
}

function applyOperation(patch: Patch, operation: PatchOperation): void {
  const { draft, rules, readOnly, work } = patch;
  const { op, path, value } = operation;
  if (path.attribute === undefined) {
    applyToExtension(patch, path.extension, operation);
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
  // A removal compares each element with what it names, in as many ways as it names it.
  const ways = op === 'remove' && isArray(value) ? Math.min(value.length, MAXIMUM_WAYS) : 1;
  work.spend(valuesIn(current) * ways, path.filter);
  const next =
    op === 'remove'
      ? removeValue(path, current, value)
      : assignValue(path, current, operation, rules);
  draft.set(path, rules.tolerant ? withoutLost(path.attribute, current, next) : next);
}

/**
 * Applies an operation to a whole extension. `add` and `replace` set the attributes that the value
 * names and leave the others; `remove` removes them, or all without a value.
 */
function applyToExtension(patch: Patch, urn: string, { op, value }: PatchOperation): void {
  const { type, draft } = patch;
  if (value === null) {
    draft.remove(urn);
    return;
  }
  const definitions = type.extension(urn)?.attributes ?? [];
  if (!isObject(value)) throw wrongValue(urn, 'an object', value);
  for (const operation of attributeOperations(definitions, urn, op, value)) {
    applyOperation(patch, operation);
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

/** Characters that count as one more value: comparing a long text takes longer. */
const TEXT_STEP = 256;

/** Returns the number of values of an attribute, including those of its sub-attributes. */
function valuesIn(value: Json | undefined): number {
  if (typeof value === 'string') return 1 + Math.floor(value.length / TEXT_STEP);
  if (isArray(value)) return value.reduce<number>((sum, element) => sum + valuesIn(element), 1);
  if (!isObject(value)) return 1;
  return Object.values(value).reduce<number>((sum, part) => {
    const isLong = isArray(part) || (typeof part === 'string' && part.length >= TEXT_STEP);
    return isLong ? sum + valuesIn(part) : sum;
  }, 1);
}

/**
 * Returns the value of an attribute without what lost its `value` by an operation: an element, or
 * the whole if it is single-valued. An operation that adds a part to an element without a `value`
 * may be followed by one that adds the `value`.
 */
function withoutLost(
  attribute: Attribute,
  before: Json | undefined,
  after: Json | undefined,
): Json | undefined {
  if (findSubAttribute(attribute, 'value') === undefined || after === undefined) return after;
  if (!isArray(after)) return hasValue(before) && !hasValue(after) ? undefined : after;
  const had = isArray(before) ? before.filter(hasValue).length : 0;
  if (after.filter(hasValue).length >= had) return after;
  const unchanged = new Set(isArray(before) ? before : []);
  const kept = after.filter((element) => hasValue(element) || unchanged.has(element));
  return kept.length === 0 ? undefined : kept;
}

function hasValue(element: Json | undefined): boolean {
  return isObject(element) && element['value'] !== undefined;
}
