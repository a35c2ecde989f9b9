import { ScimError, type ScimType } from './scim-error';

/* Errors about filters, sorting and paging (RFC 7644 section 3.4.2, RFC 9865). */

/** 400 `invalidFilter` at a position of the filter. @param position counted from 0 */
export function invalidFilter(position: number, problem: string): ScimError {
  return wrongFilter('invalidFilter', `Filter, position ${position + 1}: ${problem}.`);
}

/** 400 `invalidFilter` for a filter beyond this service's bounds. */
export function filterTooLarge(problem: string): ScimError {
  return wrongFilter('invalidFilter', `The filter ${problem}.`);
}

/** 400 `invalidFilter` for an operator or a value that does not fit the attribute's type. */
export function notComparable(attribute: string, problem: string): ScimError {
  return wrongFilter('invalidFilter', `"${attribute}" ${problem}.`, attribute);
}

/**
 * 403 `sensitive` for a filter on, or an order by, an attribute that is never returned (RFC 7644
 * section 7.5.2).
 */
export function sensitiveAttribute(attribute: string, use: 'filtered on' | 'sorted by'): ScimError {
  return wrongFilter(
    'sensitive',
    `"${attribute}" is never returned and cannot be ${use}.`,
    attribute,
  ).with({ status: 403 });
}

/** 400 `tooMany` for a filter that would scan too many resources (RFC 7644 table 9). */
export function tooManyCandidates(maximum: number, indexed: readonly string[]): ScimError {
  return wrongFilter(
    'tooMany',
    `This filter would scan more than ${maximum} resources. ` +
      `Filter with "eq" on id, ${indexed.join(', ')}.`,
  );
}

/** 400 `invalidValue` for an order that the resource type does not have. */
export function notSortable(problem: string): ScimError {
  return wrongFilter('invalidValue', problem).with({ code: 'wrongValue', attribute: 'sortBy' });
}

/** 400 `invalidValue` for query parameters that are wrong or contradict each other. */
export function invalidParameter(parameter: string, expected: string): ScimError {
  return new ScimError({
    code: 'wrongValue',
    status: 400,
    scimType: 'invalidValue',
    detail: `"${parameter}" must be ${expected}.`,
    attribute: parameter,
    expected,
  });
}

/** 400 `invalidValue` for two parameters that exclude each other. */
export function exclusiveParameters(first: string, second: string): ScimError {
  return new ScimError({
    code: 'wrongValue',
    status: 400,
    scimType: 'invalidValue',
    detail: `"${first}" and "${second}" cannot be used together.`,
    attribute: first,
    expected: `sent without ${second}`,
  });
}

/** 400 `invalidCount` (RFC 9865 section 2.1). */
export function invalidCount(problem: string): ScimError {
  return wrongFilter('invalidCount', problem);
}

/** 400 `invalidCursor` (RFC 9865 section 2.1). */
export function invalidCursor(problem: string): ScimError {
  return wrongFilter('invalidCursor', problem);
}

/** 400 `expiredCursor` (RFC 9865 section 2.1). @param seconds a cursor's lifetime */
export function expiredCursor(seconds: number): ScimError {
  return wrongFilter(
    'expiredCursor',
    `This cursor is older than ${seconds} seconds. Start again without a cursor.`,
  );
}

function wrongFilter(scimType: ScimType, detail: string, attribute?: string): ScimError {
  return new ScimError({ code: 'wrongFilter', status: 400, scimType, detail, attribute });
}
