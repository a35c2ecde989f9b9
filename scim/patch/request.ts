import {
  invalidPath,
  operationValue,
  pathNotString,
  removeWithoutPath,
  unknownOperation,
} from '../errors/patch-errors';
import { operationsMalformed, tooManyOperations } from '../errors/request-errors';
import { quoted } from '../errors/scim-error';
import { wrongValue } from '../errors/value-errors';
import { isArray, isObject, ownIgnoringCase, type Json, type JsonObject } from '../json';
import { LIMITS } from '../limits';
import { messageBody } from '../message';
import { findAttribute, type Attribute } from '../schema/attribute';
import type { ResourceType } from '../schema/resource-type';
import { findPath, loggablePath, parsePath, type PatchPath } from './path';
import type { PatchRules } from './rules';

/** Schema of the PatchOp message (RFC 7644 section 3.5.2). */
export const PATCH_OP_URN = 'urn:ietf:params:scim:api:messages:2.0:PatchOp';

/** The operations of RFC 7644 section 3.5.2. */
export type PatchOperationName = 'add' | 'replace' | 'remove';

/**
 * One change to one target. An operation without a path is split into one of these for each
 * attribute in its value.
 */
export interface PatchOperation {
  readonly op: PatchOperationName;
  readonly path: PatchPath;
  /** The value as sent; for `remove` null, or the values to remove. */
  readonly value: Json;
}

/**
 * Reads a PatchOp message (RFC 7644 section 3.5.2).
 * @returns its operations as sent; only the form of the message is checked
 * @throws ScimError 400 `invalidSyntax` for a body that is not a PatchOp message, `invalidPath` for
 * a path that is too long, 413 for too many operations
 */
export function readPatchMessage(sent: Json, { tolerant }: PatchRules): readonly JsonObject[] {
  const body = messageBody(sent, PATCH_OP_URN);
  const operations = ownIgnoringCase(body, 'Operations');
  if (!isArray(operations) || (operations.length === 0 && !tolerant)) {
    throw operationsMalformed('"Operations" must be an array with at least one operation.');
  }
  if (operations.length > LIMITS.patchOperations) {
    throw tooManyOperations('PATCH', LIMITS.patchOperations);
  }
  return operations.map((operation, index) => {
    if (!isObject(operation))
      throw operationsMalformed(`Operation ${index + 1} must be an object.`);
    const path = ownIgnoringCase(operation, 'path');
    if (typeof path === 'string' && path.length > LIMITS.filterLength) {
      throw invalidPath(path, `is longer than ${LIMITS.filterLength} characters`, undefined);
    }
    checkRemoval(operation);
    return operation;
  });
}

/** Members of an operation. Old clients name it, too: `"name": "removeMember"`. */
const OPERATION_MEMBERS: ReadonlySet<string> = new Set(['op', 'path', 'value', 'name']);

/**
 * Refuses a removal without a value that has a member which is not understood, such as `values`:
 * the client may have named there what to remove, and without it everything would go.
 * @throws ScimError 400 `invalidSyntax`
 */
function checkRemoval(operation: JsonObject): void {
  const op = ownIgnoringCase(operation, 'op');
  if (typeof op !== 'string' || op.trim().toLowerCase() !== 'remove') return;
  if (ownIgnoringCase(operation, 'value') !== undefined) return;
  const names = Object.keys(operation);
  const unknown = names.find((name) => !OPERATION_MEMBERS.has(name.toLowerCase()));
  if (unknown !== undefined) {
    throw operationsMalformed(
      `A "remove" operation has the unknown member ${quoted(unknown)}. Select what to remove ` +
        'with a filter in "path".',
    );
  }
}

/**
 * Resolves operations against a resource type (RFC 7644 section 3.5.2).
 * @param onSkipped called by tolerant rules with the path of an operation that is skipped, because
 * the type does not have the attribute
 * @throws ScimError 400 `invalidSyntax`, `invalidPath`, `invalidValue`, or `noTarget` for `remove`
 * without a path
 */
