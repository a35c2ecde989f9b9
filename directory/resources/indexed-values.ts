import { moreValues } from '../../scim/errors/value-errors';
import { leafAttribute, valuesAt } from '../../scim/filter/bind';
import { comparable } from '../../scim/filter/compare';
import { asText } from '../../scim/json';
import type { Attributes } from '../../scim/resource/parse';
import {
  describeTarget,
  GROUP,
  USER,
  type ResourceType,
  type Target,
} from '../../scim/schema/resource-type';
import { UNIQUE, valuePartition } from '../store/keys';
import { ABSENT, type Write } from '../store/write';

/** An attribute that is found by key. */
export interface IndexedAttribute {
  /** As `describeTarget` writes it: `emails.value`. */
  readonly name: string;
  readonly target: Target;
  readonly unique: boolean;
}

/** Which attributes of a type are found by key, and which of them no two resources may share. */
export type IndexedAttributes = readonly IndexedAttribute[];

/**
 * The most values of an indexed attribute, that is e-mail addresses of a user: each is an item written in the same transaction as the user, and a transaction takes 100
 * writes; a change may have to remove as many as it adds.
 */
const MAXIMUM_INDEXED_VALUES = 40;

export const INDEXED_USER_ATTRIBUTES: IndexedAttributes = [
  indexed(USER, 'userName', true),
  indexed(USER, 'externalId', false),
  indexed(USER, 'emails.value', false),
];

/** @param uniqueNames whether two groups of a connection may not share a `displayName` */
export function indexedGroupAttributes(uniqueNames: boolean): IndexedAttributes {
  return [indexed(GROUP, 'displayName', uniqueNames), indexed(GROUP, 'externalId', false)];
}

function indexed(type: ResourceType, path: string, unique: boolean): IndexedAttribute {
  const target = type.resolve(path);
  if (target?.attribute === undefined) throw new Error(`${type.name} has no attribute ${path}`);
  return { name: describeTarget(target), target, unique };
}

/** The form of a value that is looked up. */
export function toKeyForm({ target }: IndexedAttribute, value: string): string {
  return comparable(leafAttribute(target), value);
}

/**
 * The writes that bring a resource's unique and indexed values from one state of the resource to another. Each names, for
 * its condition, the attribute that would not be unique.
 * @throws ScimError 400 `invalidValue` for more values than a transaction can index
 */
export function valueWrites(
  connection: string,
  type: ResourceType,
  indexedAttributes: IndexedAttributes,
  id: string,
  before: Attributes | undefined,
  after: Attributes | undefined,
): readonly ValueWrite[] {
  return indexedAttributes.flatMap((attribute) => {
    const had = partitions(connection, type, attribute, before);
    const has = partitions(connection, type, attribute, after);
    if (has.size > MAXIMUM_INDEXED_VALUES) {
      throw moreValues(attribute.name, MAXIMUM_INDEXED_VALUES);
    }
    const sk = attribute.unique ? UNIQUE : id;
    return [
      ...[...had]
        .filter((pk) => !has.has(pk))
        .map((pk) => ({ attribute, write: { delete: { pk, sk } } })),
      ...[...has]
        .filter((pk) => !had.has(pk))
        .map((pk) => ({ attribute, write: valuePut(pk, attribute, id) })),
    ];
  });
}

export interface ValueWrite {
  readonly attribute: IndexedAttribute;
  readonly write: Write;
}

function valuePut(pk: string, { unique }: IndexedAttribute, id: string): Write {
  return unique ? { put: { pk, sk: UNIQUE, id }, condition: ABSENT } : { put: { pk, sk: id } };
}

function partitions(
  connection: string,
  type: ResourceType,
  attribute: IndexedAttribute,
  attributes: Attributes | undefined,
): ReadonlySet<string> {
  const values = attributes === undefined ? [] : valuesAt(attributes, attribute.target);
  const texts = values.map(asText).filter((text) => text !== '');
  return new Set(
    texts.map((text) =>
      valuePartition(connection, type.name, attribute.name, toKeyForm(attribute, text)),
    ),
  );
}
