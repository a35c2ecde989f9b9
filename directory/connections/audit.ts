import { v7 as uuidv7 } from 'uuid';
import { equalJson, isObject, parseJson, type Json, type JsonObject } from '../../scim/json';
import type { Connection } from './connection';
import { textOf, type Item } from '../store/item';
import { auditPartition } from '../store/keys';
import type { Table } from '../store/table';
import type { Write } from '../store/write';

/** What an administrator, or Secrets Manager in their place, does to a connection. */
export type ActionName =
  | 'connection.create'
  | 'connection.update'
  | 'connection.delete'
  | 'schema.put'
  | 'schema.delete'
  | 'token.issue'
  | 'token.revoke'
  | 'token.rotate';

/** Who does what. */
export interface AdminAction {
  /** The ARN of the IAM principal, or the name of the service. */
  readonly actor: string;
  readonly action: ActionName;
}

/** An act with what it changed: of settings and tokens what differs, and never a value that could be used. */
export interface AuditRecord extends AdminAction {
  readonly id: string;
  readonly connection: string;
  /** RFC 3339. */
  readonly at: string;
  readonly before: JsonObject;
  readonly after: JsonObject;
}

export interface AuditPage {
  readonly records: readonly AuditRecord[];
  /** Id of the last record of this page, to continue behind; undefined on the last page. */
  readonly next: string | undefined;
}

/** The record of an act that makes one connection of another. @param before undefined when it is created */
export function auditRecord(
  { actor, action }: AdminAction,
  connection: string,
  before: Connection | undefined,
  after: Connection | undefined,
): AuditRecord {
  const [old, next] = [before, after].map((side): JsonObject =>
    side === undefined ? {} : shown(side),
  );
  const differences = difference(old ?? {}, next ?? {});
  return {
    id: uuidv7(),
    connection,
    at: new Date().toISOString(),
    actor,
    action,
    ...differences,
  };
}

/** The settings that have more than one member each, of which only those that differ are told. */
const COLLECTIONS = new Set(['tokens', 'schemas']);

function difference(
  old: JsonObject,
  next: JsonObject,
): { readonly before: JsonObject; readonly after: JsonObject } {
  const before: Record<string, Json> = {};
  const after: Record<string, Json> = {};
  for (const name of new Set([...Object.keys(old), ...Object.keys(next)])) {
    const [was, is] = [old[name], next[name]];
    if (equalJson(was, is)) continue;
    if (COLLECTIONS.has(name) && isObject(was) && isObject(is)) {
      const members = difference(was, is);
      [before[name], after[name]] = [members.before, members.after];
      continue;
    }
    if (was !== undefined) before[name] = was;
    if (is !== undefined) after[name] = is;
  }
  return { before, after };
}

/** What an audit record may say of a connection; what is not named here, such as digests and keys, it does not. */
function shown(connection: Connection): JsonObject {
  const {
    displayName,
    identityProvider,
    enabled,
    userDeletion,
    groups,
    tokenExpiresInDays,
    secret,
  } = connection;
  const { failureMail, rotation, tokens, schemas } = connection;
  return {
    displayName,
    identityProvider,
    enabled,
    userDeletion,
    groups,
    tokenExpiresInDays,
    secret,
    ...(failureMail === undefined ? {} : { failureMail: { ...failureMail } }),
    ...(rotation === undefined ? {} : { rotation: { ...rotation } }),
    tokens: Object.fromEntries(
      tokens.map(({ id, expiresAt, scopes, pending }) => [
        id,
        {
          expiresAt,
          ...(scopes === undefined ? {} : { scopes }),
          ...(pending === undefined ? {} : { pending }),
        },
      ]),
    ),
    schemas: Object.fromEntries(
      schemas.map(({ id, attributes }) => [id, attributes.map(({ name }) => name)]),
    ),
  };
}

/** The write that keeps a record. */
export function auditWrite({
  id,
  connection,
  at,
  actor,
  action,
  before,
  after,
}: AuditRecord): Write {
  const changes = { before: JSON.stringify(before), after: JSON.stringify(after) };
  return { put: { pk: auditPartition(connection), sk: id, at, actor, action, ...changes } };
}

/** The acts on a connection, newest first. @param after continue behind this id */
export async function auditRecords(
  table: Table,
  connection: string,
  limit: number,
  after?: string,
): Promise<AuditPage> {
  const pk = auditPartition(connection);
  const start = after === undefined ? undefined : { pk, sk: after };
  const { items, next } = await table.query(pk, { after: start, limit, backward: true });
  return {
    records: items.map((item) => auditRecordFromItem(connection, item)),
    next: next === undefined ? undefined : next.sk,
  };
}

function auditRecordFromItem(connection: string, item: Item): AuditRecord {
  return {
    id: item.sk,
    connection,
    at: textOf(item, 'at'),
    actor: textOf(item, 'actor'),
    action: textOf(item, 'action') as ActionName,
    before: objectFrom(textOf(item, 'before')),
    after: objectFrom(textOf(item, 'after')),
  };
}

function objectFrom(text: string): JsonObject {
  const value: Json = parseJson(text);
  return isObject(value) ? value : {};
}
