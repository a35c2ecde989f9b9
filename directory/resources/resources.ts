import { notFound, notUnique } from '../../scim/errors/resource-errors';
import { shortened } from '../../scim/errors/scim-error';
import { equalJson } from '../../scim/json';
import type { Attributes } from '../../scim/resource/parse';
import type { ResourceMeta, StoredResource } from '../../scim/resource/resource';
import type { IndexedAttributes, ResourceType } from '../../scim/schema/resource-type';
import type { ItemValue } from '../store/item';
import { resourceKey } from '../store/keys';
import { isResourceId } from '../store/resource-ids';
import { ABSENT, type Write } from '../store/write';
import { countWrite } from './counts';
import {
  formerlyHeld,
  indexedValues,
  valueWrites,
  type Indexable,
  type IndexedValue,
} from './unique-and-indexed-values';
import { conflictOf, type GuardedWrite } from './guarded-write';
import { formerNameToItem, type FormerName } from './former-name';
import { changedByAttribute, type ChangeReason, type MembershipCounts } from './request-info';
import {
  attributesText,
  changedMeta,
  FIRST_SEQUENCE,
  newMeta,
  resourceFromItem,
  resourceToItem,
  type StoredItem,
} from './resource-item';
import type { Tenant } from './tenant';

/** Throws ScimError 412 unless the resource is in the state that the client expects. */
export type Precondition = (current: StoredResource) => void;

/** Completes the pending member edits of a group. @throws ScimError 503 if there is no time */
export type CompletePending = (id: string, intentId: string) => Promise<void>;

/** Reads and writes the resources of one type; users and groups build on it. */
export class Resources {
  /** @param completePending only groups have pending edits; the default is for users */
  constructor(
    readonly tenant: Tenant,
    readonly type: ResourceType,
    readonly indexed: IndexedAttributes,
    private readonly completePending: CompletePending = () => Promise.resolve(),
  ) {}

  /** @returns undefined if there is no such resource */
  async find(id: string): Promise<StoredItem | undefined> {
    if (!isResourceId(id)) return undefined;
    const { table, connection } = this.tenant;
    const item = await table.get(resourceKey(connection, this.type.name, id));
    return item === undefined ? undefined : resourceFromItem(item);
  }

  /** @throws ScimError 404 */
  async get(id: string): Promise<StoredItem> {
    const found = await this.find(id);
    if (found === undefined) throw notFound(`${this.type.name} ${shortened(id)}`);
    return found;
  }

  /** Returns a resource after its pending edits are complete. @throws ScimError 404, 503 */
  async getWithoutPendingEdits(id: string): Promise<StoredItem> {
    for (let attempt = 1; ; attempt += 1) {
      const current = await this.get(id);
      if (current.pendingIntent === undefined) return current;
      await this.completePending(id, current.pendingIntent);
      await this.tenant.table.retries.pause(attempt);
    }
  }

  /** Returns resources in the order of the ids; ids without a resource are left out. */
  async getMany(ids: readonly string[]): Promise<readonly StoredItem[]> {
    const { table, connection } = this.tenant;
    const known = [...new Set(ids)].filter(isResourceId);
    const items = await table.getMany(
      known.map((id) => resourceKey(connection, this.type.name, id)),
    );
    const byId = new Map(items.map(resourceFromItem).map((found) => [found.id, found]));
    return known.flatMap((id) => byId.get(id) ?? []);
  }

  /**
   * Adds a resource with its unique and indexed values and its count, in one transaction.
   * @returns undefined if a condition of `options.alongside` failed, or if a resource that comes
   *   back exists already
   * @throws ScimError 409 `uniqueness`
   */
  async create(
    attributes: Attributes,
    options: CreateOptions = {},
  ): Promise<StoredItem | undefined> {
    const { table, connection, request } = this.tenant;
    const resource: StoredResource = { ...(options.meta ?? newMeta()), attributes };
    const item = {
      ...resourceToItem(connection, this.type.name, resource),
      sequence: options.sequence ?? FIRST_SEQUENCE,
      ...changedByAttribute(
        request === undefined || options.reason === undefined
          ? request
          : { ...request, reason: options.reason },
        resource.version,
        options.membershipCounts,
      ),
      ...options.item,
    };
    const writes: readonly GuardedWrite[] = [
      { write: { put: item, condition: ABSENT } },
      ...(await this.valueWrites(resource.id, undefined, resource)),
      { write: countWrite(connection, this.type.name, 1) },
      ...(options.alongside ?? []),
    ];
    const failed = await table.write(writes.map(({ write }) => write));
    const conflict = conflictOf(writes, failed);
    if (conflict !== undefined) throw conflict;
    return failed.length === 0 ? resourceFromItem(item) : undefined;
  }

  /**
   * Changes a resource with optimistic locking: computes the change from the stored resource,
   * writes it if the resource is still the same, and retries otherwise. A change that changes
   * nothing writes nothing and keeps the version.
   * @param compute called once per attempt
   * @param strict whether a change to members alone depends on the version, too, because the client
   *   sent `If-Match`
   * @throws ScimError 404, 409 `uniqueness`, 503 under lasting contention, and what `compute`
   *   throws
   */
  async change(
    id: string,
    compute: (current: StoredItem) => ResourceChange | Promise<ResourceChange>,
    strict = false,
  ): Promise<StoredItem> {
    for (let attempt = 1; ; attempt += 1) {
      const current = await this.getWithoutPendingEdits(id);
      const changed = await this.writeChange(current, await compute(current), strict);
      if (changed !== undefined) return changed;
      await this.tenant.table.retries.pause(attempt);
    }
  }

