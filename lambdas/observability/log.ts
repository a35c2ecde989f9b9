import type { AuditRecord } from '../../directory/connections/audit';
import type { JsonObject } from '../../scim/json';

/** Writes one line of JSON to the function's log. */
export function logEntry(entry: JsonObject, stream: NodeJS.WritableStream = process.stdout): void {
  writeLog(JSON.stringify(entry), stream);
}

/** Writes an already serialized line of JSON to the function's log. */
export function writeLog(line: string, stream: NodeJS.WritableStream = process.stdout): void {
  stream.write(`${line}\n`);
}

/** Logs an error. */
export function logFailure(error: unknown, requestId: string): void {
  const { name, message, stack } = error instanceof Error ? error : new Error(String(error));
  const entry = { level: 'ERROR', requestId, name, message, stack: stack ?? null };
  logEntry(entry, process.stderr);
}

/** Logs an administrative action. The log outlives the connection and its audit records. */
export function logAuditRecord(record: AuditRecord): void {
  const { connection, at, actor, action, before, after } = record;
  logEntry({ level: 'INFO', message: 'audit', connection, at, actor, action, before, after });
}
