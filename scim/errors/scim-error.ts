import { isArray, isObject, type Json } from '../json';

/** The `scimType` values of RFC 7644 section 3.12, table 9, and of RFC 9865 section 2.1. */
export type ScimType =
  | 'invalidFilter'
  | 'tooMany'
  | 'uniqueness'
  | 'mutability'
  | 'invalidSyntax'
  | 'invalidPath'
  | 'noTarget'
  | 'invalidValue'
  | 'invalidVers'
  | 'sensitive'
  | 'invalidCursor'
  | 'expiredCursor'
  | 'invalidCount';

/**
 * The reasons why a request can fail, in the order in which the documentation explains them. The
 * provisioning log stores the code, and `idp/explanations` says for each what it means and what to
 * do about it.
 */
export const ERROR_CODES = [
  'tokenRefused',
  'scopeMissing',
  'connectionDisabled',
  'groupsOff',
  'readOnlyType',
  'duplicateUser',
  'duplicateGroup',
  'duplicateResource',
  'ambiguousAdoption',
  'missingValue',
  'wrongValue',
  'unknownMember',
  'notInCatalog',
  'referenceMissing',
  'wrongPath',
  'noTarget',
  'immutableValue',
  'wrongFilter',
  'notThere',
  'changedMeanwhile',
  'tooLarge',
  'malformed',
  'unsupported',
  'rateLimited',
  'busy',
  'fault',
] as const;
export type ErrorCode = (typeof ERROR_CODES)[number];

/** The kind of a JSON value that a client sent. Logs and mails show the kind, never the value. */
export type ReceivedKind =
  | 'nothing'
  | 'null'
  | 'a string'
  | 'a number'
  | 'true or false'
  | 'an object'
  | `a list of ${number}`;

/** Returns the kind of a value; `nothing` for undefined. */
export function kindOf(value: Json | undefined): ReceivedKind {
  if (value === undefined) return 'nothing';
  if (value === null) return 'null';
  if (isArray(value)) return `a list of ${value.length}`;
  if (isObject(value)) return 'an object';
  if (typeof value === 'string') return 'a string';
  return typeof value === 'number' ? 'a number' : 'true or false';
}

/** The schema of the Error resource (RFC 7644 section 3.12). */
export const ERROR_URN = 'urn:ietf:params:scim:api:messages:2.0:Error';

/** The data of a `ScimError`. Everything but `detail` is free of values that the client sent. */
export interface ErrorFields {
  readonly code: ErrorCode;
  /** HTTP status. */
  readonly status: number;
  readonly scimType?: ScimType | undefined;
  /** The sentence for the client. It may quote what the client sent. */
  readonly detail: string;
  /** The attribute concerned, as the schemas write it (`name.givenName`). */
  readonly attribute?: string | undefined;
  /** The requirement, to complete "must be …": `an array`. */
  readonly expected?: string | undefined;
  /** The kind of value that was received instead. */
  readonly received?: ReceivedKind | undefined;
  /** The filter's attributes and operators, without its values. */
  readonly filter?: string | undefined;
  /** Headers that the status requires: `Allow`, `WWW-Authenticate`, `Retry-After`. */
  readonly headers?: Readonly<Record<string, string>>;
  /** The underlying error, for the function's log. */
  readonly cause?: unknown;
}

/**
 * A request that cannot be served, as data. It is thrown where the problem is found and becomes an
 * answer at the edge. Logs, mails and metrics read its fields; no code reads its message.
 */
export class ScimError extends Error {
  readonly code: ErrorCode;
  readonly status: number;
  readonly scimType: ScimType | undefined;
  readonly attribute: string | undefined;
  readonly expected: string | undefined;
  readonly received: ReceivedKind | undefined;
  readonly filter: string | undefined;
  readonly headers: Readonly<Record<string, string>>;

  constructor(private readonly fields: ErrorFields) {
    super(fields.detail, { cause: fields.cause });
    this.name = 'ScimError';
    this.code = fields.code;
    this.status = fields.status;
    this.scimType = fields.scimType;
    this.attribute = fields.attribute;
    this.expected = fields.expected;
    this.received = fields.received;
    this.filter = fields.filter;
    this.headers = fields.headers ?? {};
  }

  /** Returns the same error with some fields replaced, for a caller that knows more about it. */
  with(fields: Partial<ErrorFields>): ScimError {
    return new ScimError({ ...this.fields, ...fields });
  }
}

const SHOWN_LENGTH = 200;

/** Shortens a client's text for a message. */
export function shortened(text: string): string {
  const shown = text.length > SHOWN_LENGTH ? `${text.slice(0, SHOWN_LENGTH)}…` : text;
  return shown.toWellFormed();
}

/** Quotes a client's text in a message, shortened if it is long. */
export function quoted(text: string): string {
  return `"${shortened(text)}"`;
}
