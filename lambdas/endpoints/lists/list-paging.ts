import { invalidCount } from '../../../scim/errors/filter-errors';
import { LIMITS } from '../../../scim/limits';
import { openCursor, sealCursor, type Cursor } from '../../../scim/list/cursor';
import type { PageInfo } from '../../../scim/list/list-response';
import type { ListQuery } from '../../../scim/list/query';
import type { RequestContext } from '../../http/request-context';
import type { ListFinder } from './list-finder';
import type { ListedType, ListEntry } from './listed-type';

/** A page that was found, before it is shortened to fit into an answer. */
export interface FoundPage {
  readonly entries: readonly ListEntry[];
  readonly total: number;
  readonly hasPrevious: boolean;
  readonly hasNext: boolean;
}

/**
 * Decides which page a client asked for, by index (RFC 7644 section 3.4.2.4) or by cursor (RFC
 * 9865), and creates the cursors of its neighbors.
 */
export class ListPaging {
  private readonly cursor: Cursor | undefined;
  private readonly count: number;
  private readonly key: Buffer;
  private readonly binding: string;

  /** @throws ScimError 400 `invalidCursor`, `expiredCursor`, `invalidCount` */
  constructor(
    { connection }: RequestContext,
    types: readonly ListedType[],
    private readonly query: ListQuery,
  ) {
    const { filter, sort, cursor, count } = query;
    const names = types.map(({ collection }) => collection.type.name);
    this.key = Buffer.from(connection.cursorKey, 'base64url');
    this.binding = JSON.stringify([
      names,
      filter ?? null,
      sort?.by.toLowerCase() ?? null,
      sort?.descending ?? null,
    ]);
    this.cursor =
      cursor === undefined || cursor === ''
        ? undefined
        : openCursor(this.key, this.binding, cursor);
    if (this.cursor !== undefined && count !== undefined && count !== this.cursor.count) {
      throw invalidCount(
        `This cursor is for pages of ${this.cursor.count}; "count" must stay the same.`,
      );
    }
    this.count = this.cursor?.count ?? count ?? LIMITS.defaultPage;
  }

  /** Finds the page. */
  async page(finder: ListFinder): Promise<FoundPage> {
    // One entry more than the page shows whether there is another page.
    const [total, found] = await Promise.all([
      finder.total(),
      this.isByCursor
        ? finder.around(this.cursor?.position, this.count === 0 ? 0 : this.count + 1)
        : finder.from(this.query.startIndex, this.count),
    ]);
    const hasMore = found.length > this.count;
    if (this.backward) {
      const entries = hasMore ? found.slice(1) : found;
      return { entries, total, hasPrevious: hasMore, hasNext: true };
    }
    const hasPrevious = this.cursor !== undefined;
    return { entries: found.slice(0, this.count), total, hasPrevious, hasNext: hasMore };
  }

  /**
   * Returns the page's position in the list.
   * @param shown how many entries fit into the answer: the first ones, or the last ones backward
   */
  info({ entries, total, hasPrevious, hasNext }: FoundPage, shown: number): PageInfo {
    if (!this.isByCursor) return { totalResults: total, startIndex: this.query.startIndex };
    const [from, to] = this.backward ? [entries.length - shown, entries.length] : [0, shown];
    const [first, last] = [entries[from], entries[to - 1]];
    const isFollowed = hasNext || to < entries.length;
    const isPreceded = hasPrevious || from > 0;
    return {
      totalResults: total,
      ...(isFollowed && last !== undefined ? { nextCursor: this.seal(last, false) } : {}),
      ...(isPreceded && first !== undefined ? { previousCursor: this.seal(first, true) } : {}),
    };
  }

  /** Whether the page ends before the cursor's position. */
  get backward(): boolean {
    return this.cursor?.position.backward === true;
  }

  private get isByCursor(): boolean {
    return this.query.cursor !== undefined;
  }

  private seal({ listed, resource, key }: ListEntry, backward: boolean): string {
    const position = { type: listed.collection.type.name, id: resource.id, key, backward };
    return sealCursor(this.key, this.binding, { position, count: this.count });
  }
}
