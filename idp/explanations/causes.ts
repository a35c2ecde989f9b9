import type { ScimType } from '../../scim/errors/scim-error';

/** Why a request can fail, or a mail about it, in the order in which docs explain it; `explanations.ts` says what each means. */
export const CAUSES = [
  'tokenRefused',
  'scopeMissing',
  'connectionDisabled',
  'groupsOff',
  'duplicateUser',
  'duplicateGroup',
  'missingValue',
  'wrongValue',
  'unknownMember',
  'wrongPath',
  'noTarget',
  'immutableValue',
  'wrongFilter',
  'notThere',
  'changedMeanwhile',
  'tooLarge',
  'malformed',
  'unsupported',
  'busy',
  'fault',
  'mailNotSent',
] as const;
export type Cause = (typeof CAUSES)[number];

/** A failure in the protocol's terms. */
export interface FailedRequest {
  readonly status: number;
  readonly scimType: ScimType | undefined;
  /** The detail that was answered. */
  readonly detail: string;
  /** Which resources the request was about; undefined for neither. */
  readonly resourceType: 'User' | 'Group' | undefined;
}

/** The cause of a failure; the first of these that fits. */
export function causeOf(failure: FailedRequest): Cause {
  const { status, detail, scimType } = failure;
  if (status === 400 || scimType === 'sensitive') return causeOfBadRequest(scimType, detail);
  if (status === 403 && detail.includes('scope')) return 'scopeMissing';
  if (status === 403 && detail.includes('disabled')) return 'connectionDisabled';
  if (status === 404 && detail.includes('endpoint')) return 'unsupported';
  if (status === 409) return scimType === 'uniqueness' ? duplicateOf(failure) : 'notThere';
  if (status === 501 && failure.resourceType === 'Group') return 'groupsOff';
  return CAUSE_OF_STATUS[status] ?? (status >= 500 ? 'fault' : 'unsupported');
}

const CAUSE_OF_STATUS: Readonly<Record<number, Cause>> = {
  401: 'tokenRefused',
  404: 'notThere',
  412: 'changedMeanwhile',
  413: 'tooLarge',
  415: 'malformed',
  429: 'busy',
  501: 'unsupported',
  503: 'busy',
};

function duplicateOf({ resourceType }: FailedRequest): Cause {
  return resourceType === 'Group' ? 'duplicateGroup' : 'duplicateUser';
}

function causeOfBadRequest(scimType: ScimType | undefined, detail: string): Cause {
  switch (scimType) {
    case 'invalidPath':
      return 'wrongPath';
    case 'noTarget':
      return 'noTarget';
    case 'mutability':
      return 'immutableValue';
    case 'invalidValue':
      if (detail.startsWith('Member ')) return 'unknownMember';
      if (detail.startsWith('"schemas" names ')) return 'malformed';
      return detail.endsWith('is required.') ? 'missingValue' : 'wrongValue';
    case 'tooMany':
    case 'invalidFilter':
    case 'invalidCursor':
    case 'expiredCursor':
    case 'invalidCount':
    case 'sensitive':
      return 'wrongFilter';
    default:
      return 'malformed';
  }
}
