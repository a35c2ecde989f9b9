import { badRequest, notFound, notUnique, ScimError } from '../scim/error';
import { matches, valuesAt, type BoundFilter } from '../scim/filter/bind';
import { asText, equalJson, type JsonObject } from '../scim/json';
import type { Attributes } from '../scim/resource/parse';
import { toResource, type ResourceMeta, type StoredResource } from '../scim/resource/resource';
import type { ResourceType } from '../scim/schema/resource-type';
import { backOff } from './back-off';
import { inParallel } from './batches';
import { countOf, countWrite } from './counts';
import {
  isResourceId,
  memberOfPartition,
  resourceKey,
  resourcePartition,
  valuePartition,
  INVERSE_INDEX,
  UNIQUE,
} from './keys';
import { textOf, type Item, type ItemValue } from './item';
import { planFilter, type KeyPlan, type Plan } from './plan';
import { attributesText, changedMeta, fromItem, newMeta, toItem } from './resource-item';
import type { FailedCondition, QueryOptions, Table } from './table';
import { keyForm, valueWrites, type IndexedAttributes } from './values';
import { ABSENT, type Write } from './write';

/** Where a request's resources live: one connection's part of the table. */
export interface Scope {
  readonly table: Table;
  /** Id of the authenticated connection. */
  readonly connection: string;
  /** The connection's SCIM base URL; part of `meta.location`, which can be filtered on. */
  readonly baseUrl: string;
}

/** The resources of one type, as listings read them; see `Resources` for what each call costs. */
export interface Collection {
  readonly type: ResourceType;
  count(): Promise<number>;
  from(startIndex: number, count: number): Promise<readonly StoredResource[]>;
  beside(id: string | undefined, count: number, backward: boolean): Promise<readonly StoredResource[]>;
  matching(filter: BoundFilter | undefined): Promise<readonly StoredResource[]>;
}

/** Refuses a change unless the resource is in the state that the client expects; throws ScimError 412. */
export type Precondition = (current: StoredResource) => void;

/** How many resources a filter may be evaluated on that no key leads to; more is 400 `tooMany`. */
export const SCAN_BUDGET = 20_000;

/** How often a change is computed anew when another one came first. */
export const CHANGE_ATTEMPTS = 20;

/** What users and groups have in common: both are resources of a connection, found by id, by value or by a scan. */
export class Resources {
  constructor(
    readonly scope: Scope,
    readonly type: ResourceType,
    readonly indexed: IndexedAttributes,
    /** Completes a change that a resource's item says is under way; users have none. */
    private readonly complete: (id: string, intent: string) => Promise<void> = () => Promise.resolve(),
  ) {}

  /**
   * @returns undefined when there is no such resource
   */
  async find(id: string): Promise<StoredResource | undefined> {
    if (!isResourceId(id)) return undefined;
    const key = resourceKey(this.scope.connection, this.type.name, id);
    for (let attempt = 0; attempt < CHANGE_ATTEMPTS; attempt += 1) {
      const item = await this.scope.table.get(key);
      const pending = item?.['pending'];
      if (typeof pending !== 'string') return item === undefined ? undefined : fromItem(item);
      await this.complete(id, pending);
    }
    throw superseded();
  }

  /** @throws ScimError 404 */
  async get(id: string): Promise<StoredResource> {
    const found = await this.find(id);
    if (found === undefined) throw notFound(`${this.type.name} ${id}`);
    return found;
  }

  /** Several resources by id, in the order of the ids; those that do not exist are left out. */
  async getMany(ids: readonly string[]): Promise<readonly StoredResource[]> {
    const known = [...new Set(ids)].filter(isResourceId);
    const items = await this.scope.table.getMany(
      known.map((id) => resourceKey(this.scope.connection, this.type.name, id)),
    );
    await this.completeAll(items);
    const byId = new Map(items.map((item) => [item.sk, fromItem(item)]));
    return known.flatMap((id) => byId.get(id) ?? []);
  }

  /** How many there are, exactly. */
  count(): Promise<number> {
    return countOf(this.scope.table, this.scope.connection, this.type.name);
  }

  /** Resources in order of creation, from an index that counts from 1. It reads what comes before them, too. */
  async from(startIndex: number, count: number): Promise<readonly StoredResource[]> {
    if (count === 0) return [];
    const resources: StoredResource[] = [];
    let position = 0;
    for await (const item of this.items({ limit: Math.min(1000, startIndex - 1 + count) })) {
      position += 1;
      if (position >= startIndex) resources.push(await this.settled(item));
      if (resources.length === count) break;
    }
    return resources;
  }

