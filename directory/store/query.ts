import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import { marshall } from './client/attribute-values';
import type { Input } from './client/dynamodb';
import type { Item, Key } from './item';
import type { INVERSE_INDEX } from './keys';

/** Options for a query. */
export interface QueryOptions {
  /** Queries the index instead of the table. */
  readonly index?: typeof INVERSE_INDEX;
  /** Key to resume after, as an earlier page returned it. */
  readonly after?: Key | undefined;
  /** Range of sort keys, both ends inclusive. */
  readonly between?: readonly [string, string] | undefined;
  readonly limit?: number;
  /** Whether the read may be eventually consistent, at half the price. */
  readonly eventual?: boolean;
  /** Whether the order is reversed. */
  readonly backward?: boolean;
}

/** A page of a query. */
export interface QueryPage {
  readonly items: readonly Item[];
  /** Key to resume after; undefined on the last page. */
  readonly next: PageKey | undefined;
}

/** Key of an item, with its key in the index if the index was queried. */
export type PageKey = Item;

/** Returns the input of a query. */
export function toQueryInput(
  table: string,
  partition: string,
  options: QueryOptions,
): Input<'Query'> {
  const { index, after, between } = options;
  const [partitionKey, sortKey] = index === undefined ? ['pk', 'sk'] : ['gsi1pk', 'gsi1sk'];
  const range = between === undefined ? '' : ' AND #sk BETWEEN :from AND :to';
  const values: Record<string, AttributeValue> = { ':pk': { S: partition } };
  if (between !== undefined) {
    values[':from'] = { S: between[0] };
    values[':to'] = { S: between[1] };
  }
  return {
    TableName: table,
    IndexName: index,
    ConsistentRead: index === undefined && options.eventual !== true,
    KeyConditionExpression: `#pk = :pk${range}`,
    ExpressionAttributeNames: {
      '#pk': partitionKey,
      ...(between === undefined ? {} : { '#sk': sortKey }),
    },
    ExpressionAttributeValues: values,
    ExclusiveStartKey: after === undefined ? undefined : marshall({ ...after }),
    Limit: options.limit,
    ScanIndexForward: options.backward !== true,
  };
}
