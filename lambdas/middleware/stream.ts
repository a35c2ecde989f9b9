import type { DynamoDBRecord } from 'aws-lambda';
import type { Key } from '../../directory/item';

/** The key of the item that a record of the table's stream is about; none for a record without one. */
export function keyOf({ dynamodb }: DynamoDBRecord): readonly Key[] {
  const [pk, sk] = [dynamodb?.Keys?.['pk']?.S, dynamodb?.Keys?.['sk']?.S];
  return pk === undefined || sk === undefined ? [] : [{ pk, sk }];
}
