import type { DynamoDBRecord } from 'aws-lambda';
import type { ItemChange } from '../../events/item-change';
import { unmarshall } from '../../directory/store/client/attribute-values';
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

/** Returns a stream record as a change to an item; empty for a record without a key. */
export function changeOf(record: DynamoDBRecord): readonly ItemChange[] {
  const { eventSourceARN: stream = '', eventID: id = '', dynamodb } = record;
  const time = timeOf(dynamodb?.ApproximateCreationDateTime).toISOString();
  const images = imagesOf(record);
  return keyOf(record).map((key) => ({ id: `${stream} ${id}`, key, ...images, time }));
}

/** Lambda passes on seconds since the epoch; the clients of local engines make them a date. */
function timeOf(time: number | string | undefined): Date {
  if (time === undefined) return new Date();
  return new Date(typeof time === 'number' ? time * 1000 : time);
}

type Image = NonNullable<NonNullable<DynamoDBRecord['dynamodb']>['NewImage']>;

function itemOf(image: Image | undefined): Item | undefined {
  if (image === undefined) return undefined;
  const item = unmarshall(image);
  return isItem(item) ? item : undefined;
}
