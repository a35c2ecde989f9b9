import { isDeepStrictEqual } from 'node:util';
import { auditRecord, auditRecords, auditWrite, type AdminAction, type AuditRecord } from './audit';
import { CONNECTION_ID, type Connection, type DeletedConnection } from './connection';
import {
  connectionWrite,
  deletedConnectionFromItem,
  connectionFromItem,
  lastUseOf,
  USAGE_PATTERN,
  usagePatternToItem,
  deletedConnectionToItem,
  connectionToItem,
} from './connection-item';
import { countOf } from '../resources/counts';
import { endedTokenKey, endedTokenWrites } from './ended-tokens';
import { handOver, newPurge, intentWrite } from '../store/intents';
import { textOf, type Item } from '../store/item';
import { auditPartition, CONNECTIONS, connectionKey, INVERSE_INDEX } from '../store/keys';
import { afterUse } from './usage-pattern';
import type { Table } from '../store/table';
import type { StoredToken } from './tokens';
import { ABSENT, type Write } from '../store/write';

export interface ConnectionsPage {
  readonly connections: readonly (Connection | DeletedConnection)[];
  /** Id of the last connection of this page, to continue behind; undefined on the last page. */
  readonly next: string | undefined;
}

/** Tokens that ended last whose digests are kept with the connection. */
const REMEMBERED = 10;

function withEndedTokens(connection: Connection, ended: readonly StoredToken[]): Connection {
  if (ended.length === 0) return connection;
  const endedTokens = [
    ...(connection.endedTokens ?? []),
    ...ended.map(({ digest }) => digest),
  ].slice(-REMEMBERED);
  return { ...connection, endedTokens };
}

/** Milliseconds in which a token's use is written down once at most. */
const USE_INTERVAL_MS = 3_600_000;

/** The connections of a deployment. Every change is recorded with it, in the same transaction: see `auditRecords`. */
export class Connections {
  /** @param onAction is told of each act when it has taken effect */
  constructor(
    private readonly table: Table,
    private readonly onAction: (record: AuditRecord) => void = () => undefined,
  ) {}

  /** @returns undefined when there is no such connection, or it is deleted */
  async find(id: string): Promise<Connection | undefined> {
    const item = await this.read(id);
    return item === undefined ? undefined : connectionFromItem(item);
  }

  /** A deleted connection whose data is still being removed. */
  async findDeleted(id: string): Promise<DeletedConnection | undefined> {
    const item = await this.read(id);
    return item === undefined ? undefined : deletedConnectionFromItem(item);
  }

  private async read(id: string): Promise<Item | undefined> {
    return CONNECTION_ID.test(id) ? this.table.get(connectionKey(id)) : undefined;
  }

  /** @returns false when the id is taken, or was until a moment ago: see `findDeleted` */
  async add(connection: Connection, act: AdminAction): Promise<boolean> {
    const record = auditRecord(act, connection.id, undefined, connection);
    const writes = [{ put: connectionToItem(connection), condition: ABSENT }, auditWrite(record)];
    const failed = await this.table.write(writes);
    if (failed.length > 0) return false;
    this.onAction(record);
    return true;
  }

  /** Takes back a connection whose creation could not be completed, unless somebody has changed or deleted it since. */
  async withdraw({ id, cursorKey }: Connection): Promise<void> {
    const item = await this.read(id);
    const found = item === undefined ? undefined : connectionFromItem(item);
    if (item === undefined || found?.cursorKey !== cursorKey) return;
    const { records } = await auditRecords(this.table, id, 10);
    const pk = auditPartition(id);
    await this.table.write([
      { delete: connectionKey(id), condition: { is: 'version', version: textOf(item, 'version') } },
      ...records.map(({ id: sk }): Write => ({ delete: { pk, sk } })),
    ]);
  }

  /** Connections in the order of their ids. @param after continue behind this id */
  async list(limit: number, after?: string): Promise<ConnectionsPage> {
    const start =
      after === undefined
        ? undefined
        : { ...connectionKey(after), gsi1pk: CONNECTIONS, gsi1sk: after };
    const { items, next } = await this.table.query(CONNECTIONS, {
      index: INVERSE_INDEX,
      after: start,
      limit,
    });
    const found = await this.table.getMany(items.map(({ pk, sk }) => ({ pk, sk })));
    const connections = found.flatMap(
      (item) => connectionFromItem(item) ?? deletedConnectionFromItem(item) ?? [],
    );
    return {
      connections: connections
        .filter((connection) => !('isEmptied' in connection && connection.isEmptied))
        .sort((a, b) => (a.id < b.id ? -1 : 1)),
      next: next === undefined ? undefined : textOf(next, 'gsi1sk'),
    };
  }

