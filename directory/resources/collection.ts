import { tooManyCandidates } from '../../scim/errors/filter-errors';
import type { BoundFilter } from '../../scim/filter/bind';
import { comparisonsIn, matches, valuesAt } from '../../scim/filter/evaluate';
import type { ScimError } from '../../scim/errors/scim-error';
import { asText, isArray, type JsonObject } from '../../scim/json';
import { toResource } from '../../scim/resource/resource';
import type { ResourceType } from '../../scim/schema/resource-type';
import { inParallel } from '../store/batches';
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
import { scanPartition } from '../store/parallel-scan';
import { unlessBusy } from '../store/retries';
import type { QueryOptions } from '../store/table';
import { countOf } from './counts';
import { lookupsOf, planFilter, type KeyPlan, type Plan } from './filter-plan';
import { keyFormsOf } from './unique-and-indexed-values';
import { PageMarks } from './page-marks';
import { resourceFromItem, type StoredItem } from './resource-item';
import type { Resources } from './resources';

/** Resources that a filter without an indexed attribute may scan; beyond it is 400 `tooMany`. */
export const SCAN_BUDGET = 20_000;

/** Resources times comparisons that a filter may evaluate; beyond it is 400 `tooMany`. */
const STEP_BUDGET = 1_000_000;

/** Characters of a resource that count as another step: comparing long texts takes longer. */
const STEP_SIZE = 1024;

/** Counts the steps of evaluating a filter, whose number depends on what the resources hold. */
class StepBudget {
  private left = STEP_BUDGET;
  private resources = 0;

  constructor(private readonly errorAfter: (resources: number) => ScimError) {}

  spend(steps: number): void {
    this.resources += 1;
    this.left -= steps;
    if (this.left < 0) throw this.errorAfter(this.resources);
  }
}

function weightOf({ size }: StoredItem, derived: JsonObject): number {
  const elements = Object.values(derived).reduce<number>(
    (sum, value) => sum + (isArray(value) ? value.length : 0),
    0,
  );
  return 1 + Math.floor(size / STEP_SIZE) + Math.floor(elements / 10);
}

/** Reading a page stops at this number of characters: no answer holds as many. */
const PAGE_CHARACTERS = 8 * 1024 * 1024;

/** Resources evaluated in parallel. */
const WIDTH = 16;

/** Returns attributes that are stored elsewhere and that a filter needs, such as members. */
export type DeriveAttributes = (resource: StoredItem, filter: BoundFilter) => Promise<JsonObject>;

/** The resources of one type, as listings read them. */
export class Collection {
  constructor(
    private readonly resources: Resources,
    private readonly derive: DeriveAttributes,
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
    for await (const item of this.items({ after, limit })) {
      index += 1;
      if (resources.length === count) {
        const next = { index: index - 1, id: resources.at(-1)?.id ?? item.sk };
        // The page is complete; without the mark the next one is only slower.
        await unlessBusy(() => this.marks.save(next));
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
      filter === undefined
        ? { by: 'scan' }
        : planFilter(filter, this.resources.indexed, this.type.name);
    const found =
      plan.by === 'scan'
        ? await this.scan(filter)
        : await this.evaluate(filter, await this.candidates(plan, filter));
    return [...found].sort((a, b) => (a.id < b.id ? -1 : 1));
  }

  private async evaluate(
    filter: BoundFilter | undefined,
    candidates: readonly StoredItem[],
    steps = this.newSteps(),
  ): Promise<readonly StoredItem[]> {
    if (filter === undefined) return candidates;
    const { type, tenant } = this.resources;
    const comparisons = comparisonsIn(filter);
    const found = await inParallel(candidates, WIDTH, async (resource) => {
      const derived = await this.derive(resource, filter);
      steps.spend(comparisons * weightOf(resource, derived));
      const whole = toResource(type, resource, tenant.baseUrl, derived);
      return matches(filter, whole) ? [resource] : [];
    });
    return found.flat();
  }

  private async scan(filter: BoundFilter | undefined): Promise<readonly StoredItem[]> {
    // Checked first, so that a refused filter costs next to nothing.
    this.checkBudget(await this.count(), filter);
    const { table, connection } = this.resources.tenant;
    const found: StoredItem[] = [];
    const steps = this.newSteps();
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
  private newSteps(): StepBudget {
    return new StepBudget((resources) => this.tooMany(resources));
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
      const likely = await this.resources.getMany([...(await this.idsOf(plan, true))]);
      const hasValue = ({ attributes }: StoredItem): boolean =>
        valuesAt(attributes, attribute.target).some(
          (stored) => keyFormsOf(attribute, asText(stored)).current === forms.current,
        );
      if (likely.some(hasValue)) return likely;
    }
    const ids = [...(await this.idsOf(plan, false))];
    this.checkBudget(ids.length, filter);
    return this.resources.getMany(ids);
  }

  private async idsOf(plan: KeyPlan, eventual: boolean): Promise<ReadonlySet<string>> {
    const { connection } = this.resources.tenant;
    switch (plan.by) {
      case 'id':
        return new Set([plan.id]);
      case 'value': {
        const { attribute, forms } = plan;
        const found = await inParallel(
          [forms.current, forms.former ?? []].flat(),
          WIDTH,
          (form) => {
            const partition = valuePartition(connection, this.type.name, attribute.name, form);
            return this.idsWithValue(partition, eventual);
          },
        );
        return new Set(found.flatMap((ids) => [...ids]));
      }
      case 'member':
        return this.idsOfGroupsWith(plan.memberId);
      case 'union': {
        const parts = await inParallel(lookupsOf(plan), WIDTH, (part) =>
          this.idsOf(part, eventual),
        );
        return new Set(parts.flatMap((ids) => [...ids]));
      }
    }
  }

  private async idsWithValue(partition: string, eventual: boolean): Promise<ReadonlySet<string>> {
    const ids = new Set<string>();
    for await (const item of this.resources.tenant.table.queryAll(partition, { eventual })) {
      ids.add(item.sk === UNIQUE ? textOf(item, 'id') : item.sk);
    }
    return ids;
  }

  private async idsOfGroupsWith(memberId: string): Promise<ReadonlySet<string>> {
    const { table, connection } = this.resources.tenant;
    const ids = new Set<string>();
    if (!isResourceId(memberId)) return ids;
    const partition = memberOfPartition(connection, memberId);
    for await (const membership of table.queryAll(partition, { index: INVERSE_INDEX })) {
      ids.add(textOf(membership, 'gsi1sk'));
    }
    return ids;
  }
}
