import type { ResourceTypeName } from '../schema/resource-type';
import type { Json } from '../json';
import { kindOf, quoted, ScimError } from './scim-error';

/* Errors about the values of attributes (RFC 7643 section 2). */

/**
 * 400 `invalidValue` for a value that does not fit its attribute.
 * @param path of the value, with indexes: `emails[0].value`
 * @param expected completes "must be …"
 */
export function wrongValue(path: string, expected: string, value: Json | undefined): ScimError {
  return new ScimError({
    code: 'wrongValue',
    status: 400,
    scimType: 'invalidValue',
    detail: `"${path}" must be ${expected}.`,
    attribute: withoutIndexes(path),
    expected,
    received: kindOf(value),
  });
}

/**
 * 400 `invalidValue` for a value that holds nothing of the attribute's schema. Treating it as no
 * value would remove what is stored.
 */
export function notUnderstood(path: string, value: Json): ScimError {
  return wrongValue(path, 'a value with sub-attributes of its schema', value);
}

/** 400 `invalidValue` for more than one element with `primary: true` (RFC 7643 section 2.4). */
export function morePrimaries(path: string): ScimError {
  return new ScimError({
    code: 'wrongValue',
    status: 400,
    scimType: 'invalidValue',
    detail: `"${path}" has more than one primary value.`,
    attribute: withoutIndexes(path),
    expected: 'a list with at most one primary value',
  });
}

/** 400 `invalidValue` for more distinct values than can be indexed. */
export function moreValues(attribute: string, maximum: number): ScimError {
  return new ScimError({
    code: 'wrongValue',
    status: 400,
    scimType: 'invalidValue',
    detail: `"${attribute}" may have at most ${maximum} different values.`,
    attribute,
    expected: `a list of at most ${maximum} different values`,
  });
}

/** 400 `invalidValue` for a required attribute without a value (RFC 7643 section 2.2). */
export function requiredMissing(path: string): ScimError {
  return new ScimError({
    code: 'missingValue',
    status: 400,
    scimType: 'invalidValue',
    detail: `"${path}" is required.`,
    attribute: withoutIndexes(path),
    expected: 'present',
    received: 'nothing',
  });
}

/** 400 `invalidValue` for a role or entitlement that its catalogs do not have. */
export function notInCatalog(
  attribute: string,
  value: string,
  types: readonly ResourceTypeName[],
): ScimError {
  return new ScimError({
    code: 'notInCatalog',
    status: 400,
    scimType: 'invalidValue',
    detail: `${quoted(value)} is no resource of type ${types.join(' or ')} of this application.`,
    attribute,
  });
}

/** 400 `mutability` for a change to a readOnly attribute (RFC 7643 section 2.2). */
export function readOnlyAttribute(attribute: string): ScimError {
  return mutability(attribute, `"${attribute}" is readOnly.`);
}

/** 400 `invalidValue` for a reference to a resource that does not exist. */
export function referenceMissing(
  attribute: string,
  value: string,
  types: readonly ResourceTypeName[],
): ScimError {
  return new ScimError({
    code: 'referenceMissing',
    status: 400,
    scimType: 'invalidValue',
    detail: `${quoted(value)} in "${attribute}" is no resource of type ${types.join(' or ')}.`,
    attribute,
  });
}

/** 400 `mutability` for a change to an immutable attribute that has a value. */
export function immutableAttribute(attribute: string): ScimError {
  return mutability(attribute, `"${attribute}" is immutable and already has a value.`);
}

/** 400 `mutability` for a change to part of a membership (RFC 7643 section 4.2). */
export function immutableMember(attribute: string): ScimError {
  return mutability(attribute, `"${attribute}" is immutable. Add or remove the member instead.`);
}

/** 400 `mutability` for the removal of a required attribute (RFC 7644 section 3.5.2.2). */
export function requiredNotRemovable(attribute: string): ScimError {
  return mutability(attribute, `"${attribute}" is required and cannot be removed.`);
}

function mutability(attribute: string, detail: string): ScimError {
  return new ScimError({
    code: 'immutableValue',
    status: 400,
    scimType: 'mutability',
    detail,
    attribute,
    expected: 'unchanged',
  });
}

function withoutIndexes(path: string): string {
  return path.replace(/\[\d+\]/g, '');
}
