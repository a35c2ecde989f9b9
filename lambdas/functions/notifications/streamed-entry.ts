import type { DynamoDBRecord } from 'aws-lambda';
import type { StreamedEntry } from '../../../directory/notices/failure-muting';
import { readKey } from '../../../directory/store/keys';
import { failureEntryFromItem } from '../../../directory/log/failure-entry';
import { imagesOf } from '../../runtime/stream-records';

/** An entry of a connection's log, when a record of the table's stream is one. */
export function streamedEntryOf(
  record: DynamoDBRecord,
): (StreamedEntry & { readonly connection: string }) | undefined {
  const item = imagesOf(record).after;
  if (item?.['entry'] === undefined) return undefined;
  const { connection } = readKey(item);
  const sequence = record.dynamodb?.SequenceNumber ?? '';
  return {
    connection,
    sequence,
    entry: item['entry'] === 'success' ? 'success' : failureEntryFromItem(connection, item),
  };
}
