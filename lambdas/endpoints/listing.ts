import type { Collection } from '../../directory/resources/collection';
import type { StoredItem } from '../../directory/resources/resource-item';
import { rewriteQuery } from '../../idp/profiles/profile';
import { badRequest, ScimError } from '../../scim/errors/scim-error';
import type { BoundFilter } from '../../scim/filter/bind';
import { bindFilterAcross } from '../../scim/filter/bind';
import { parseFilter } from '../../scim/filter/parse';
import { asText, type JsonObject } from '../../scim/json';
import { LIMITS } from '../../scim/limits';
import { openCursor, sealCursor, type Cursor, type Position } from '../../scim/list/cursor';
import { listResponse, type PageInfo } from '../../scim/list/list-response';
import type { ListQuery } from '../../scim/list/query';
import { compareSortKeys, sortKey, sortTarget, type SortKey } from '../../scim/list/sort';
import { Projection } from '../../scim/resource/project';
import { toResource } from '../../scim/resource/resource';
import { jsonAnswer, type Answer } from '../http/answer';
import type { Exchange } from '../http/request-context';

/** One type's part of a listing: its resources, and how they are shown. */
export interface ListedType {
  readonly collection: Collection;
  /** The resources as the answer shows them, in their order. */
  render(resources: readonly StoredItem[], projection: Projection): Promise<readonly JsonObject[]>;
}

/** A resource found, and where it stands in the list. */
interface Entry {
  readonly listed: ListedType;
  readonly resource: StoredItem;
  readonly key: SortKey;
}

/** Bytes of a page at most: a function's answer may have 6 MB, and Okta and others read no more than a few. */
const PAGE_BYTES = 4.5 * 1024 * 1024;

/**
 * Answers a listing of one resource type or of several: by index (RFC 7644 section 3.4.2.4) or by cursor (RFC 9865), filtered, sorted and
 * projected.
 * @throws ScimError 400 `invalidFilter`, `invalidValue`, `invalidCount`, `invalidCursor`, `expiredCursor`, `tooMany`; 403 `sensitive`
 */
export async function listResources(
  exchange: Exchange,
  types: readonly ListedType[],
  sent: ListQuery,
): Promise<Answer> {
  const query = types.reduce((result, { collection }) => rewriteQuery(exchange.profile, collection.type, result), sent);
  const projections = new Map(types.map((listed) => [listed, new Projection(listed.collection.type, query)]));
  const finder = finderOf(types, query, sent);
  const paging = new Paging(exchange, types, query);
  const page = await paging.page(finder);
  const shown: JsonObject[] = [];
  for (const listed of types) {
    const resources = page.entries.filter((entry) => entry.listed === listed).map(({ resource }) => resource);
    const projection = projections.get(listed);
    if (resources.length > 0 && projection !== undefined) shown.push(...(await listed.render(resources, projection)));
  }
  const inOrder = types.length > 1 ? sortedLike(page.entries, shown) : shown;
  const fitting = paging.backward ? fittingInto([...inOrder].reverse()).reverse() : fittingInto(inOrder);
  return jsonAnswer(200, listResponse(fitting, paging.info(page, fitting.length)));
}

function sortedLike(entries: readonly Entry[], shown: readonly JsonObject[]): readonly JsonObject[] {
  const byId = new Map(shown.map((resource) => [asText(resource['id']), resource]));
  return entries.map(({ resource }) => byId.get(resource.id)).filter((resource) => resource !== undefined);
}

/** @throws ScimError 400 that also says how a filter was read, where that is not how it was sent: its positions are those of the text that was read */
function finderOf(types: readonly ListedType[], query: ListQuery, sent: ListQuery): Finder {
  try {
    return new Finder(types, query);
  } catch (error) {
    const isAsSent = query.filter === undefined || query.filter === sent.filter;
    if (isAsSent || !(error instanceof ScimError) || error.scimType !== 'invalidFilter') throw error;
    throw badRequest('invalidFilter', `${error.message} The filter was read as: ${query.filter}`);
  }
}