  /**
   * Resources in order of creation, behind one of them or before it; at the same cost wherever it stands, and whether it still does.
   * @param id undefined for the first ones, or the last ones when `backward`
   */
  async beside(id: string | undefined, count: number, backward: boolean): Promise<readonly StoredResource[]> {
    const resources: StoredResource[] = [];
    if (count === 0) return resources;
    const after = id === undefined ? undefined : resourceKey(this.scope.connection, this.type.name, id);
    for await (const item of this.items({ after, backward, limit: count })) {
      resources.push(await this.settled(item));
      if (resources.length === count) break;
    }
    return backward ? resources.reverse() : resources;
  }

  /**
   * All resources that match a filter, in order of creation.
   * @param derive attributes that are kept elsewhere and that the filter asks for, such as a group's members
   * @throws ScimError 400 `tooMany` when no key leads to the candidates and there are more than `SCAN_BUDGET`
   */
  async matching(
    filter: BoundFilter | undefined,
    derive: (resource: StoredResource) => Promise<JsonObject>,
  ): Promise<readonly StoredResource[]> {
    const plan: Plan = filter === undefined ? { by: 'scan' } : planFilter(filter, this.indexed, this.type.name);
    const matching = async (resource: StoredResource): Promise<readonly StoredResource[]> => {
      if (filter === undefined) return [resource];
      const whole = toResource(this.type, resource, this.scope.baseUrl, await derive(resource));
      return matches(filter, whole) ? [resource] : [];
    };
    if (plan.by !== 'scan') return (await inParallel(await this.candidates(plan), 16, matching)).flat();
    const found: StoredResource[] = [];
    for await (const resource of this.scan()) found.push(...(await matching(resource)));
    return found;
  }

  private async settled(item: Item): Promise<StoredResource> {
    await this.completeAll([item]);
    return fromItem(item);
  }

  /** Whatever is under way is complete before its resource is shown. */
  private async completeAll(items: readonly Item[]): Promise<void> {
    for (const { sk, pending } of items) if (typeof pending === 'string') await this.complete(sk, pending);
  }

  private items(options: QueryOptions): AsyncGenerator<Item, void, undefined> {
    return this.scope.table.queryAll(resourcePartition(this.scope.connection, this.type.name), options);
  }

  /** Every resource that a plan leads to, in order of creation. */
  private async candidates(plan: KeyPlan): Promise<readonly StoredResource[]> {
    if (plan.by === 'value' && plan.attribute.unique) {
      // One resource has the value or none: a cheap look that leads to a resource with this value is as good as a consistent one.
      const { attribute, value } = plan;
      const likely = await this.getMany([...(await this.idsOf(plan, true))]);
      const hasValue = ({ attributes }: StoredResource): boolean =>
        valuesAt(attributes, attribute.target).some((stored) => keyForm(attribute, asText(stored)) === value);
      if (likely.some(hasValue)) return likely;
    }
    return this.getMany([...(await this.idsOf(plan, false))].sort());
  }

  private async *scan(): AsyncGenerator<StoredResource, void, undefined> {
    let read = 0;
    for await (const item of this.items({})) {
      read += 1;
      if (read > SCAN_BUDGET) {
        const names = this.indexed.map(({ name }) => name).join(', ');
        throw badRequest(
          'tooMany',
          `This filter would search more than ${SCAN_BUDGET} resources; use "eq" on id or ${names}.`,
        );
      }
      yield await this.settled(item);
    }
  }

  private async idsOf(plan: KeyPlan, eventual: boolean): Promise<ReadonlySet<string>> {
    const { table, connection } = this.scope;
    switch (plan.by) {
      case 'id':
        return new Set([plan.id]);
      case 'value':
        return this.idsWithValue(valuePartition(connection, this.type.name, plan.attribute.name, plan.value), eventual);
      case 'member': {
        const ids = new Set<string>();
        const memberships = table.queryAll(memberOfPartition(connection, plan.memberId), { index: INVERSE_INDEX });
        for await (const membership of memberships) ids.add(textOf(membership, 'gsi1sk'));
        return ids;
      }
      case 'union': {
        const parts = await Promise.all(plan.plans.map((part) => this.idsOf(part, eventual)));
        return new Set(parts.flatMap((ids) => [...ids]));
      }
    }
  }

