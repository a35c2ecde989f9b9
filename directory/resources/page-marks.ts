import type { ResourceTypeName } from '../../scim/schema/resource-type';
import { numberOf, textOf } from '../store/item';
import { pageMarkPartition, pageMarkSort } from '../store/keys';
import type { Tenant } from './tenant';

/** Seconds that a mark may be used for; a crawl that rests longer begins its walk anew. */
const LIFETIME_SECONDS = 3600;

/** A resource's place in the order of creation, counted from 1. */
export interface PageMark {
  readonly index: number;
  readonly id: string;
}

/**
 * Where pages of a listing ended, so that a page at any `startIndex` of a crawl costs one page (RFC 7644 section 3.4.2.4 pages by index, and no
 * index of the table knows positions). A crawl goes on behind what it has shown; what was deleted since a mark was made moves later
 * positions, as it does in any listing by index.
 */
export class PageMarks {
  private readonly partition: string;

  constructor(
    private readonly scope: Tenant,
    type: ResourceTypeName,
  ) {
    this.partition = pageMarkPartition(scope.connection, type);
  }

  /** The last place that is known before an index; undefined when there is none. */
  async lastBefore(index: number): Promise<PageMark | undefined> {
    const between = [pageMarkSort(0), pageMarkSort(index - 1)] as const;
    const { items } = await this.scope.table.query(this.partition, {
      between,
      backward: true,
      limit: 1,
      eventual: true,
    });
    const [mark] = items;
    // Expired items may stay for days before DynamoDB removes them.
    if (mark === undefined || numberOf(mark, 'ttl') < Date.now() / 1000) return undefined;
    return { index: Number(mark.sk), id: textOf(mark, 'id') };
  }

  /** Remembers where a page ended. */
  async save({ index, id }: PageMark): Promise<void> {
    const ttl = Math.ceil(Date.now() / 1000) + LIFETIME_SECONDS;
    await this.scope.table.write([
      { put: { pk: this.partition, sk: pageMarkSort(index), id, ttl } },
    ]);
  }
}
