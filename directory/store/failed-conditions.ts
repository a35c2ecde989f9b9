import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import { unmarshall } from './client/attribute-values';
import type { DynamoDBError } from './client/dynamodb';
import { isItem, type Item } from './item';
import type { Write } from './write';

/** A write whose condition failed. */
export interface FailedCondition {
  /** Position of the write among the writes of the call. */
  readonly index: number;
  /** The item that failed the condition; undefined if it does not exist. */
  readonly item: Item | undefined;
}

/**
 * Returns the failed condition of a single write.
 * @param error a ConditionalCheckFailedException
 * @returns undefined if the write took effect: its answer was lost, it was repeated, and the
 *   repetition found the item that the first attempt had written
 */
export function failedCondition(write: Write, error: DynamoDBError): FailedCondition | undefined {
  const item = error.item === undefined ? undefined : toItem(error.item);
  return item !== undefined && hasVersionOf(write, item) ? undefined : { index: 0, item };
}

/** Returns the failed conditions of a transaction. @param error a TransactionCanceledException */
export function failedConditions({ reasons }: DynamoDBError): readonly FailedCondition[] {
  return reasons.flatMap((reason, index) => {
    if (reason.Code !== 'ConditionalCheckFailed') return [];
    return [{ index, item: reason.Item === undefined ? undefined : toItem(reason.Item) }];
  });
}

/**
 * Returns whether a canceled transaction may succeed when repeated: it conflicted with another one
 * or was throttled.
 * @param error a TransactionCanceledException
 */
export function isTransientCancellation({ reasons }: DynamoDBError): boolean {
  return reasons.every(({ Code: code = 'None' }) => TRANSIENT_REASONS.has(code));
}

/** https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_TransactWriteItems.html */
const TRANSIENT_REASONS = new Set([
  'None',
  'TransactionConflict',
  'ProvisionedThroughputExceeded',
  'ThrottlingError',
]);

/** Returns an item as plain values. @throws Error if it has no key */
export function toItem(attributes: Readonly<Record<string, AttributeValue>>): Item {
  const item = unmarshall(attributes);
  if (!isItem(item)) throw new Error('The table returned an item without a key.');
  return item;
}

/** Returns whether an item was written by this write. No version is issued twice. */
function hasVersionOf(write: Write, item: Item): boolean {
  const written =
    'put' in write ? write.put['version'] : 'update' in write ? write.set?.['version'] : undefined;
  return written !== undefined && written === item['version'];
}
