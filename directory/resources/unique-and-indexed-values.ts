import { moreValues } from '../../scim/errors/value-errors';
import { leafAttribute } from '../../scim/filter/bind';
import { comparable } from '../../scim/filter/compare';
import { valuesAt } from '../../scim/filter/evaluate';
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

/** An attribute whose values have items of their own, so that filters find them by key. */
export interface IndexedAttribute {
  /** The path, as `describeTarget` returns it, such as `emails.value`. */
  readonly name: string;
  readonly target: Target;
  /** Whether no two resources of a connection may have the same value. */
  readonly unique: boolean;
}

/** The indexed attributes of a resource type. */
export type IndexedAttributes = readonly IndexedAttribute[];

/**
 * The most values of an indexed attribute, which in practice are the email addresses of a user.
 * Each value is an item that is written in the user's transaction of at most 100 writes, and a
 * change may remove as many values as it adds.
 */
const MAXIMUM_INDEXED_VALUES = 40;

/** The indexed attributes of users. */
export const INDEXED_USER_ATTRIBUTES: IndexedAttributes = [
  indexed(USER, 'userName', true),
  indexed(USER, 'externalId', false),
  indexed(USER, 'emails.value', false),
];

/**
 * Returns the indexed attributes of groups.
 * @param uniqueNames whether `displayName` is unique among the groups of a connection
 */
export function indexedGroupAttributes(uniqueNames: boolean): IndexedAttributes {
  return [indexed(GROUP, 'displayName', uniqueNames), indexed(GROUP, 'externalId', false)];
}

function indexed(type: ResourceType, path: string, unique: boolean): IndexedAttribute {
  const target = type.resolve(path);
  if (target?.attribute === undefined) throw new Error(`${type.name} has no attribute ${path}.`);
  return { name: describeTarget(target), target, unique };
}

/** Returns the indexed form of a value: case-folded, unless the attribute is `caseExact`. */
export function toKeyForm({ target }: IndexedAttribute, value: string): string {
  return comparable(leafAttribute(target), value);
}

/**
 * Creates the writes that update a resource's indexed values when its attributes change.
 * @param before undefined if the resource is created
 * @param after undefined if the resource is deleted
 * @throws ScimError 400 `invalidValue` if an attribute has more values than a transaction can index
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
    const had = partitionsOf(connection, type, attribute, before);
    const has = partitionsOf(connection, type, attribute, after);
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

/** A write of one indexed value. */
export interface ValueWrite {
  /** The attribute that is not unique if the write's condition fails. */
  readonly attribute: IndexedAttribute;
  readonly write: Write;
}

function valuePut(pk: string, { unique }: IndexedAttribute, id: string): Write {
  return unique ? { put: { pk, sk: UNIQUE, id }, condition: ABSENT } : { put: { pk, sk: id } };
}

function partitionsOf(
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
