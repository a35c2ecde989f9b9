import { unmarshall } from '@aws-sdk/util-dynamodb';
import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import type { DynamoDBRecord } from 'aws-lambda';
import type { StreamedEntry } from '../../directory/digest';
import { isItem } from '../../directory/item';
import { readKey } from '../../directory/keys';
import { entryFrom } from '../../directory/log-entry';

/** An entry of a connection's log, when a record of the table's stream is one. */
export function streamedEntry({
  dynamodb,
}: DynamoDBRecord): (StreamedEntry & { readonly connection: string }) | undefined {
  // The types of Lambda's event and of the SDK describe the same JSON.
  const image = dynamodb?.NewImage as Record<string, AttributeValue> | undefined;
  if (image?.['entry'] === undefined) return undefined;
  const item = unmarshall(image);
  if (!isItem(item)) return undefined;
  const { connection } = readKey(item);
  const sequence = dynamodb?.SequenceNumber ?? '';
  return { connection, sequence, entry: item['entry'] === 'success' ? 'success' : entryFrom(connection, item) };
}