  /**
   * Changes a connection. When nothing changes nothing is written, and nothing is recorded.
   * @param compute the connection as it is to be; called again when another change came first
   * @param alongside what is to be written with the change, unless it is there already
   * @returns undefined when there is no such connection
   */
  async change(
    id: string,
    act: AdminAction,
    compute: (connection: Connection) => Connection | Promise<Connection>,
    alongside: readonly Write[] = [],
  ): Promise<Connection | undefined> {
    let further = alongside;
    for (let attempt = 1; ; attempt += 1) {
      const item = await this.read(id);
      const before = item === undefined ? undefined : connectionFromItem(item);
      if (item === undefined || before === undefined) return undefined;
      const after = await compute(before);
      const record = auditRecord(act, id, before, after);
      if (isDeepStrictEqual(before, after)) return before;
      const ended = before.tokens.filter(
        (token) => !after.tokens.some((other) => other.id === token.id),
      );
      const writes = [
        connectionWrite(withEndedTokens(after, ended), item),
        ...endedTokenWrites(id, ended, act.action === 'token.revoke' ? 'revoked' : 'replaced'),
        auditWrite(record),
      ];
      const failed = await this.table.write([...writes, ...further]);
      if (failed.length === 0) {
        this.onAction(record);
        return after;
      }
      // What is to be there alongside is there already.
      if (failed.every(({ index }) => index >= writes.length)) further = [];
      else await this.table.retries.pause(attempt);
    }
  }

  /**
   * Deletes a connection: from now on none of its tokens is valid, and its data is removed in the background.
   * @returns undefined when there is no such connection; what is left of it when it has been deleted already
   */
  async delete(id: string, act: AdminAction): Promise<DeletedConnection | undefined> {
    for (let attempt = 1; ; attempt += 1) {
      const item = await this.read(id);
      if (item === undefined) return undefined;
      const connection = connectionFromItem(item);
      if (connection === undefined) return deletedConnectionFromItem(item);
      const counts = await Promise.all([
        countOf(this.table, id, 'User'),
        countOf(this.table, id, 'Group'),
      ]);
      const intent = newPurge(id);
      const deleted = deletedConnectionToItem(connection, counts[0] + counts[1], intent.id);
      const failed = await this.table.write([
        { put: deleted, condition: { is: 'version', version: textOf(item, 'version') } },
        intentWrite(intent),
      ]);
      if (failed.length === 0) {
        this.onAction(auditRecord(act, id, connection, undefined));
        await handOver(this.table, intent);
        return deletedConnectionFromItem(deleted);
      }
      await this.table.retries.pause(attempt);
    }
  }

  /** Whether a token of a connection was ended, and not long ago. */
  async hasEnded(connection: string, token: string): Promise<boolean> {
    return (await this.table.get(endedTokenKey(connection, token))) !== undefined;
  }

  /** Remembers that a token is in use, and the connection's rhythm, once an hour at most; costs nothing the rest of the time. */
  async recordUse(
    { id: connection, usagePattern }: Pick<Connection, 'id' | 'usagePattern'>,
    { id, lastUsedAt = '', pending, scopes }: StoredToken,
    now = new Date(),
  ): Promise<void> {
    // Only a rotation's own test uses a token before it is current.
    if (pending === true) return;
    const due = new Date(now.getTime() - USE_INTERVAL_MS).toISOString();
    if (lastUsedAt > due) return;
    const attribute = lastUseOf(id);
    const condition = { is: 'notSince', attribute, before: due } as const;
    // A token with scopes is somebody else's than the identity provider's.
    const heard =
      scopes === undefined
        ? { [USAGE_PATTERN]: usagePatternToItem(afterUse(usagePattern, now)) }
        : {};
    const set = { [attribute]: now.toISOString(), ...heard };
    await this.table.write([{ update: connectionKey(connection), set, condition }]);
  }
}
