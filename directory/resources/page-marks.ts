import type { ResourceTypeName } from '../../scim/schema/resource-type';
import { numberOf, textOf } from '../store/item';
import { pageMarkPartition } from '../store/keys';
import { pageMarkSort } from '../store/key-texts';
import type { QueryOptions } from '../store/query';
import type { Tenant } from './tenant';

/** Seconds that a mark is valid. A crawl that pauses longer reads from the start again. */
const LIFETIME_SECONDS = 3600;

/** The place of a resource in the order of creation. */
export interface PageMark {
  /** 1-based. */
  readonly index: number;
  readonly id: string;
}

/**
 * The places where pages of a listing ended. RFC 7644 section 3.4.2.4 pages by index, but no index
 * of the table knows positions. With marks, a client that reads page after page pays for one page
 * at any `startIndex` and continues after the last resource it has seen. Deletions since a mark was
 * made shift later positions, as in any listing by index.
 */
export class PageMarks {
  private readonly partition: string;

  constructor(
    private readonly tenant: Pick<Tenant, 'table' | 'connection'>,
    type: ResourceTypeName,
  ) {
    this.partition = pageMarkPartition(tenant.connection, type);
  }

  /** Starts to read the last mark before an index. */
  start(index: number): void {
    this.tenant.table.prefetchQuery(this.partition, optionsBefore(index));
  }

  /** Returns the last mark before an index. */
  async lastBefore(index: number): Promise<PageMark | undefined> {
    const { items } = await this.tenant.table.query(this.partition, optionsBefore(index));
    const [mark] = items;
    // DynamoDB may remove expired items days later.
    if (mark === undefined || numberOf(mark, 'ttl') < Date.now() / 1000) return undefined;
    return { index: Number(mark.sk), id: textOf(mark, 'id') };
  }

  /** Stores where a page ended. */
  async save({ index, id }: PageMark): Promise<void> {
    const ttl = Math.ceil(Date.now() / 1000) + LIFETIME_SECONDS;
    await this.tenant.table.write([
      { put: { pk: this.partition, sk: pageMarkSort(index), id, ttl } },
    ]);
  }
}

function optionsBefore(index: number): QueryOptions {
  const between = [pageMarkSort(0), pageMarkSort(index - 1)] as const;
  return { between, backward: true, limit: 1, eventual: true };
}
