import type { Connection } from '../../directory/connections/connection';
import { CHANGE_ACTIONS } from '../../directory/log/change-entry';
import { logRecords, type LogRecord } from '../../directory/log/provisioning-log';
import type { Table } from '../../directory/store/table';
import { CAUSES, type Audience, type Cause } from '../../idp/explanations/explanation';
import { explain } from '../../idp/explanations/explanations';
import { Problem } from '../json-api/problem';

/* Queries of the provisioning log. */

/** The query parameters that filter the log. */
interface LogParameters {
  readonly kind?: string | undefined;
  readonly action?: string | undefined;
  readonly status?: string | undefined;
  readonly resource?: string | undefined;
  readonly userName?: string | undefined;
  readonly scimType?: string | undefined;
  readonly cause?: string | undefined;
  readonly from?: string | undefined;
  readonly to?: string | undefined;
}

const PARAMETERS = [
  'kind',
  'action',
  'status',
  'resource',
  'userName',
  'scimType',
  'cause',
  'from',
  'to',
  'limit',
  'cursor',
];

const KINDS: readonly string[] = [
  'failure',
  'change',
  'ignored',
  'mail',
] satisfies readonly LogRecord['kind'][];

type Test = (record: LogRecord) => boolean;

/** @throws Problem 400 naming the wrong parameter */
function check(query: Readonly<Record<string, string | undefined>>): LogParameters {
  const unknown = Object.keys(query).find((name) => !PARAMETERS.includes(name));
  if (unknown !== undefined) {
    throw new Problem(
      400,
      `"${unknown}" is not a parameter of the log. Use ${PARAMETERS.join(', ')}.`,
    );
  }
  const { kind, action, status, scimType, cause }: LogParameters = query;
  checkOneOf('kind', kind, KINDS);
  checkOneOf('action', action, CHANGE_ACTIONS);
  checkOneOf('cause', cause, CAUSES);
  if (status !== undefined && status !== 'failed' && !/^[1-5]\d\d$/.test(status)) {
    throw new Problem(400, '"status" must be "failed" or an HTTP status such as 409.');
  }
  const isOfFailures = [status, scimType, cause].some((each) => each !== undefined);
  if (isOfFailures && (kind === 'change' || action !== undefined)) {
    throw new Problem(400, 'Changes have no "status", "scimType" or "cause"; only failures do.');
  }
  return query;
}

/** @throws Problem 400 for another value */
function checkOneOf(name: string, value: string | undefined, values: readonly string[]): void {
  if (value === undefined || values.includes(value)) return;
  throw new Problem(400, `"${name}" must be one of ${values.join(', ')}.`);
}

/** Returns a test for all parameters except `from` and `to`, which are key ranges. */
function matcher({
  kind,
  action,
  status,
  resource,
  userName,
  scimType,
  cause,
}: LogParameters): Test {
  const tests: readonly (Test | undefined)[] = [
    kind === undefined ? undefined : (record) => record.kind === kind,
    action === undefined
      ? undefined
      : (record) => record.kind === 'change' && record.action === action,
    status === undefined
      ? undefined
      : (record) => record.kind === 'failure' && hasStatus(record.status, status),
    resource === undefined
      ? undefined
      : (record) => resourcesOf(record).includes(resource.toLowerCase()),
    same(userName, (record) => ('name' in record ? record.name : undefined)),
    same(scimType, (record) => (record.kind === 'failure' ? record.scimType : undefined)),
    same(cause, causeOf),
  ];
  return (record) => tests.every((test) => test?.(record) ?? true);
}

/** Returns the cause; undefined for a change. */
function causeOf(record: LogRecord): string | undefined {
  if (record.kind === 'mail') return MAIL_NOT_SENT;
  if (record.kind === 'ignored') return record.cause ?? IGNORED;
  return record.kind === 'failure' ? record.cause : undefined;
}

const MAIL_NOT_SENT: Cause = 'mailNotSent';
const IGNORED: Cause = 'ignoredAttribute';

function hasStatus(status: number, wanted: string): boolean {
  return wanted === 'failed' ? status >= 400 : status === Number(wanted);
}

/** Returns the ids of the resources that a record concerns, including some of the members. */
function resourcesOf(record: LogRecord): readonly string[] {
  if (record.kind === 'change') return [record.resourceId, ...(record.members?.ids ?? [])];
  return record.kind === 'failure' && record.resourceId !== undefined ? [record.resourceId] : [];
}

function same(
  wanted: string | undefined,
  read: (record: LogRecord) => string | undefined,
): Test | undefined {
  return wanted === undefined
    ? undefined
    : (record) => read(record)?.toLowerCase() === wanted.toLowerCase();
}

/** A date, or a time with an offset. */
const TIME = /^\d{4}-\d\d-\d\d(?:T\d\d:\d\d(?::\d\d(?:\.\d+)?)?(?:Z|[+-]\d\d:\d\d))?$/i;

function timeOf(name: string, text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const time = TIME.test(text) ? Date.parse(text) : Number.NaN;
  if (Number.isNaN(time))
    throw new Problem(
      400,
      `"${name}" must be a date (UTC) or a time such as 2026-01-31T12:00:00Z.`,
    );
  return time;
}

/**
 * Returns a page of the log, with failures explained.
 * @throws Problem 400 naming the wrong parameter
 */
export async function readLog(
  table: Table,
  { id, identityProvider, createdAt }: Connection,
  audience: Audience,
  parameters: Readonly<Record<string, string | undefined>>,
  page: { readonly limit: number; readonly after: string | undefined },
): Promise<{ readonly requests: readonly object[]; readonly next: string | undefined }> {
  const query = check(parameters);
  const { kind, status, scimType, cause } = query;
  const [from = 0, to] = [timeOf('from', query.from), timeOf('to', query.to)];
  if (to !== undefined && to < from) throw new Problem(400, '"to" must not be before "from".');
  const { records, next } = await logRecords(table, id, {
    ...page,
    matches: matcher(query),
    // Changes have none of these fields, so their partition need not be read.
    hasChanges:
      [status, scimType, cause].every((each) => each === undefined) &&
      (kind ?? 'change') === 'change',
    // Older entries belong to an earlier connection with the same id.
    from: Math.max(from, Date.parse(createdAt)),
    to,
  });
  return {
    requests: records.map((record) => describeLogRecord(record, identityProvider, audience)),
    next,
  };
}

/** Describes an entry of the log, with an explanation unless it is a change. */
export function describeLogRecord(
  { connection: _, ...record }: LogRecord,
  identityProvider: string,
  audience: Audience,
): object {
  switch (record.kind) {
    case 'change':
      return record;
    case 'mail':
      return {
        ...record,
        cause: MAIL_NOT_SENT,
        ...explain(MAIL_NOT_SENT, identityProvider, undefined, audience),
      };
    case 'ignored':
      return {
        ...record,
        cause: record.cause ?? IGNORED,
        ...explain(record.cause ?? IGNORED, identityProvider, record.attribute, audience),
      };
    case 'failure':
      return { ...record, ...explain(record.cause, identityProvider, record.attribute, audience) };
  }
}
