import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import { unmarshall } from '@aws-sdk/util-dynamodb';
import type { DynamoDBRecord } from 'aws-lambda';
import { isItem, type Item, type Key } from '../../directory/store/item';

/** The key of the item that a record of the table's stream is about; none for a record without one. */
export function keyOf({ dynamodb }: DynamoDBRecord): readonly Key[] {
  const [pk, sk] = [dynamodb?.Keys?.['pk']?.S, dynamodb?.Keys?.['sk']?.S];
  return pk === undefined || sk === undefined ? [] : [{ pk, sk }];
}

/** An item as a record of the table's stream has it, before and after the change that it tells of; undefined where there was none, or is none. */
export function imagesOf({ dynamodb }: DynamoDBRecord): { readonly before?: Item; readonly after?: Item } {
  const [before, after] = [itemOf(dynamodb?.OldImage), itemOf(dynamodb?.NewImage)];
  return { ...(before === undefined ? {} : { before }), ...(after === undefined ? {} : { after }) };
}

type Image = NonNullable<NonNullable<DynamoDBRecord['dynamodb']>['NewImage']>;

function itemOf(image: Image | undefined): Item | undefined {
  if (image === undefined) return undefined;
  // The types of Lambda's event and of the SDK describe the same JSON, but for binary values, of which this table has none.
  const item = unmarshall(image as Record<string, AttributeValue>);
  return isItem(item) ? item : undefined;
}