  private async idsWithValue(partition: string, eventual: boolean): Promise<ReadonlySet<string>> {
    const ids = new Set<string>();
    for await (const item of this.scope.table.queryAll(partition, { eventual })) {
      ids.add(item.sk === UNIQUE ? textOf(item, 'id') : item.sk);
    }
    return ids;
  }

  /**
   * Adds a resource, with its unique and indexed values and its count, in one transaction.
   * @param options.meta of a resource that comes back; a new one by default
   * @param options.item further attributes of the item itself
   * @param options.further writes of the same transaction
   * @returns undefined when a condition of `further` does not hold, or a resource that comes back is there already
   * @throws ScimError 409 `uniqueness`
   */
  async create(attributes: Attributes, options: CreateOptions = {}): Promise<StoredResource | undefined> {
    const { table, connection } = this.scope;
    const resource: StoredResource = { ...(options.meta ?? newMeta()), attributes };
    const writes: readonly GuardedWrite[] = [
      { write: { put: { ...toItem(connection, this.type.name, resource), ...options.item }, condition: ABSENT } },
      ...this.values(resource.id, undefined, attributes),
      { write: countWrite(connection, this.type.name, 1) },
      ...(options.further ?? []),
    ];
    const failed = await table.write(writes.map(({ write }) => write));
    const conflict = conflictOf(writes, failed);
    if (conflict !== undefined) throw conflict;
    return failed.length === 0 ? resource : undefined;
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
    compute: (current: StoredResource) => Change | Promise<Change>,
    strict = false,
  ): Promise<StoredResource> {
    for (let attempt = 0; attempt < CHANGE_ATTEMPTS; attempt += 1) {
      const current = await this.get(id);
      const changed = await this.writeChange(current, await compute(current), strict);
      if (changed !== undefined) return changed;
      await backOff(attempt + 1);
    }
    throw superseded();
  }

  /** @returns undefined when another change came first */
  private async writeChange(
    current: StoredResource,
    change: Change,
    strict: boolean,
  ): Promise<StoredResource | undefined> {
    const { table, connection } = this.scope;
    const { further = [], increments = {}, pending } = change;
    const sameAttributes = equalJson(current.attributes, change.attributes);
    if (sameAttributes && further.length === 0 && pending === undefined) return current;
    const { lastModified, version } = changedMeta(current);
    const update: Write = {
      update: resourceKey(connection, this.type.name, current.id),
      set: {
        lastModified,
        version,
        ...(sameAttributes ? {} : { attributes: attributesText(change.attributes) }),
        ...(pending === undefined ? {} : { pending }),
      },
      add: increments,
      // Changes of different memberships need not wait for each other: none was computed from the version.
      condition:
        sameAttributes && !strict && pending === undefined
          ? { is: 'settled' }
          : { is: 'settled', version: current.version },
    };
    const writes: readonly GuardedWrite[] = [
      { write: update },
      ...this.values(current.id, current.attributes, change.attributes),
      ...further,
    ];
    const failed = await table.write(writes.map(({ write }) => write));
    if (failed.length === 0) return { ...current, lastModified, version, attributes: change.attributes };
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
    for (let attempt = 0; attempt < CHANGE_ATTEMPTS; attempt += 1) {
      const current = await this.get(id);
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
      await backOff(attempt + 1);
    }
    throw superseded();
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
}

/** A computed change of a resource. */
export interface Change {
  readonly attributes: Attributes;
  /** Writes of the same transaction. */
  readonly further?: readonly GuardedWrite[];
  /** Counters of the item to increment. */
  readonly increments?: Readonly<Record<string, number>>;
  /** A recorded change of members that begins with this one. */
  readonly pending?: string;
}

/** @returns undefined when nothing failed, or something did because another change came first */
function conflictOf(writes: readonly GuardedWrite[], failed: readonly FailedCondition[]): ScimError | undefined {
  const conflicts = failed.map(({ index }) => writes[index]?.conflict);
  return conflicts.includes(undefined) ? undefined : conflicts[0]?.();
}

/** 503: the same data keeps changing under a request. */
export function superseded(): ScimError {
  return new ScimError(503, 'Other changes to this resource keep coming first; try again.', {
    headers: { 'Retry-After': '1' },
  });
}
