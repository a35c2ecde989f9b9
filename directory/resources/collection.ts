import { tooManyCandidates } from '../../scim/errors/filter-errors';
import type { BoundFilter } from '../../scim/filter/bind';
import { comparisonsIn, matches, matchesWithout } from '../../scim/filter/evaluate';
import type { ScimError } from '../../scim/errors/scim-error';
import type { JsonObject } from '../../scim/json';
import { toResource } from '../../scim/resource/resource';
import type { ResourceType } from '../../scim/schema/resource-type';
import { batchesOf, inParallel } from '../store/batches';
import type { Item, Key } from '../store/item';
import { resourceKey, resourcePartition } from '../store/keys';
import { idIn, sortKeyOf } from '../store/resource-ids';
import { scanPartition } from './parallel-scan';
import { ignoreUnhandled } from '../store/prefetched';
import { unlessBusy } from '../store/retries';
import type { QueryOptions } from '../store/query';
import { countOf } from './counts';
import { lookupPartitions, lookupsOf, planFilter, type KeyPlan, type Plan } from './filter-plan';
import { idLedTo, indexedTexts, keyFormsOf } from './unique-and-indexed-values';
import { viewsForFilters } from './former-name';
import { PageMarks } from './page-marks';
import { resourceFromItem, type StoredItem } from './resource-item';
import type { Resources } from './resources';
import { STEP_BUDGET, StepBudget } from './step-budget';

/** Resources that a filter without an indexed attribute may scan; beyond it is 400 `tooMany`. */
export const SCAN_BUDGET = 20_000;

/** Reading a page stops at this number of characters: no answer holds as many. */
const PAGE_CHARACTERS = 8 * 1024 * 1024;

/** A page that is about to be read. */
export interface PageRange {
  /** Id of the resource before the page; undefined for the first page. */
  readonly after: string | undefined;
  readonly limit: number;
  readonly backward: boolean;
}

/** Lookups in parallel. */
const WIDTH = 16;

/** The attribute of a resource type that is stored elsewhere: the groups of users, or members. */
export interface DerivedAttribute {
  /** Resources whose attribute is read at a time: it is kept in memory until they are evaluated. */
  readonly atOnce: number;
  /** Returns what a filter needs of the attribute, for resources in the same order. */
  derive(resources: readonly StoredItem[], filter: BoundFilter): Promise<readonly JsonObject[]>;
  /**
   * Returns the ids of the resources whose attribute has an element with this `value`.
   * @param check called with the number of candidates before they are read; refuses by throwing
   */
  idsWith(value: string, check: (candidates: number) => void): Promise<ReadonlySet<string>>;
}

/** The resources of one type, as listings read them. */
export class Collection {
  /** Called when a page is about to be read. */
  onPage: (range: PageRange) => void = () => undefined;

  /** Called when the resources that a lookup led to are about to be read. */
  onLookup: (ids: readonly string[]) => void = () => undefined;

  /** Resolves when the page mark of the last page is saved. */
  markSaved: Promise<unknown> = Promise.resolve();

  constructor(
    private readonly resources: Resources,
    private readonly derived?: DerivedAttribute,
  ) {}

  get type(): ResourceType {
    return this.resources.type;
  }

  /** Returns the exact number of resources. */
  count(): Promise<number> {
    const { table, connection } = this.resources.tenant;
    return countOf(table, connection, this.type.name);
  }

