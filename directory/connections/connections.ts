import { isDeepStrictEqual } from 'node:util';
import { allTypes } from '../../scim/schema/custom-type';
import { countOf } from '../resources/counts';
import { deploymentTypes } from '../schemas/deployment-types';
import { handOver, intentWrite, newPurge } from '../store/intents';
import { textOf, type Item } from '../store/item';
import { afterConnection, readConnectionSort } from './connection-index';
import { auditPartition, CONNECTIONS, connectionKey, INVERSE_INDEX } from '../store/keys';
import type { Table } from '../store/table';
import { ABSENT, PRESENT, type Write } from '../store/write';
import { auditRecord, auditRecords, auditWrite, type AdminAction, type AuditRecord } from './audit';
import { CONNECTION_ID, type Connection, type DeletedConnection } from './connection';
import {
  connectionFromItem,
  connectionToItem,
  connectionWrite,
  deletedConnectionFromItem,
  deletedConnectionToItem,
  USAGE_PATTERN,
  usagePatternToItem,
  type StoredConnection,
} from './connection-item';
import { schemasChange, withSchemas, type SchemasChange } from './connection-schemas';
import type { Credential } from './credential';
import { endedTokenKey, endedTokenWrites } from './ended-tokens';
import { lastUseOf } from './token-item';
import type { StoredToken } from './tokens';
import { afterUse } from './usage-pattern';

/** A page of connections. */
export interface ConnectionsPage {
  readonly connections: readonly (Connection | DeletedConnection)[];
  /** Id of the last connection of this page, to continue after; undefined on the last page. */
  readonly next: string | undefined;
}

/** Digests of ended tokens that are kept with the connection. */
const ENDED_DIGESTS = 10;

/** A token's use is recorded at most once in this time. */
const USE_INTERVAL_MS = 3_600_000;

/** The connections of a deployment. Every change and its audit record form one transaction. */
export class Connections {
  /** @param onAction called with each action after it took effect */
  constructor(
    private readonly table: Table,
    private readonly onAction: (record: AuditRecord) => void = () => undefined,
  ) {}

  /** Returns a connection; undefined if it does not exist or is deleted. */
  async find(id: string): Promise<Connection | undefined> {
    // Starts the read that `withSchemas` needs, so that both take one round trip.
    const [item] = await Promise.all([this.read(id), deploymentTypes(this.table)]);
    const stored = item === undefined ? undefined : connectionFromItem(item);
    return stored === undefined ? undefined : (await withSchemas(this.table, [stored]))[0];
  }

  /** Returns a deleted connection whose data is still being purged. */
  async findDeleted(id: string): Promise<DeletedConnection | undefined> {
    const item = await this.read(id);
    return item === undefined ? undefined : deletedConnectionFromItem(item);
  }

  private async read(id: string): Promise<Item | undefined> {
    return CONNECTION_ID.test(id) ? this.table.get(connectionKey(id)) : undefined;
  }

  /**
   * Adds a connection.
   * @returns false if the id is taken by a connection, or by a deleted one whose purge is not
   *   complete
   */
  async add(connection: Connection, action: AdminAction): Promise<boolean> {
    const record = auditRecord(action, connection.id, undefined, connection);
    const { id } = connection;
    const { schemasVersion, writes: alongside } = schemasChange(id, undefined, connection);
    const writes: readonly Write[] = [
      { put: connectionToItem({ ...connection, schemasVersion }), condition: ABSENT },
      auditWrite(record),
      ...alongside,
    ];
    const failed = await this.table.write(writes);
    if (failed.length > 0) return false;
    this.onAction(record);
    return true;
  }

  /**
   * Removes a connection whose creation could not be completed, with its audit records. Does
   * nothing if the connection was deleted, if its id belongs to another one now, or if it is
   * changed meanwhile.
   */
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

  /** Returns a page of connections in the order of their ids. @param after id to continue after */
  async list(limit: number, after?: string): Promise<ConnectionsPage> {
    const { items, next } = await this.table.query(CONNECTIONS, {
      index: INVERSE_INDEX,
      after: after === undefined ? undefined : afterConnection(after),
      limit,
    });
    const ids = items.map((item) => readConnectionSort(textOf(item, 'gsi1sk')).id);
    return {
      connections: await this.findMany(ids),
      next: next === undefined ? undefined : ids.at(-1),
    };
  }

  /** Returns connections in the order of their ids. Those that do not exist are left out. */
  async findMany(ids: readonly string[]): Promise<readonly (Connection | DeletedConnection)[]> {
    const found = await this.table.getMany(ids.map(connectionKey));
    const stored = found.flatMap((item) => connectionFromItem(item) ?? []);
    const deleted = found
      .flatMap((item) => deletedConnectionFromItem(item) ?? [])
      .filter(({ isEmptied }) => !isEmptied);
    return [...(await withSchemas(this.table, stored)), ...deleted].sort((a, b) =>
      a.id < b.id ? -1 : 1,
    );
  }

