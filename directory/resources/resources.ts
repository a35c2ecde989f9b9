import { notFound, notUnique, type ScimError } from '../../scim/errors/scim-error';
import { equalJson } from '../../scim/json';
import type { Attributes } from '../../scim/resource/parse';
import type { ResourceMeta, StoredResource } from '../../scim/resource/resource';
import type { ResourceType } from '../../scim/schema/resource-type';
import { countWrite } from './counts';
import type { ItemValue } from '../store/item';
import { isResourceId, resourceKey } from '../store/keys';
import type { CompleteEdits } from '../memberships/memberships';
import { changedBy, type MemberCounts, type Origin } from './request-info';
import { attributesText, changedMeta, fromItem, newMeta, toItem, type StoredItem } from './resource-item';
import type { FailedCondition, Table } from '../store/table';
import { valueWrites, type IndexedAttributes } from './indexed-values';
import { ABSENT, type Write } from '../store/write';

/** Where a request's resources live: one connection's part of the table. */
export interface Scope {
  readonly table: Table;
  /** Id of the authenticated connection. */
  readonly connection: string;
  /** The connection's SCIM base URL; part of `meta.location`, which can be filtered on. */
  readonly baseUrl: string;
  /** The request that makes the changes, for the connection's log; undefined for what is no request's. */
  readonly origin?: Origin;
}

/** Refuses a change unless the resource is in the state that the client expects; throws ScimError 412. */
export type Precondition = (current: StoredResource) => void;

/** What users and groups have in common: both are resources of a connection, found by id, by value or by a scan. */
export class Resources {
  constructor(
    readonly scope: Scope,
    readonly type: ResourceType,
    readonly indexed: IndexedAttributes,
    /** Completes a change that a resource's item says is under way; users have none. */
    private readonly complete: CompleteEdits = () => Promise.resolve(),
  ) {}

  /**
   * @returns undefined when there is no such resource
   */
  async find(id: string): Promise<StoredItem | undefined> {
    if (!isResourceId(id)) return undefined;
    const item = await this.scope.table.get(resourceKey(this.scope.connection, this.type.name, id));
    return item === undefined ? undefined : fromItem(item);
  }

  /** @throws ScimError 404 */
  async get(id: string): Promise<StoredItem> {
    const found = await this.find(id);
    if (found === undefined) throw notFound(`${this.type.name} ${id}`);
    return found;
  }

  /** A resource with no change of its members under way. @throws ScimError 404, 503 when one cannot be completed in time */
  async getSettled(id: string): Promise<StoredItem> {
    for (let attempt = 1; ; attempt += 1) {
      const current = await this.get(id);
      if (current.pending === undefined) return current;
      await this.complete(id, current.pending);
      await this.scope.table.retries.pause(attempt);
    }
  }

  /** Several resources by id, in the order of the ids; those that do not exist are left out. */
  async getMany(ids: readonly string[]): Promise<readonly StoredItem[]> {
    const known = [...new Set(ids)].filter(isResourceId);
    const items = await this.scope.table.getMany(
      known.map((id) => resourceKey(this.scope.connection, this.type.name, id)),
    );
    const byId = new Map(items.map((item) => [item.sk, fromItem(item)]));
    return known.flatMap((id) => byId.get(id) ?? []);
  }

  /**
   * Adds a resource, with its unique and indexed values and its count, in one transaction.
   * @param options.meta of a resource that comes back; a new one by default
   * @param options.item further attributes of the item itself
   * @param options.further writes of the same transaction
   * @returns undefined when a condition of `further` does not hold, or a resource that comes back is there already
   * @throws ScimError 409 `uniqueness`
   */
  async create(attributes: Attributes, options: CreateOptions = {}): Promise<StoredItem | undefined> {
    const { table, connection, origin } = this.scope;
    const resource: StoredResource = { ...(options.meta ?? newMeta()), attributes };
    const item = {
      ...toItem(connection, this.type.name, resource),
      ...changedBy(origin, resource.version, options.members),
      ...options.item,
    };
    const writes: readonly GuardedWrite[] = [
      { write: { put: item, condition: ABSENT } },
      ...this.values(resource.id, undefined, attributes),
      { write: countWrite(connection, this.type.name, 1) },
      ...(options.further ?? []),
    ];
    const failed = await table.write(writes.map(({ write }) => write));
    const conflict = conflictOf(writes, failed);
    if (conflict !== undefined) throw conflict;
    return failed.length === 0 ? fromItem(item) : undefined;
  }

