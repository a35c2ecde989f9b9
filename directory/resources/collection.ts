import { badRequest } from '../../scim/errors/scim-error';
import { matches, valuesAt, type BoundFilter } from '../../scim/filter/bind';
import { asText, type JsonObject } from '../../scim/json';
import { toResource } from '../../scim/resource/resource';
import type { ResourceType } from '../../scim/schema/resource-type';
import { inParallel } from '../store/batches';
import { countOf } from './counts';
import { textOf, type Item, type Key } from '../store/item';
import {
  INVERSE_INDEX,
  isResourceId,
  memberOfPartition,
  resourceKey,
  resourcePartition,
  UNIQUE,
  valuePartition,
} from '../store/keys';
import { PageMarks } from './page-marks';
import { scanPartition } from '../store/parallel-scan';
import { planFilter, type KeyPlan, type Plan } from './filter-plan';
import { fromItem, type StoredItem } from './resource-item';
import type { Resources } from './resources';
import { unlessBusy } from '../store/retries';
import type { QueryOptions } from '../store/table';
import { keyForm } from './indexed-values';

/** How many resources a filter may be evaluated on that no key leads to; more is 400 `tooMany`. */
export const SCAN_BUDGET = 20_000;

/** Attributes that are kept elsewhere and that a filter asks for, such as a group's members. */
export type Derive = (resource: StoredItem, filter: BoundFilter) => Promise<JsonObject>;

/** The resources of one type, as listings read them. */
export class Collection {
  constructor(
    private readonly resources: Resources,
    private readonly derive: Derive,
  ) {}

  get type(): ResourceType {
    return this.resources.type;
  }

  /** How many there are, exactly. */
  count(): Promise<number> {
    return countOf(this.resources.scope.table, this.resources.scope.connection, this.resources.type.name);
  }

  /**
   * Resources in order of creation, from an index that counts from 1. It begins where an earlier page ended, if one ended before, and
   * reads what comes between.
   */
  async from(startIndex: number, count: number): Promise<readonly StoredItem[]> {
    if (count === 0) return [];
    const mark = startIndex === 1 ? undefined : await this.marks.lastBefore(startIndex);
    const after = mark === undefined ? undefined : this.keyOf(mark.id);
    const resources: StoredItem[] = [];
    let index = mark?.index ?? 0;
    // One more than the page tells whether another one follows, which will begin at a mark.
    for await (const item of this.items({ after, limit: Math.min(1000, startIndex - index + count) })) {
      index += 1;
      if (resources.length === count) {
        const mark = { index: index - 1, id: resources.at(-1)?.id ?? item.sk };
        // The page is read; the next one may have to walk.
        await unlessBusy(() => this.marks.remember(mark));
        break;
      }
      if (index >= startIndex) resources.push(fromItem(item));
    }
    return resources;
  }

  /**
   * Resources in order of creation, behind one of them or before it; at the same cost wherever that one stands, also when it has been deleted.
   * @param id undefined for the first ones, or the last ones when `backward`
   */
  async beside(id: string | undefined, count: number, backward: boolean): Promise<readonly StoredItem[]> {
    const resources: StoredItem[] = [];
    if (count === 0) return resources;
    const after = id === undefined ? undefined : this.keyOf(id);
    for await (const item of this.items({ after, backward, limit: count })) {
      resources.push(fromItem(item));
      if (resources.length === count) break;
    }
    return backward ? resources.reverse() : resources;
  }

  /**
   * All resources that match a filter, in order of creation.
   * @throws ScimError 400 `tooMany` when no key leads to the candidates and there are more than `SCAN_BUDGET`
   */
  async matching(filter: BoundFilter | undefined): Promise<readonly StoredItem[]> {
    const plan: Plan =
      filter === undefined ? { by: 'scan' } : planFilter(filter, this.resources.indexed, this.resources.type.name);
    const candidates =
      plan.by === 'scan' ? this.scan(filter) : this.candidates(plan).then((found) => this.evaluate(filter, found));
    return [...(await candidates)].sort((a, b) => (a.id < b.id ? -1 : 1));
  }

  private async evaluate(
    filter: BoundFilter | undefined,
    candidates: readonly StoredItem[],
  ): Promise<readonly StoredItem[]> {
    if (filter === undefined) return candidates;
    const { type, scope } = this.resources;
    const found = await inParallel(candidates, 16, async (resource) => {
      const whole = toResource(type, resource, scope.baseUrl, await this.derive(resource, filter));
      return matches(filter, whole) ? [resource] : [];
    });
    return found.flat();
  }

  /** Evaluates a filter on every resource there is. */
  private async scan(filter: BoundFilter | undefined): Promise<readonly StoredItem[]> {
    // Who asks for too much is told so before anything is read for it.
    if ((await this.count()) > SCAN_BUDGET) {
      const names = this.resources.indexed.map(({ name }) => name).join(', ');
      throw badRequest(
        'tooMany',
        `This would look through more than ${SCAN_BUDGET} resources; filter with "eq" on id, ${names}.`,
      );
    }
    const { table, connection } = this.resources.scope;
    const found: StoredItem[] = [];
    await scanPartition(table, resourcePartition(connection, this.resources.type.name), async (items) => {
      found.push(...(await this.evaluate(filter, items.map(fromItem))));
    });
    return found;
  }

  private keyOf(id: string): Key {
    return resourceKey(this.resources.scope.connection, this.resources.type.name, id);
  }

  private get marks(): PageMarks {
    return new PageMarks(this.resources.scope, this.resources.type.name);
  }

  private items(options: QueryOptions): AsyncGenerator<Item, void, undefined> {
    return this.resources.scope.table.queryAll(
      resourcePartition(this.resources.scope.connection, this.resources.type.name),
      options,
    );
  }

  /** Every resource that a plan leads to, in order of creation. */
  private async candidates(plan: KeyPlan): Promise<readonly StoredItem[]> {
    if (plan.by === 'value' && plan.attribute.unique) {
      // One resource has the value or none: a cheap look that leads to a resource with this value is as good as a consistent one.
      const { attribute, value } = plan;
      const likely = await this.resources.getMany([...(await this.idsOf(plan, true))]);
      const hasValue = ({ attributes }: StoredItem): boolean =>
        valuesAt(attributes, attribute.target).some((stored) => keyForm(attribute, asText(stored)) === value);
      if (likely.some(hasValue)) return likely;
    }
    return this.resources.getMany([...(await this.idsOf(plan, false))]);
  }

  private async idsOf(plan: KeyPlan, eventual: boolean): Promise<ReadonlySet<string>> {
    const { table, connection } = this.resources.scope;
    switch (plan.by) {
      case 'id':
        return new Set([plan.id]);
      case 'value':
        return this.idsWithValue(
          valuePartition(connection, this.resources.type.name, plan.attribute.name, plan.value),
          eventual,
        );
      case 'member': {
        const ids = new Set<string>();
        if (!isResourceId(plan.memberId)) return ids;
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
    for await (const item of this.resources.scope.table.queryAll(partition, { eventual })) {
      ids.add(item.sk === UNIQUE ? textOf(item, 'id') : item.sk);
    }
    return ids;
  }
}