export function parseOperations(
  type: ResourceType,
  operations: readonly JsonObject[],
  rules: PatchRules,
  onSkipped: (path: string) => void = () => undefined,
): readonly PatchOperation[] {
  return operations.flatMap((operation) => {
    const op = operationName(ownIgnoringCase(operation, 'op'));
    const path = ownIgnoringCase(operation, 'path') ?? null;
    const value = ownIgnoringCase(operation, 'value');
    if (path !== null && typeof path !== 'string') throw pathNotString();
    if (op === 'remove' && (path === null || path.trim() === '')) throw removeWithoutPath();
    if (op !== 'remove' && value === undefined) {
      throw operationValue(`A "${op}" operation needs a "value".`);
    }
    if (path === null) return withoutPath(type, op, value ?? null);
    const target = rules.tolerant ? findPath(type, path) : parsePath(type, path);
    if (target === undefined) {
      onSkipped(path);
      return [];
    }
    if (op !== 'remove') return [{ op, path: target, value: value ?? null }];
    return [{ op, path: target, value: valueToRemove(type, path, value ?? null, rules) }];
  });
}

/**
 * Returns the values that a `remove` operation names. RFC 7644 section 3.5.2.2 defines no value for
 * `remove`. A client that sends one means only those values; ignoring it would remove the others,
 * too.
 * @returns null if the operation names none
 * @throws ScimError 400 `invalidValue` unless the rules allow a value
 */
function valueToRemove(type: ResourceType, path: string, value: Json, rules: PatchRules): Json {
  if (value === null || rules.tolerant) return value;
  throw operationValue(`"remove" takes no value. Select what to remove with a filter.`, {
    attribute: loggablePath(type, path),
    value,
  });
}

function withoutPath(
  type: ResourceType,
  op: PatchOperationName,
  value: Json,
): readonly PatchOperation[] {
  if (!isObject(value)) {
    throw operationValue(
      `Without a "path", the "value" of "${op}" must be an object of attributes.`,
      { value },
    );
  }
  return expand(type, op, value);
}

function operationName(op: Json | undefined): PatchOperationName {
  if (op === 'add' || op === 'replace' || op === 'remove') return op;
  throw unknownOperation(op);
}

/**
 * Splits an operation without a path into one for each attribute: "If omitted, the target location
 * is assumed to be the resource itself" (RFC 7644 sections 3.5.2.1 and 3.5.2.3).
 */
function expand(
  type: ResourceType,
  op: PatchOperationName,
  value: JsonObject,
): readonly PatchOperation[] {
  const operations = attributeOperations(type.attributes, undefined, op, value);
  for (const { id, attributes } of type.extensions) {
    const extension = ownIgnoringCase(value, id);
    if (extension === undefined) continue;
    if (extension === null) {
      operations.push({ op: 'remove', path: { extension: id, attribute: undefined }, value: null });
    } else if (isObject(extension)) {
      operations.push(...attributeOperations(attributes, id, op, extension));
    } else {
      throw wrongValue(id, 'an object', extension);
    }
  }
  return operations;
}

/**
 * Returns one operation for each attribute of an object. Attributes that the schema does not have
 * are dropped, as in a POST.
 * @param definitions attributes of the schema
 * @param extension URN of the extension that the attributes belong to; undefined for the core
 * schema
 */
export function attributeOperations(
  definitions: readonly Attribute[],
  extension: string | undefined,
  op: PatchOperationName,
  value: JsonObject,
): PatchOperation[] {
  const operations: PatchOperation[] = [];
  for (const [name, part] of Object.entries(value)) {
    const attribute = findAttribute(definitions, name);
    if (attribute === undefined || part === undefined) continue;
    operations.push({
      op,
      path: { extension, attribute, subAttribute: undefined, filter: undefined },
      value: part,
    });
  }
  return operations;
}