  /**
   * Returns resources in order of creation, from a 1-based index. It starts at the closest page
   * mark before the index and reads what lies between.
   */
  async from(startIndex: number, count: number): Promise<readonly StoredItem[]> {
    if (count === 0) return [];
    const mark = startIndex === 1 ? undefined : await this.marks.lastBefore(startIndex);
    const after = mark === undefined ? undefined : this.keyOf(mark.id);
    const resources: StoredItem[] = [];
    let characters = 0;
    let index = mark?.index ?? 0;
    // One resource beyond the page shows that another page follows, which will start at a mark.
    const limit = Math.min(1000, startIndex - index + count);
    this.onPage({ after: mark?.id, limit, backward: false });
    for await (const item of this.items({ after, limit })) {
      index += 1;
      if (resources.length === count) {
        const next = { index: index - 1, id: resources.at(-1)?.id ?? idIn(item) };
        // The page is complete; without the mark the next one is only slower.
        this.markSaved = unlessBusy(() => this.marks.save(next));
        ignoreUnhandled(this.markSaved);
        break;
      }
      if (index < startIndex) continue;
      const resource = resourceFromItem(item);
      resources.push(resource);
      characters += resource.size;
      // No answer can hold more.
      if (characters > PAGE_CHARACTERS) break;
    }
    return resources;
  }

  /**
   * Returns resources in order of creation, after or before a resource, which may be deleted by
   * now. The cost is the same at any depth.
   * @param id undefined for the first resources, or the last ones if `backward`
   */
  async around(
    id: string | undefined,
    count: number,
    backward: boolean,
  ): Promise<readonly StoredItem[]> {
    const resources: StoredItem[] = [];
    if (count === 0) return resources;
    const after = id === undefined ? undefined : this.keyOf(id);
    this.onPage({ after: id, limit: count, backward });
    for await (const item of this.items({ after, backward, limit: count })) {
      resources.push(resourceFromItem(item));
      if (resources.length === count) break;
    }
    return backward ? resources.reverse() : resources;
  }

  /**
   * Returns all resources that match a filter, in order of creation.
   * @throws ScimError 400 `tooMany` if no index helps and there are more than `SCAN_BUDGET`
   */
  async matching(filter: BoundFilter | undefined): Promise<readonly StoredItem[]> {
    const plan: Plan =
      filter === undefined ? { by: 'scan' } : planFilter(filter, this.resources.indexed, this.type);
    const found =
      plan.by === 'scan'
        ? await this.scan(filter)
        : await this.evaluate(filter, await this.candidates(plan, filter));
    return [...found].sort((a, b) => (sortKeyOf(a.id) < sortKeyOf(b.id) ? -1 : 1));
  }

  private async evaluate(
    filter: BoundFilter | undefined,
    candidates: readonly StoredItem[],
    steps = this.newSteps(filter),
  ): Promise<readonly StoredItem[]> {
    if (filter === undefined) return candidates;
    const { type, tenant } = this.resources;
    const found: StoredItem[] = [];
    // What is stored with the resource decides most cases, and needs no further reads.
    const undecided: StoredItem[] = [];
    for (const resource of candidates) {
      steps.spend(resource);
      const stored = toResource(type, resource, tenant.baseUrl);
      const views = viewsForFilters(stored, resource.formerName);
      const decisions = views.map((view) => matchesWithout(type.derived, filter, view));
      if (decisions.includes(true)) found.push(resource);
      else if (decisions.includes(undefined)) undecided.push(resource);
    }
    const { derived } = this;
    if (derived === undefined) return found;
    for (const batch of batchesOf(undecided, derived.atOnce)) {
      const all = await derived.derive(batch, filter);
      batch.forEach((resource, index) => {
        const values = all[index] ?? {};
        steps.spendOnDerived(values[type.derived ?? '']);
        const whole = toResource(type, resource, tenant.baseUrl, values);
        const views = viewsForFilters(whole, resource.formerName);
        if (views.some((view) => matches(filter, view))) found.push(resource);
      });
    }
    return found;
  }

  private async scan(filter: BoundFilter | undefined): Promise<readonly StoredItem[]> {
    // Checked first, so that a refused filter costs next to nothing.
    this.checkBudget(await this.count(), filter);
    const { table, connection } = this.resources.tenant;
    const found: StoredItem[] = [];
    const steps = this.newSteps(filter);
    const partition = resourcePartition(connection, this.type.name);
    await scanPartition(table, partition, async (items) => {
      found.push(...(await this.evaluate(filter, items.map(resourceFromItem), steps)));
    });
    return found;
  }

