import { isObject, parseJson, type JsonObject } from '../../scim/json';
import { numberOf, textOf, type Item } from '../store/item';
import { requestPartition } from '../store/keys';

/** The result of one operation of a request. */
export interface OperationResult {
  /** The transaction: id of the request. */
  readonly txn: string;
  /** Index of the operation in a bulk request; undefined for any other request. */
  readonly index: number | undefined;
  /** Endpoint of the operation, such as `Users`; empty if its path has none. */
  readonly endpoint: string;
  /** The operation as the response to a bulk request describes it (RFC 7644 section 3.7.3). */
  readonly operation: JsonObject;
  /** RFC 3339: when it was performed. */
  readonly at: string;
}

/** What is known of a request. */
export interface Outcome {
  readonly isBulk: boolean;
  /** Whether all operations have results. */
  readonly isComplete: boolean;
  /** The results so far, in the order of the operations. */
  readonly results: readonly OperationResult[];
}

/** Creates the item of a request that was accepted. @param expires seconds since the epoch */
export function headerItem(
  connection: string,
  {
    txn,
    operations,
    expires,
  }: {
    readonly txn: string;
    readonly operations: number | undefined;
    readonly expires: number;
  },
): Item {
  return {
    pk: requestPartition(connection),
    sk: txn,
    ...(operations === undefined ? {} : { operations }),
    ttl: expires,
  };
}

/** Creates the item of a result. The stream's reader recognizes it by `entry`. */
export function resultItem(
  connection: string,
  { txn, index, endpoint, operation, at, expires }: OperationResult & { readonly expires: number },
): Item {
  return {
    pk: requestPartition(connection),
    sk: `${txn}#${String(index ?? 0).padStart(6, '0')}`,
    entry: 'result',
    txn,
    ...(index === undefined ? {} : { index }),
    endpoint,
    operation: JSON.stringify(operation),
    at,
    ttl: expires,
  };
}

/** Returns where the items of a request are. */
export function resultRange(
  connection: string,
  txn: string,
): { readonly pk: string; readonly between: readonly [string, string] } {
  return { pk: requestPartition(connection), between: [txn, `${txn}#~`] };
}

/** Reads the item of a result; undefined if it is another item. */
export function resultFromItem(item: Item): OperationResult | undefined {
  if (item['entry'] !== 'result') return undefined;
  const operation = parseJson(textOf(item, 'operation'));
  return {
    txn: textOf(item, 'txn'),
    index: item['index'] === undefined ? undefined : numberOf(item, 'index'),
    endpoint: textOf(item, 'endpoint'),
    operation: isObject(operation) ? operation : {},
    at: textOf(item, 'at'),
  };
}

/** Reads the items of a request; undefined if there are none. */
export function outcomeFrom(items: readonly Item[]): Outcome | undefined {
  const header = items.find((item) => item['entry'] === undefined);
  if (header === undefined) return undefined;
  const results = items.flatMap((item) => resultFromItem(item) ?? []);
  const isBulk = header['operations'] !== undefined;
  const expected = isBulk ? numberOf(header, 'operations') : 1;
  return { isBulk, isComplete: results.length >= expected, results };
}

/** Returns the transaction of one operation (RFC 9967 section 2.5.1.2). */
export function operationTxn({ txn, index }: Pick<OperationResult, 'txn' | 'index'>): string {
  return index === undefined ? txn : `${txn}:${index}`;
}
