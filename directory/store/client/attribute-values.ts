import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import type { ItemValue, Key } from '../item';

/*
 * Converts values to DynamoDB's form and back: the kinds of values that items of this table have.
 * The SDK's converter knows more kinds and takes several times as long.
 */

/** A value as DynamoDB and its stream return it. */
interface StoredValue {
  readonly S?: string | undefined;
  readonly N?: string | undefined;
  readonly BOOL?: boolean | undefined;
  readonly NULL?: boolean | undefined;
  readonly L?: readonly StoredValue[] | undefined;
  readonly SS?: readonly string[] | undefined;
  readonly M?: Readonly<Record<string, StoredValue>> | undefined;
}

/** Returns the key of an item in DynamoDB's form. */
export function marshallKey({ pk, sk }: Key): Record<string, AttributeValue> {
  return { pk: { S: pk }, sk: { S: sk } };
}

/** Returns an item in DynamoDB's form. */
export function marshall(
  item: Readonly<Record<string, ItemValue | ReadonlySet<string>>>,
): Record<string, AttributeValue> {
  const marshalled: Record<string, AttributeValue> = {};
  for (const name of Object.keys(item)) {
    const value = item[name];
    if (value !== undefined) marshalled[name] = toAttribute(value);
  }
  return marshalled;
}

function toAttribute(value: ItemValue | ReadonlySet<string>): AttributeValue {
  switch (typeof value) {
    case 'string':
      return { S: value };
    case 'number':
      return { N: String(value) };
    case 'boolean':
      return { BOOL: value };
    default:
      if (value === null) return { NULL: true };
      if (isList(value)) return { L: value.map(toAttribute) };
      if (isSet(value)) return { SS: [...value] };
      return { M: marshall(value) };
  }
}

/** Returns an item in DynamoDB's form as plain values. Sets become lists. */
export function unmarshall(item: Readonly<Record<string, StoredValue>>): Record<string, ItemValue> {
  const plain: Record<string, ItemValue> = {};
  for (const name of Object.keys(item)) {
    const value = item[name];
    // Almost all attributes are texts.
    if (value !== undefined) plain[name] = value.S ?? fromAttribute(value);
  }
  return plain;
}

/** @throws Error for binary values and sets of numbers, which no item of the table has */
function fromAttribute(value: StoredValue): ItemValue {
  if (value.S !== undefined) return value.S;
  if (value.N !== undefined) return Number(value.N);
  if (value.BOOL !== undefined) return value.BOOL;
  if (value.NULL !== undefined) return null;
  if (value.L !== undefined) return value.L.map(fromAttribute);
  if (value.SS !== undefined) return value.SS;
  if (value.M !== undefined) return unmarshall(value.M);
  throw new Error(`The table has no values of the type ${Object.keys(value).join()}.`);
}

function isList(value: object): value is readonly ItemValue[] {
  return Array.isArray(value);
}

function isSet(value: object): value is ReadonlySet<string> {
  return value instanceof Set;
}