  /** @returns undefined if another change came first */
  private async writeChange(
    current: StoredItem,
    change: ResourceChange,
    strict: boolean,
  ): Promise<StoredItem | undefined> {
    const { table, connection, request } = this.tenant;
    const { attributes, alongside = [], increments = {}, pendingIntent } = change;
    const sameAttributes = equalJson(current.attributes, attributes);
    const keepsName = change.formerName === undefined;
    const isSame = sameAttributes && keepsName && pendingIntent === undefined;
    if (isSame && alongside.length === 0) return current;
    const formerName = keepsName ? current.formerName : (change.formerName ?? undefined);
    const meta = changedMeta(current);
    const { lastModified = meta.lastModified } = change;
    const { version } = meta;
    // Adding and removing members need not conflict: neither was computed from the version.
    const isIndependent =
      sameAttributes && !strict && change.isOfVersion !== true && pendingIntent === undefined;
    const update: Write = {
      update: resourceKey(connection, this.type.name, current.id),
      set: {
        lastModified,
        version,
        ...changedByAttribute(request, version, change.membershipCounts),
        ...(sameAttributes ? {} : { attributes: attributesText(attributes) }),
        ...(pendingIntent === undefined ? {} : { pending: pendingIntent }),
        ...(change.formerName ? { formerName: formerNameToItem(change.formerName) } : {}),
      },
      ...(change.formerName === null ? { remove: ['formerName'] } : {}),
      add: increments,
      next: sameAttributes ? [] : ['sequence'],
      condition: {
        is: 'noPendingEdits',
        ...(isIndependent ? {} : { version: current.version }),
      },
    };
    const writes: readonly GuardedWrite[] = [
      { write: update },
      ...(await this.valueWrites(current.id, current, { attributes, formerName })),
      ...alongside,
    ];
    const failed = await table.write(writes.map(({ write }) => write));
    if (failed.length === 0) {
      const memberCount = current.memberCount + (increments['members'] ?? 0);
      const sequence = current.sequence + (sameAttributes ? 0 : 1);
      const { formerName: _, ...rest } = current;
      const changed = { lastModified, version, attributes, memberCount, sequence, pendingIntent };
      return { ...rest, ...changed, ...(formerName === undefined ? {} : { formerName }) };
    }
    const conflict = conflictOf(writes, failed);
    if (conflict !== undefined) throw conflict;
    return undefined;
  }

  /**
   * Removes a resource with its values and its count.
   * @param check refuses by throwing
   * @param alongside writes of the same transaction
   * @throws ScimError 404, 503 under lasting contention, and what `check` throws
   */
  async remove(
    id: string,
    check: Precondition,
    alongside: (resource: StoredItem) => readonly Write[] = () => [],
  ): Promise<void> {
    const { table, connection } = this.tenant;
    for (let attempt = 1; ; attempt += 1) {
      const current = await this.getWithoutPendingEdits(id);
      check(current);
      const values = await this.valueWrites(id, current, undefined);
      const failed = await table.write([
        {
          delete: resourceKey(connection, this.type.name, id),
          condition: { is: 'noPendingEdits', version: current.version },
        },
        ...values.map(({ write }) => write),
        countWrite(connection, this.type.name, -1),
        ...alongside(current),
      ]);
      if (failed.length === 0) return;
      await table.retries.pause(attempt);
    }
  }

  private async valueWrites(
    id: string,
    before: Indexable | undefined,
    after: Indexable | undefined,
  ): Promise<readonly GuardedWrite[]> {
    const { table, connection } = this.tenant;
    const valuesOf = (resource: Indexable | undefined): readonly IndexedValue[] =>
      indexedValues(connection, this.type, this.indexed, id, resource);
    const had = valuesOf(before);
    const writes = valueWrites(id, had, valuesOf(after), await formerlyHeld(table, id, had));
    return writes.map(({ write, notUnique: attribute }) => ({
      write,
      ...(attribute === undefined
        ? {}
        : { conflict: () => notUnique(attribute.name, this.type.name) }),
    }));
  }
}

/** Options for adding a resource. */
export interface CreateOptions {
  /** Meta attributes of a resource that comes back; new ones by default. */
  readonly meta?: ResourceMeta;
  /** The sequence of a resource that comes back; by default that of a new one. */
  readonly sequence?: number;
  /** Further attributes of the item. */
  readonly item?: Readonly<Record<string, ItemValue>>;
  /** Why the resource is added, if no SCIM client asked for just this. */
  readonly reason?: ChangeReason;
  /** Writes of the same transaction. */
  readonly alongside?: readonly GuardedWrite[];
  /** The members that a new group starts with, for the log. */
  readonly membershipCounts?: MembershipCounts | undefined;
}

/** A computed change to a resource. */
export interface ResourceChange {
  readonly attributes: Attributes;
  /** Writes of the same transaction. */
  readonly alongside?: readonly GuardedWrite[];
  /** Whether the change was computed from all members of a group, and so from this version. */
  readonly isOfVersion?: boolean;
  /** Increments of the item's counters. */
  readonly increments?: Readonly<Record<string, number>>;
  /** The intent of member edits that this change commits. */
  readonly pendingIntent?: string;
  /** How the change affects members, for the log. */
  readonly membershipCounts?: MembershipCounts | undefined;
  /** RFC 3339: when the change was made, if it was made elsewhere. @default - now */
  readonly lastModified?: string | undefined;
  /** A user's former name from now on; null for none. @default - it stays as it is */
  readonly formerName?: FormerName | null;
}
