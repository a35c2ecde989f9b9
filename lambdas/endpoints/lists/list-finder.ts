import { notSortable } from '../../../scim/errors/filter-errors';
import { quoted } from '../../../scim/errors/scim-error';
import { bindFilterAcross, type BoundFilter } from '../../../scim/filter/bind';
import { parseFilter } from '../../../scim/filter/parse';
import type { Position } from '../../../scim/list/cursor';
import type { ListQuery } from '../../../scim/list/query';
import { compareSortKeys, sortKey, sortTarget } from '../../../scim/list/sort';
import { toResource } from '../../../scim/resource/resource';
import { listEntry, type ListedType, type ListEntry } from './listed-type';

/** Finds resources of one or several types in a single order: by sort key, then type, then id. */
export class ListFinder {
  private readonly filters: readonly BoundFilter[] | undefined;
  private matches: Promise<readonly ListEntry[]> | undefined;

  /** @throws ScimError 400 `invalidFilter`, `invalidValue`; 403 `sensitive` */
  constructor(
    private readonly types: readonly ListedType[],
    private readonly query: ListQuery,
  ) {
    const { filter, sort } = query;
    const resourceTypes = types.map(({ collection }) => collection.type);
    this.filters =
      filter === undefined ? undefined : bindFilterAcross(parseFilter(filter), resourceTypes);
    if (sort !== undefined && resourceTypes.every((type) => !sortTarget(type, sort))) {
      throw notSortable(`There is no attribute ${quoted(sort.by)} to sort by.`);
    }
  }

  /** Returns how many resources match. */
  async total(): Promise<number> {
    if (!this.isInCreationOrder) return (await this.matching()).length;
    const counts = await Promise.all(this.types.map(({ collection }) => collection.count()));
    return counts.reduce((sum, count) => sum + count, 0);
  }

  /** Returns entries from a 1-based index. */
  async from(startIndex: number, count: number): Promise<readonly ListEntry[]> {
    if (!this.isInCreationOrder) {
      return (await this.matching()).slice(startIndex - 1, startIndex - 1 + count);
    }
    const entries: ListEntry[] = [];
    let first = startIndex;
    for (const listed of this.types) {
      const found = await listed.collection.from(first, count - entries.length);
      entries.push(...found.map((resource) => listEntry(listed, resource)));
      if (this.types.length === 1 || entries.length === count) break;
      first = entries.length > 0 ? 1 : Math.max(1, first - (await listed.collection.count()));
    }
    return entries;
  }

  /** Returns entries after or before a position; from the start without one. */
  async around(position: Position | undefined, count: number): Promise<readonly ListEntry[]> {
    if (this.isInCreationOrder) return this.aroundInCreationOrder(position, count);
    const entries = await this.matching();
    if (position === undefined) return entries.slice(0, count);
    const { backward } = position;
    const beyond = entries.filter(
      (entry) => this.comesAfter(entry, position) !== backward && !isAt(entry, position),
    );
    return backward ? beyond.slice(-count) : beyond.slice(0, count);
  }

  private async aroundInCreationOrder(
    position: Position | undefined,
    count: number,
  ): Promise<readonly ListEntry[]> {
    const backward = position?.backward === true;
    const types = backward ? [...this.types].reverse() : this.types;
    const start = types.findIndex(({ collection }) => collection.type.name === position?.type);
    const entries: ListEntry[] = [];
    for (const listed of types.slice(Math.max(0, start))) {
      const id = listed.collection.type.name === position?.type ? position.id : undefined;
      const found = await listed.collection.around(id, count - entries.length, backward);
      const more = found.map((resource) => listEntry(listed, resource));
      if (backward) entries.unshift(...more);
      else entries.push(...more);
      if (entries.length === count) break;
    }
    return entries;
  }

  /** Without a filter and a sort order, the table is already in this order. */
  private get isInCreationOrder(): boolean {
    return this.filters === undefined && this.query.sort === undefined;
  }

  private matching(): Promise<readonly ListEntry[]> {
    this.matches ??= this.findMatching();
    return this.matches;
  }

  private async findMatching(): Promise<readonly ListEntry[]> {
    const { sort } = this.query;
    const found = await Promise.all(
      this.types.map(async (listed, index) => {
        const { type } = listed.collection;
        const target = sort === undefined ? undefined : sortTarget(type, sort);
        const resources = await listed.collection.matching(this.filters?.[index]);
        return resources.map((resource) =>
          listEntry(listed, resource, sortKey(target, toResource(type, resource, ''))),
        );
      }),
    );
    const entries = found.flat();
    return sort === undefined ? entries : entries.sort((a, b) => this.compare(a, b));
  }

  private comesAfter(entry: ListEntry, { type, id, key }: Position): boolean {
    const listed = this.types.find(({ collection }) => collection.type.name === type);
    if (listed === undefined) return false;
    return this.compare(entry, { listed, resource: { ...entry.resource, id }, key }) > 0;
  }

  private compare(left: ListEntry, right: ListEntry): number {
    const { sort } = this.query;
    const byKey = sort === undefined ? 0 : compareSortKeys(left.key, right.key, sort.descending);
    const byType = this.types.indexOf(left.listed) - this.types.indexOf(right.listed);
    const [a, b] = [left.resource.id, right.resource.id];
    return byKey || byType || (a < b ? -1 : Number(a > b));
  }
}

function isAt({ listed, resource }: ListEntry, { type, id }: Position): boolean {
  return listed.collection.type.name === type && resource.id === id;
}
