import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import { unmarshall } from '@aws-sdk/util-dynamodb';
import type { DynamoDBRecord } from 'aws-lambda';
import { isItem, type Item, type Key } from '../../directory/store/item';

/** Returns the key of a stream record's item; empty for a record without a key. */
export function keyOf({ dynamodb }: DynamoDBRecord): readonly Key[] {
  const [pk, sk] = [dynamodb?.Keys?.['pk']?.S, dynamodb?.Keys?.['sk']?.S];
  return pk === undefined || sk === undefined ? [] : [{ pk, sk }];
}

/** Returns the item before and after the change; undefined where it did not or does not exist. */
export function imagesOf({ dynamodb }: DynamoDBRecord): {
  readonly before?: Item;
  readonly after?: Item;
} {
  const [before, after] = [itemOf(dynamodb?.OldImage), itemOf(dynamodb?.NewImage)];
  return {
    ...(before === undefined ? {} : { before }),
    ...(after === undefined ? {} : { after }),
  };
}

type Image = NonNullable<NonNullable<DynamoDBRecord['dynamodb']>['NewImage']>;

function itemOf(image: Image | undefined): Item | undefined {
  if (image === undefined) return undefined;
  // Lambda's types and the SDK's describe the same JSON, apart from binary values, which this table
  // does not have.
  const item = unmarshall(image as Record<string, AttributeValue>);
  return isItem(item) ? item : undefined;
}
