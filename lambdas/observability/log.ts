import type { AuditRecord } from '../../directory/connections/audit';
import type { JsonObject } from '../../scim/json';

/** Writes one line of JSON to the function's log. */
export function logEntry(entry: JsonObject, stream: NodeJS.WritableStream = process.stdout): void {
  stream.write(`${JSON.stringify(entry)}\n`);
}

/** Writes what went wrong to the function's log. */
export function logFailure(error: unknown, requestId: string): void {
  const { name, message, stack } = error instanceof Error ? error : new Error(String(error));
  logEntry({ level: 'ERROR', requestId, name, message, stack: stack ?? null }, process.stderr);
}

/** Writes an administrative act to the function's log: there it outlives the connection. */
export function logAct({ connection, at, actor, action, before, after }: AuditRecord): void {
  logEntry({ level: 'INFO', message: 'audit', connection, at, actor, action, before, after });
}