  /**
   * Changes a resource: computes the change from what is stored, writes it on condition that it still is, and begins anew when
   * another change came first. A change that changes nothing writes nothing and keeps the version.
   * @param compute called once for each attempt
   * @param strict whether also a change of memberships alone depends on the version: the client sent `If-Match`
   * @throws ScimError 404, 409 `uniqueness`, 503 when other changes keep coming first, and what `compute` throws
   */
  async change(
    id: string,
    compute: (current: StoredItem) => Change | Promise<Change>,
    strict = false,
  ): Promise<StoredItem> {
    for (let attempt = 1; ; attempt += 1) {
      const current = await this.getSettled(id);
      const changed = await this.writeChange(current, await compute(current), strict);
      if (changed !== undefined) return changed;
      await this.scope.table.retries.pause(attempt);
    }
  }

  /** @returns undefined when another change came first */
  private async writeChange(current: StoredItem, change: Change, strict: boolean): Promise<StoredItem | undefined> {
    const { table, connection, origin } = this.scope;
    const { further = [], increments = {}, pending, isOfVersion = false, members: membersChange } = change;
    const sameAttributes = equalJson(current.attributes, change.attributes);
    if (sameAttributes && further.length === 0 && pending === undefined) return current;
    const { lastModified, version } = changedMeta(current);
    const update: Write = {
      update: resourceKey(connection, this.type.name, current.id),
      set: {
        lastModified,
        version,
        ...changedBy(origin, version, membersChange),
        ...(sameAttributes ? {} : { attributes: attributesText(change.attributes) }),
        ...(pending === undefined ? {} : { pending }),
      },
      add: increments,
      // Additions and removals need not wait for each other: none was computed from the version.
      condition:
        sameAttributes && !strict && !isOfVersion && pending === undefined
          ? { is: 'settled' }
          : { is: 'settled', version: current.version },
    };
    const writes: readonly GuardedWrite[] = [
      { write: update },
      ...this.values(current.id, current.attributes, change.attributes),
      ...further,
    ];
    const failed = await table.write(writes.map(({ write }) => write));
    if (failed.length === 0) {
      const members = current.members + (increments['members'] ?? 0);
      return { ...current, lastModified, version, attributes: change.attributes, members, pending };
    }
    const conflict = conflictOf(writes, failed);
    if (conflict !== undefined) throw conflict;
    return undefined;
  }

  /**
   * Removes a resource with its values and its count.
   * @param check refuses by throwing
   * @param further writes of the same transaction, of the resource as it was
   * @throws ScimError 404, 503 when other changes keep coming first, and what `check` throws
   */
  async remove(
    id: string,
    check: Precondition,
    further: (resource: StoredResource) => readonly Write[] = () => [],
  ): Promise<void> {
    const { table, connection } = this.scope;
    for (let attempt = 1; ; attempt += 1) {
      const current = await this.getSettled(id);
      check(current);
      const failed = await table.write([
        {
          delete: resourceKey(connection, this.type.name, id),
          condition: { is: 'settled', version: current.version },
        },
        ...this.values(id, current.attributes, undefined).map(({ write }) => write),
        countWrite(connection, this.type.name, -1),
        ...further(current),
      ]);
      if (failed.length === 0) return;
      await table.retries.pause(attempt);
    }
  }

  private values(id: string, before: Attributes | undefined, after: Attributes | undefined): readonly GuardedWrite[] {
    const writes = valueWrites(this.scope.connection, this.type, this.indexed, id, before, after);
    return writes.map(({ attribute, write }) => ({ write, conflict: () => notUnique(attribute.name, this.type.name) }));
  }
}

/** A write and what it means that its condition does not hold; without a meaning, that another change came first. */
export interface GuardedWrite {
  readonly write: Write;
  readonly conflict?: () => ScimError;
}

export interface CreateOptions {
  readonly meta?: ResourceMeta;
  readonly item?: Readonly<Record<string, ItemValue>>;
  readonly further?: readonly GuardedWrite[];
  /** For the log: the members that a new group begins with. */
  readonly members?: MemberCounts | undefined;
}

/** A computed change of a resource. */
export interface Change {
  readonly attributes: Attributes;
  /** Writes of the same transaction. */
  readonly further?: readonly GuardedWrite[];
  /** Whether it was computed from more than the attributes, and so from this version: from all members of a group. */
  readonly isOfVersion?: boolean;
  /** Counters of the item to increment. */
  readonly increments?: Readonly<Record<string, number>>;
  /** A recorded change of members that begins with this one. */
  readonly pending?: string;
  /** For the log: what it does to a group's members. */
  readonly members?: MemberCounts | undefined;
}

/** @returns undefined when nothing failed, or something did because another change came first */
function conflictOf(writes: readonly GuardedWrite[], failed: readonly FailedCondition[]): ScimError | undefined {
  const conflicts = failed.map(({ index }) => writes[index]?.conflict);
  return conflicts.includes(undefined) ? undefined : conflicts[0]?.();
}