  /**
   * Changes a connection with optimistic locking. A change that changes nothing writes nothing and
   * has no audit record.
   * @param compute the changed connection; called again if another change came first
   * @param alongside writes of the same transaction; they are left out if their conditions fail
   * @returns the changed connection; undefined if there is no such connection
   */
  async change(
    id: string,
    action: AdminAction,
    compute: (connection: Connection) => Connection | Promise<Connection>,
    alongside: readonly Write[] = [],
  ): Promise<Connection | undefined> {
    let remaining = alongside;
    for (let attempt = 1; ; attempt += 1) {
      const item = await this.read(id);
      const stored = item === undefined ? undefined : connectionFromItem(item);
      if (item === undefined || stored === undefined) return undefined;
      const [before] = await withSchemas(this.table, [stored]);
      if (before === undefined) return undefined;
      const after = await compute(before);
      const record = auditRecord(action, id, before, after);
      if (isDeepStrictEqual(before, after)) return before;
      const ended = before.tokens.filter(
        (token) => !after.tokens.some((other) => other.id === token.id),
      );
      const { schemasVersion, writes: onSchemas } = schemasWrites(stored, before, after);
      const writes = [
        connectionWrite({ ...withEndedTokens(after, ended), schemasVersion }, item),
        ...onSchemas,
        ...endedTokenWrites(id, ended, action.action === 'token.revoke' ? 'revoked' : 'replaced'),
        auditWrite(record),
      ];
      const failed = await this.table.write([...writes, ...remaining]);
      if (failed.length === 0) {
        this.onAction(record);
        return { ...after, schemasVersion };
      }
      // Only conditions of `alongside` failed: what these writes create exists already.
      if (failed.every(({ index }) => index >= writes.length)) remaining = [];
      else await this.table.retries.pause(attempt);
    }
  }

  /**
   * Deletes a connection. Its tokens become invalid immediately; its data is purged in the
   * background.
   * @returns the deleted connection, even if it was already deleted; undefined if there is none
   */
  async delete(id: string, action: AdminAction): Promise<DeletedConnection | undefined> {
    for (let attempt = 1; ; attempt += 1) {
      const item = await this.read(id);
      if (item === undefined) return undefined;
      const stored = connectionFromItem(item);
      if (stored === undefined) return deletedConnectionFromItem(item);
      // If it is deleted in the meantime, the write below fails its condition.
      const [connection = { ...stored, schemas: [], customTypes: [], deploymentTypes: [] }] =
        await withSchemas(this.table, [stored]);
      const types = ['User', 'Group', ...allTypes(connection).map(({ name }) => name)];
      const counts = await Promise.all(types.map((type) => countOf(this.table, id, type)));
      const resources = counts.reduce((sum, count) => sum + count, 0);
      const intent = newPurge(id);
      const deleted = deletedConnectionToItem(connection, resources, intent.id);
      const failed = await this.table.write([
        { put: deleted, condition: { is: 'version', version: textOf(item, 'version') } },
        intentWrite(intent),
      ]);
      if (failed.length === 0) {
        this.onAction(auditRecord(action, id, connection, undefined));
        await handOver(this.table, intent);
        return deletedConnectionFromItem(deleted);
      }
      await this.table.retries.pause(attempt);
    }
  }

  /** Notes that resources are imported, before the first one is. */
  async noteImports({ id, hasImports = false }: Connection): Promise<void> {
    if (hasImports) return;
    const update = connectionKey(id);
    await this.table.write([{ update, set: { hasImports: true }, condition: PRESENT }]);
  }

  /**
   * Records an action that changes something else than the connection's item.
   * @param perform does it, with the audit record in the same transaction; returns whether it did
   * @returns whether the action took effect
   */
  async recordAction(
    record: AuditRecord,
    perform: (alongside: readonly Write[]) => Promise<boolean>,
  ): Promise<boolean> {
    const isDone = await perform([auditWrite(record)]);
    if (isDone) this.onAction(record);
    return isDone;
  }

  /** Records an action that changes nothing itself, before it begins. */
  async recordBeginning(record: AuditRecord): Promise<void> {
    await this.table.write([auditWrite(record)]);
    this.onAction(record);
  }

  /** Returns whether a token of a connection has ended in the last 90 days. */
  async hasEnded(connection: string, token: string): Promise<boolean> {
    return (await this.table.get(endedTokenKey(connection, token))) !== undefined;
  }

  /**
   * Records the use of a credential and the connection's usage pattern, at most once an hour. In
   * between, nothing is written.
   */
  async recordUse(
    { id: connection, usagePattern }: Pick<Connection, 'id' | 'usagePattern'>,
    { id, lastUsedAt = '', pending, scopes }: Credential,
    now = new Date(),
  ): Promise<void> {
    // Until a token is current, only the rotation's own test uses it.
    if (pending === true) return;
    const due = new Date(now.getTime() - USE_INTERVAL_MS).toISOString();
    if (lastUsedAt > due) return;
    const attribute = lastUseOf(id);
    const condition = { is: 'notSince', attribute, before: due } as const;
    // Credentials with scopes belong to clients other than the identity provider.
    const pattern =
      scopes === undefined
        ? { [USAGE_PATTERN]: usagePatternToItem(afterUse(usagePattern, now)) }
        : {};
    const set = { [attribute]: now.toISOString(), ...pattern };
    await this.table.write([{ update: connectionKey(connection), set, condition }]);
  }
}

/** Creates the writes of changed schemas, and of those that the item of an earlier release has. */
function schemasWrites(
  { id, schemasVersion, schemasInItem }: StoredConnection,
  before: Connection,
  after: Connection,
): SchemasChange {
  const areSame =
    schemasInItem.length === 0 &&
    isDeepStrictEqual(before.schemas, after.schemas) &&
    isDeepStrictEqual(before.customTypes, after.customTypes);
  return areSame ? { schemasVersion, writes: [] } : schemasChange(id, schemasVersion, after);
}

function withEndedTokens(connection: Connection, ended: readonly StoredToken[]): Connection {
  if (ended.length === 0) return connection;
  const { endedTokens = [] } = connection;
  const digests = [...endedTokens, ...ended.map(({ digest }) => digest)];
  return { ...connection, endedTokens: digests.slice(-ENDED_DIGESTS) };
}
