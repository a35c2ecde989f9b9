import {
  operationValue,
  pathNotString,
  removeWithoutPath,
  unknownOperation,
} from '../errors/patch-errors';
import { operationsMalformed, tooManyOperations } from '../errors/request-errors';
import { wrongValue } from '../errors/value-errors';
import { isArray, isObject, ownIgnoringCase, type Json, type JsonObject } from '../json';
import { LIMITS } from '../limits';
import { messageBody } from '../message';
import { findAttribute, type Attribute } from '../schema/attribute';
import type { ResourceType } from '../schema/resource-type';
import { loggablePath, parsePath, type PatchPath } from './path';

export const PATCH_OP_URN = 'urn:ietf:params:scim:api:messages:2.0:PatchOp';

export type PatchOperationName = 'add' | 'replace' | 'remove';

/** One change at one place. An operation without a path arrives as one of these for each attribute of its value. */
export interface PatchOperation {
  readonly op: PatchOperationName;
  readonly path: PatchPath;
  /** As sent; null for `remove`. */
  readonly value: Json;
}

/**
 * The operations of a PATCH request as sent, checked for the message's own form.
 * @throws ScimError 400 `invalidSyntax` for a body that is no PatchOp message (RFC 7644 section 3.5.2), 413 for too many
 *   operations
 */
export function readPatchMessage(sent: Json): readonly JsonObject[] {
  const body = messageBody(sent, PATCH_OP_URN);
  const operations = ownIgnoringCase(body, 'Operations');
  if (!isArray(operations) || operations.length === 0) {
    throw operationsMalformed('"Operations" must be an array with at least one operation.');
  }
  if (operations.length > LIMITS.patchOperations) {
    throw tooManyOperations('PATCH', LIMITS.patchOperations);
  }
  return operations.map((operation, index) => {
    if (!isObject(operation))
      throw operationsMalformed(`Operation ${index + 1} must be an object.`);
    return operation;
  });
}

/**
 * Resolves operations against a resource type.
 * @throws ScimError 400 `invalidSyntax`, `invalidPath`, `invalidValue`, or `noTarget` for `remove` without a path
 */
export function parseOperations(
  type: ResourceType,
  operations: readonly JsonObject[],
): readonly PatchOperation[] {
  return operations.flatMap((operation) => parseOperation(type, operation));
}

function parseOperation(type: ResourceType, operation: JsonObject): readonly PatchOperation[] {
  const op = operationName(ownIgnoringCase(operation, 'op'));
  const path = ownIgnoringCase(operation, 'path') ?? null;
  const value = ownIgnoringCase(operation, 'value');
  if (path !== null && typeof path !== 'string') throw pathNotString();
  if (op === 'remove') {
    if (path === null || path.trim() === '') throw removeWithoutPath();
    const target = parsePath(type, path);
    // The RFC gives `remove` no value. Whoever sends one means those values, and would lose all the others, too.
    if (value !== undefined && value !== null && selectsAll(target)) {
      throw operationValue(
        `"remove" takes no value. Select what to remove: ${path}[value eq "…"].`,
        { attribute: loggablePath(type, path), value },
      );
    }
    return [{ op, path: target, value: null }];
  }
  if (value === undefined) throw operationValue(`A "${op}" operation needs a "value".`);
  if (path !== null) return [{ op, path: parsePath(type, path), value }];
  if (!isObject(value)) {
    throw operationValue(
      `Without a "path", the "value" of "${op}" must be an object of attributes.`,
      { value },
    );
  }
  return expand(type, op, value);
}

/** Whether a path leads to all values of a multi-valued attribute. */
function selectsAll(path: PatchPath): boolean {
  return path.attribute !== undefined && path.attribute.multiValued && path.filter === undefined;
}

function operationName(op: Json | undefined): PatchOperationName {
  if (op === 'add' || op === 'replace' || op === 'remove') return op;
  throw unknownOperation(op);
}

/** "If omitted, the target location is assumed to be the resource itself" (RFC 7644 sections 3.5.2.1 and 3.5.2.3). */
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
 * One operation for each attribute that an object of attributes names; names that the schema does not have are dropped,
 * as in a POST.
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
