import { logEntries, type LogEntry } from '../../directory/log-entry';
import type { Table } from '../../directory/table';
import { explain } from '../../idp/explanations';
import { Problem } from './problem';

/** The provisioning log as administrators ask for it. */

/** Query parameters, each of which narrows the log down. */
interface LogQuery {
  readonly status?: string | undefined;
  readonly resource?: string | undefined;
  readonly userName?: string | undefined;
  readonly scimType?: string | undefined;
  readonly cause?: string | undefined;
  readonly from?: string | undefined;
  readonly to?: string | undefined;
}

const PARAMETERS = ['status', 'resource', 'userName', 'scimType', 'cause', 'from', 'to', 'limit', 'cursor'];

/**
 * Which entries a query asks for.
 * @throws Problem 400 that names the parameter which is wrong
 */
export function entryFilter(query: Readonly<Record<string, string | undefined>>): (entry: LogEntry) => boolean {
  const unknown = Object.keys(query).find((name) => !PARAMETERS.includes(name));
  if (unknown !== undefined) {
    throw new Problem(400, `"${unknown}" is no parameter of the log; there are ${PARAMETERS.join(', ')}.`);
  }
  const { status, resource, userName, scimType, cause, from, to }: LogQuery = query;
  if (status !== undefined && status !== 'failed' && !/^[1-5]\d\d$/.test(status)) {
    throw new Problem(400, '"status" is "failed" or a status of HTTP, such as 409.');
  }
  const [begin, end] = [timeOf('from', from), timeOf('to', to)];
  const tests: readonly (((entry: LogEntry) => boolean) | undefined)[] = [
    status === undefined
      ? undefined
      : (entry) => (status === 'failed' ? entry.status >= 400 : entry.status === Number(status)),
    same(resource, ({ resourceId }) => resourceId),
    same(userName, ({ name }) => name),
    same(scimType, (entry) => entry.scimType),
    same(cause, (entry) => entry.cause),
    begin === undefined ? undefined : ({ at }) => Date.parse(at) >= begin,
    end === undefined ? undefined : ({ at }) => Date.parse(at) < end,
  ];
  return (entry) => tests.every((test) => test?.(entry) ?? true);
}

function same(
  wanted: string | undefined,
  read: (entry: LogEntry) => string | undefined,
): ((entry: LogEntry) => boolean) | undefined {
  return wanted === undefined ? undefined : (entry) => read(entry)?.toLowerCase() === wanted.toLowerCase();
}

function timeOf(name: string, text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const time = Date.parse(text);
  if (Number.isNaN(time)) throw new Problem(400, `"${name}" is a time such as 2026-01-31T12:00:00Z.`);
  return time;
}

/** A page of the log, each entry with why it failed and what to do about it. */
export async function readLog(
  table: Table,
  { id, identityProvider }: { readonly id: string; readonly identityProvider: string },
  query: Readonly<Record<string, string | undefined>>,
  page: { readonly limit: number; readonly after: string | undefined },
): Promise<{ readonly requests: readonly object[]; readonly next: string | undefined }> {
  const { entries, next } = await logEntries(table, id, { ...page, matches: entryFilter(query) });
  return {
    requests: entries.map(({ connection: _, ...entry }) => {
      const { title, meaning, remedy } = explain(entry.cause, identityProvider, entry.attribute);
      return { ...entry, title, meaning, remedy };
    }),
    next,
  };
}