/** As many of the resources as a page has room for, from the first one on; always one. */
function fittingInto(resources: readonly JsonObject[]): JsonObject[] {
  let used = 0;
  const tooFar = resources.findIndex((resource, index) => {
    used += Buffer.byteLength(JSON.stringify(resource)) + 1;
    return used > PAGE_BYTES && index > 0;
  });
  return tooFar === -1 ? [...resources] : resources.slice(0, tooFar);
}

/** Finds resources of several types in one order: by sort key, then by type, then by id. */
class Finder {
  private readonly filters: readonly BoundFilter[] | undefined;
  private all: Promise<readonly Entry[]> | undefined;

  constructor(
    private readonly types: readonly ListedType[],
    private readonly query: ListQuery,
  ) {
    const resourceTypes = types.map(({ collection }) => collection.type);
    this.filters = query.filter === undefined ? undefined : bindFilterAcross(parseFilter(query.filter), resourceTypes);
    const { sort } = query;
    if (sort !== undefined && resourceTypes.every((type) => sortTarget(type, sort) === undefined)) {
      throw badRequest('invalidValue', `There is no attribute "${sort.by}" to sort by.`);
    }
  }

  async total(): Promise<number> {
    if (this.inCreationOrder) {
      const counts = await Promise.all(this.types.map(({ collection }) => collection.count()));
      return counts.reduce((sum, count) => sum + count, 0);
    }
    return (await this.matching()).length;
  }

  /** Entries from an index that counts from 1. */
  async from(startIndex: number, count: number): Promise<readonly Entry[]> {
    if (!this.inCreationOrder) return (await this.matching()).slice(startIndex - 1, startIndex - 1 + count);
    const entries: Entry[] = [];
    let first = startIndex;
    for (const listed of this.types) {
      const found = await listed.collection.from(first, count - entries.length);
      entries.push(...found.map((resource) => entry(listed, resource)));
      if (this.types.length === 1 || entries.length === count) break;
      first = entries.length > 0 ? 1 : Math.max(1, first - (await listed.collection.count()));
    }
    return entries;
  }

  /** Entries behind a position or before it; all of them from the beginning without one. */
  async beside(position: Position | undefined, count: number): Promise<readonly Entry[]> {
    const backward = position?.backward === true;
    if (!this.inCreationOrder) {
      const entries = await this.matching();
      if (position === undefined) return entries.slice(0, count);
      const beyond = entries.filter(
        (candidate) => this.comesAfter(candidate, position) !== backward && !isAt(candidate, position),
      );
      return backward ? beyond.slice(-count) : beyond.slice(0, count);
    }
    const types = backward ? [...this.types].reverse() : this.types;
    const start = types.findIndex(({ collection }) => collection.type.name === position?.type);
    const entries: Entry[] = [];
    for (const listed of types.slice(Math.max(0, start))) {
      const id = listed.collection.type.name === position?.type ? position.id : undefined;
      const found = await listed.collection.beside(id, count - entries.length, backward);
      const more = found.map((resource) => entry(listed, resource));
      if (backward) entries.unshift(...more);
      else entries.push(...more);
      if (entries.length === count) break;
    }
    return entries;
  }

  /** Without a filter and a sort order the table itself is in order. */
  private get inCreationOrder(): boolean {
    return this.filters === undefined && this.query.sort === undefined;
  }

  private matching(): Promise<readonly Entry[]> {
    this.all ??= this.findMatching();
    return this.all;
  }

  private async findMatching(): Promise<readonly Entry[]> {
    const { sort } = this.query;
    const found = await Promise.all(
      this.types.map(async (listed, index) => {
        const { type } = listed.collection;
        const target = sort === undefined ? undefined : sortTarget(type, sort);
        const resources = await listed.collection.matching(this.filters?.[index]);
        return resources.map((resource) => entry(listed, resource, sortKey(target, toResource(type, resource, ''))));
      }),
    );
    const entries = found.flat();
    return sort === undefined ? entries : entries.sort((a, b) => this.compare(a, b));
  }

