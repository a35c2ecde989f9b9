import type { Json } from '../json';
import { kindOf, quoted, ScimError } from './scim-error';

/* Errors about PATCH and bulk operations (RFC 7644 sections 3.5.2 and 3.7). */

/**
 * 400 `invalidPath` for a path that is malformed or that the resource type does not have.
 * @param attribute the part of the path that is safe to log, see `loggablePath`
 */
export function invalidPath(
  path: string,
  problem: string,
  attribute: string | undefined,
): ScimError {
  return new ScimError({
    code: 'wrongPath',
    status: 400,
    scimType: 'invalidPath',
    detail: `Path ${quoted(path)}: ${problem}.`,
    attribute,
  });
}

/** 400 `invalidPath` for a `path` that is not a string. */
export function pathNotString(): ScimError {
  return new ScimError({
    code: 'wrongPath',
    status: 400,
    scimType: 'invalidPath',
    detail: '"path" must be a string.',
  });
}

/** 400 `noTarget` for a filter that selects no value (RFC 7644 sections 3.5.2.1 to 3.5.2.3). */
export function noMatch(attribute: string): ScimError {
  return noTarget(`No value of "${attribute}" matches the filter.`, attribute);
}

/** 400 `noTarget` for a `remove` operation without a path (RFC 7644 section 3.5.2.2). */
export function removeWithoutPath(): ScimError {
  return noTarget('A "remove" operation needs a "path".');
}

function noTarget(detail: string, attribute?: string): ScimError {
  return new ScimError({ code: 'noTarget', status: 400, scimType: 'noTarget', detail, attribute });
}

/** 400 `invalidSyntax` for an `op` other than the three of RFC 7644 section 3.5.2. */
export function unknownOperation(op: Json | undefined): ScimError {
  const sent = typeof op === 'string' ? quoted(op) : kindOf(op);
  return new ScimError({
    code: 'malformed',
    status: 400,
    scimType: 'invalidSyntax',
    detail: `"op" must be "add", "replace" or "remove", not ${sent}.`,
    received: kindOf(op),
  });
}

/** 400 `invalidValue` for an operation whose value is missing or has the wrong form. */
export function operationValue(
  detail: string,
  fields: { readonly attribute?: string | undefined; readonly value?: Json } = {},
): ScimError {
  const { attribute, value } = fields;
  return new ScimError({
    code: 'wrongValue',
    status: 400,
    scimType: 'invalidValue',
    detail,
    attribute,
    received: value === undefined ? undefined : kindOf(value),
  });
}

/** 404 for a bulk operation whose path names no endpoint (RFC 7644 section 3.7). */
export function unknownBulkPath(path: string): ScimError {
  return new ScimError({
    code: 'unsupported',
    status: 404,
    detail: `There is no endpoint for the bulk path ${quoted(path)}.`,
  });
}

/** 409 for a reference to a resource that the same bulk request failed to create. */
export function failedReference(bulkId: string): ScimError {
  return new ScimError({
    code: 'notThere',
    status: 409,
    detail: `The resource with bulkId ${quoted(bulkId)} could not be created.`,
  });
}
