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
  /** The value as sent; null for `remove`. */
  readonly value: Json;
}

/**
 * Reads a PatchOp message (RFC 7644 section 3.5.2).
 * @returns its operations as sent; only the form of the message is checked
 * @throws ScimError 400 `invalidSyntax` for a body that is not a PatchOp message, 413 for too many
 * operations
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
 * Resolves operations against a resource type (RFC 7644 section 3.5.2).
 * @throws ScimError 400 `invalidSyntax`, `invalidPath`, `invalidValue`, or `noTarget` for `remove`
 * without a path
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
    // RFC 7644 section 3.5.2.2 defines no value for `remove`. A client that sends one means only
    // those values; ignoring it would remove the others, too.
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

/** Returns whether a path selects all values of a multi-valued attribute. */
function selectsAll(path: PatchPath): boolean {
  return path.attribute !== undefined && path.attribute.multiValued && path.filter === undefined;
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