  private comesAfter(candidate: Entry, position: Position): boolean {
    const listed = this.types.find(({ collection }) => collection.type.name === position.type);
    if (listed === undefined) return false;
    return (
      this.compare(candidate, { listed, resource: { ...candidate.resource, id: position.id }, key: position.key }) > 0
    );
  }

  private compare(left: Entry, right: Entry): number {
    const { sort } = this.query;
    const byKey = sort === undefined ? 0 : compareSortKeys(left.key, right.key, sort.descending);
    const byType = this.types.indexOf(left.listed) - this.types.indexOf(right.listed);
    return (
      byKey || byType || (left.resource.id < right.resource.id ? -1 : Number(left.resource.id > right.resource.id))
    );
  }
}

function entry(listed: ListedType, resource: StoredItem, key: SortKey = null): Entry {
  return { listed, resource, key };
}

function isAt({ listed, resource }: Entry, { type, id }: Position): boolean {
  return listed.collection.type.name === type && resource.id === id;
}

interface FoundPage {
  readonly entries: readonly Entry[];
  readonly total: number;
  /** Whether there is more before the page and behind it. */
  readonly before: boolean;
  readonly behind: boolean;
}

/** Which page is asked for, by index or by cursor, and how the client gets to its neighbours. */
class Paging {
  private readonly cursor: Cursor | undefined;
  private readonly count: number;
  private readonly key: Buffer;
  private readonly binding: string;

  constructor(
    { connection }: Exchange,
    types: readonly ListedType[],
    private readonly query: ListQuery,
  ) {
    const { filter, sort, cursor, count } = query;
    const names = types.map(({ collection }) => collection.type.name);
    this.key = Buffer.from(connection.cursorKey, 'base64url');
    this.binding = JSON.stringify([names, filter ?? null, sort?.by.toLowerCase() ?? null, sort?.descending ?? null]);
    this.cursor = cursor === undefined || cursor === '' ? undefined : openCursor(this.key, this.binding, cursor);
    if (this.cursor !== undefined && count !== undefined && count !== this.cursor.count) {
      throw badRequest('invalidCount', `This cursor gives pages of ${this.cursor.count}; "count" must stay the same.`);
    }
    this.count = this.cursor?.count ?? count ?? LIMITS.defaultPage;
  }

  async page(finder: Finder): Promise<FoundPage> {
    const { startIndex } = this.query;
    const { backward } = this;
    // One more than wanted tells whether there is a next page.
    const [total, found] = await Promise.all([
      finder.total(),
      this.byCursor
        ? finder.beside(this.cursor?.position, this.count === 0 ? 0 : this.count + 1)
        : finder.from(startIndex, this.count),
    ]);
    const beyond = found.length > this.count;
    if (backward) return { entries: beyond ? found.slice(1) : found, total, before: beyond, behind: true };
    return { entries: found.slice(0, this.count), total, before: this.cursor !== undefined, behind: beyond };
  }

  /** @param shown how many of the page's entries the answer has room for: the first ones, going backward the last */
  info({ entries, total, before, behind }: FoundPage, shown: number): PageInfo {
    if (!this.byCursor) return { totalResults: total, startIndex: this.query.startIndex };
    const [from, to] = this.backward ? [entries.length - shown, entries.length] : [0, shown];
    const [first, last] = [entries[from], entries[to - 1]];
    const hasNext = behind || to < entries.length;
    const hasPrevious = before || from > 0;
    return {
      totalResults: total,
      ...(hasNext && last !== undefined ? { nextCursor: this.seal(last, false) } : {}),
      ...(hasPrevious && first !== undefined ? { previousCursor: this.seal(first, true) } : {}),
    };
  }

  /** Whether the page ends before the cursor's place. */
  get backward(): boolean {
    return this.cursor?.position.backward === true;
  }

  private get byCursor(): boolean {
    return this.query.cursor !== undefined;
  }

  private seal({ listed, resource, key }: Entry, backward: boolean): string {
    const position = { type: listed.collection.type.name, id: resource.id, key, backward };
    return sealCursor(this.key, this.binding, { position, count: this.count });
  }
}
