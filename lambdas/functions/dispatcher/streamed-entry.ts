import type { DynamoDBRecord } from 'aws-lambda';
import { failureEntryFromItem } from '../../../directory/log/failure-entry';
import type { StreamedEntry } from '../../../directory/notices/failure-collection';
import { readKey } from '../../../directory/store/key-meaning';
import { imagesOf } from '../../runtime/stream-records';

/** Returns the new failure or success entry of a stream record; undefined for any other record. */
export function streamedEntryOf(
  record: DynamoDBRecord,
): (StreamedEntry & { readonly connection: string }) | undefined {
  const item = imagesOf(record).after;
  if (item === undefined || record.eventName !== 'INSERT') return undefined;
  if (item['entry'] !== 'failure' && item['entry'] !== 'success') return undefined;
  const { connection } = readKey(item);
  const { eventSourceARN: stream = '' } = record;
  const sequence = record.dynamodb?.SequenceNumber ?? '';
  const isSuccess = item['entry'] === 'success';
  const entry = isSuccess ? 'success' : failureEntryFromItem(connection, item);
  return { connection, stream, sequence, entry };
}