  /** @throws ScimError 400 `tooMany` */
  private checkBudget(candidates: number, filter: BoundFilter | undefined): void {
    const steps = candidates * (filter === undefined ? 1 : comparisonsIn(filter));
    if (candidates > SCAN_BUDGET || steps > STEP_BUDGET) throw this.tooMany(candidates);
  }

  private tooMany(candidates: number): ScimError {
    const indexed = this.resources.indexed.map(({ name }) => name);
    return tooManyCandidates(Math.min(SCAN_BUDGET, candidates), indexed);
  }

  /** Returns a counter of the steps of one search; it throws ScimError 400 `tooMany`. */
  private newSteps(filter: BoundFilter | undefined): StepBudget {
    const comparisons = filter === undefined ? 1 : comparisonsIn(filter);
    return new StepBudget(comparisons, (resources) => this.tooMany(resources));
  }

  private keyOf(id: string): Key {
    return resourceKey(this.resources.tenant.connection, this.type.name, id);
  }

  private get marks(): PageMarks {
    return new PageMarks(this.resources.tenant, this.type.name);
  }

  private items(options: QueryOptions): AsyncGenerator<Item, void, undefined> {
    const { table, connection } = this.resources.tenant;
    return table.queryAll(resourcePartition(connection, this.type.name), options);
  }

  /** Returns every resource that a plan leads to. @throws ScimError 400 `tooMany` */
  private async candidates(
    plan: KeyPlan,
    filter: BoundFilter | undefined,
  ): Promise<readonly StoredItem[]> {
    if (plan.by === 'value' && plan.attribute.unique) {
      // At most one resource has the value: if an eventually consistent read, at half the price,
      // leads to a resource with it, a consistent read would find the same.
      const { attribute, forms } = plan;
      const likely = await this.lookUp([...(await this.idsOf(plan, true))]);
      const hasValue = (resource: StoredItem): boolean =>
        indexedTexts(attribute, resource).some(
          (stored) => keyFormsOf(attribute, stored).current === forms.current,
        );
      if (likely.some(hasValue)) return likely;
    }
    const ids = [...(await this.idsOf(plan, false))];
    this.checkBudget(ids.length, filter);
    return this.lookUp(ids);
  }

  private lookUp(ids: readonly string[]): Promise<readonly StoredItem[]> {
    this.onLookup(ids);
    return this.resources.getMany(ids);
  }

  private async idsOf(plan: KeyPlan, eventual: boolean): Promise<ReadonlySet<string>> {
    const { connection } = this.resources.tenant;
    switch (plan.by) {
      case 'id':
        return new Set([plan.id]);
      case 'value': {
        const partitions = lookupPartitions(connection, this.type.name, plan);
        const found = await inParallel(partitions, WIDTH, (partition) =>
          this.idsWithValue(partition, eventual),
        );
        return new Set(found.flatMap((ids) => [...ids]));
      }
      case 'derived':
        return this.idsWithDerived(plan.value);
      case 'union': {
        const parts = await inParallel(lookupsOf(plan), WIDTH, (part) =>
          this.idsOf(part, eventual),
        );
        return new Set(parts.flatMap((ids) => [...ids]));
      }
    }
  }

  private async idsWithDerived(value: string): Promise<ReadonlySet<string>> {
    const ids = await this.derived?.idsWith(value, (candidates) => {
      if (candidates > SCAN_BUDGET) throw this.tooMany(candidates);
    });
    return ids ?? new Set();
  }

  private async idsWithValue(partition: string, eventual: boolean): Promise<ReadonlySet<string>> {
    const ids = new Set<string>();
    for await (const item of this.resources.tenant.table.queryAll(partition, { eventual })) {
      ids.add(idLedTo(item));
    }
    return ids;
  }
}
