import type { DynamoDBRecord } from 'aws-lambda';
import type { StreamedEntry } from '../../../directory/notices/digest';
import { readKey } from '../../../directory/store/keys';
import { failureFrom } from '../../../directory/log/failure-entry';
import { imagesOf } from '../../runtime/stream-records';

/** An entry of a connection's log, when a record of the table's stream is one. */
export function streamedEntry(record: DynamoDBRecord): (StreamedEntry & { readonly connection: string }) | undefined {
  const item = imagesOf(record).after;
  if (item?.['entry'] === undefined) return undefined;
  const { connection } = readKey(item);
  const sequence = record.dynamodb?.SequenceNumber ?? '';
  return { connection, sequence, entry: item['entry'] === 'success' ? 'success' : failureFrom(connection, item) };
}
