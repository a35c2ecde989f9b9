import type { Connection } from '../../directory/connections/connection';
import { CHANGE_ACTIONS } from '../../directory/log/change-entry';
import { logRecords, type LogRecord } from '../../directory/log/provisioning-log';
import type { Table } from '../../directory/store/table';
import { CAUSES, type Cause } from '../../idp/explanations/explanation';
import { explain } from '../../idp/explanations/explanations';
import { Problem } from './problem';

/** The provisioning log as administrators ask for it. */

/** Query parameters, each of which narrows the log down. */
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
  'mail',
] satisfies readonly LogRecord['kind'][];

type Test = (record: LogRecord) => boolean;

/** @throws Problem 400 that names the parameter which is wrong */
function check(query: Readonly<Record<string, string | undefined>>): LogParameters {
  const unknown = Object.keys(query).find((name) => !PARAMETERS.includes(name));
  if (unknown !== undefined) {
    throw new Problem(
      400,
      `"${unknown}" is no parameter of the log; there are ${PARAMETERS.join(', ')}.`,
    );
  }
  const { kind, action, status, scimType, cause }: LogParameters = query;
  checkOneOf('kind', kind, KINDS);
  checkOneOf('action', action, CHANGE_ACTIONS);
  checkOneOf('cause', cause, CAUSES);
  if (status !== undefined && status !== 'failed' && !/^[1-5]\d\d$/.test(status)) {
    throw new Problem(400, '"status" is "failed" or a status of HTTP, such as 409.');
  }
  const isOfFailures = [status, scimType, cause].some((each) => each !== undefined);
  if (isOfFailures && (kind === 'change' || action !== undefined)) {
    throw new Problem(
      400,
      'No change has a "status", "scimType" or "cause": only what failed has.',
    );
  }
  return query;
}

/** @throws Problem 400 for another value */
function checkOneOf(name: string, value: string | undefined, values: readonly string[]): void {
  if (value === undefined || values.includes(value)) return;
  throw new Problem(400, `"${name}" is one of ${values.join(', ')}.`);
}

/** Which records a query asks for, apart from `from` and `to`. */
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
    same(userName, (record) => (record.kind === 'mail' ? undefined : record.name)),
    same(scimType, (record) => (record.kind === 'failure' ? record.scimType : undefined)),
    same(cause, causeOf),
  ];
  return (record) => tests.every((test) => test?.(record) ?? true);
}

/** The cause in the table of explanations; undefined for what did not fail. */
function causeOf(record: LogRecord): string | undefined {
  if (record.kind === 'mail') return MAIL_NOT_SENT;
  return record.kind === 'failure' ? record.cause : undefined;
}

const MAIL_NOT_SENT: Cause = 'mailNotSent';

function hasStatus(status: number, wanted: string): boolean {
  return wanted === 'failed' ? status >= 400 : status === Number(wanted);
}

/** Ids of the resources that a record is about, some of the members that joined or left a group among them. */
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

/** A date, or a time with its offset. */
const TIME = /^\d{4}-\d\d-\d\d(?:T\d\d:\d\d(?::\d\d(?:\.\d+)?)?(?:Z|[+-]\d\d:\d\d))?$/i;

function timeOf(name: string, text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const time = TIME.test(text) ? Date.parse(text) : Number.NaN;
  if (Number.isNaN(time))
    throw new Problem(
      400,
      `"${name}" is a time such as 2026-01-31T12:00:00Z, or a date, which begins in UTC.`,
    );
  return time;
}

/**
 * A page of the log, what went wrong with why and what to do about it.
 * @throws Problem 400 that names the parameter which is wrong
 */
export async function readLog(
  table: Table,
  { id, identityProvider, createdAt }: Connection,
  parameters: Readonly<Record<string, string | undefined>>,
  page: { readonly limit: number; readonly after: string | undefined },
): Promise<{ readonly requests: readonly object[]; readonly next: string | undefined }> {
  const query = check(parameters);
  const { kind, status, scimType, cause } = query;
  const [from = 0, to] = [timeOf('from', query.from), timeOf('to', query.to)];
  if (to !== undefined && to < from) throw new Problem(400, '"to" comes before "from".');
  const { records, next } = await logRecords(table, id, {
    ...page,
    matches: matcher(query),
    // Changes have none of these.
    hasChanges:
      [status, scimType, cause].every((each) => each === undefined) &&
      (kind ?? 'change') === 'change',
    // What is older is of another connection that had the id.
    from: Math.max(from, Date.parse(createdAt)),
    to,
  });
  return { requests: records.map((record) => described(record, identityProvider)), next };
}

function described({ connection: _, ...record }: LogRecord, identityProvider: string): object {
  switch (record.kind) {
    case 'change':
      return record;
    case 'mail':
      return {
        ...record,
        cause: MAIL_NOT_SENT,
        ...explain(MAIL_NOT_SENT, identityProvider, undefined),
      };
    case 'failure':
      return { ...record, ...explain(record.cause, identityProvider, record.attribute) };
  }
}
