import { moreValues } from '../../scim/errors/value-errors';
import { leafAttribute } from '../../scim/filter/bind';
import { comparable } from '../../scim/filter/compare';
import { valuesAt } from '../../scim/filter/evaluate';
import { asText } from '../../scim/json';
import type { Attributes } from '../../scim/resource/parse';
import {
  GROUP,
  type IndexedAttribute,
  type IndexedAttributes,
  type ResourceType,
} from '../../scim/schema/resource-type';
import { textOf, type Item, type Key } from '../store/item';
import { UNIQUE, valuePartition } from '../store/keys';
import { idIn, sortKeyOf } from '../store/resource-ids';
import type { Table } from '../store/table';
import { ABSENT, type Check, type Write } from '../store/write';
import { formerKeyForm } from './former-key-form';
import type { FormerName } from './former-name';

/**
 * The most values of an indexed attribute, which in practice are the email addresses of a user.
 * Each value is an item that is written in the user's transaction of at most 100 writes, and a
 * change may remove as many values as it adds.
 */
const MAXIMUM_INDEXED_VALUES = 40;

/**
 * Returns the indexed attributes of groups.
 * @param uniqueNames whether `displayName` is unique among the groups of a connection
 */
export function indexedGroupAttributes(uniqueNames: boolean): IndexedAttributes {
  return GROUP.indexed.map((attribute) =>
    attribute.name === 'displayName' ? { ...attribute, unique: uniqueNames } : attribute,
  );
}

/** The forms of an indexed value in keys. */
export interface KeyForms {
  /** Case-folded and trimmed, unless the attribute is `caseExact`. */
  readonly current: string;
  /** The form of an earlier release, if it differs. */
  readonly former: string | undefined;
}

/** Returns the forms of a value in keys. */
export function keyFormsOf(attribute: IndexedAttribute, value: string): KeyForms {
  const leaf = leafAttribute(attribute.target);
  const current = comparable(leaf, value);
  return { current, former: formerKeyForm(leaf, value, current) };
}

/** An indexed value of a resource. */
export interface IndexedValue {
  readonly attribute: IndexedAttribute;
  /** The key of the item that leads to the resource. */
  readonly key: Key;
  /** The key of the item that an earlier release wrote, if it differs. */
  readonly formerKey: Key | undefined;
}

/** The parts of a resource that its indexed values follow from. */
export interface Indexable {
  readonly attributes: Attributes;
  readonly formerName?: FormerName | undefined;
}

/** Returns the texts of an indexed attribute. */
export function indexedTexts(
  { name, target }: IndexedAttribute,
  { attributes, formerName }: Indexable,
): readonly string[] {
  const texts = valuesAt(attributes, target).map(asText);
  return name === 'userName' && formerName !== undefined ? [...texts, formerName.from] : texts;
}

/** Returns the indexed values of a resource; none if there is no resource. */
export function indexedValues(
  connection: string,
  type: ResourceType,
  indexedAttributes: IndexedAttributes,
  id: string,
  resource: Indexable | undefined,
): readonly IndexedValue[] {
  if (resource === undefined) return [];
  return indexedAttributes.flatMap((attribute) => {
    const sk = attribute.unique ? UNIQUE : sortKeyOf(id);
    const keyOf = (form: string): Key => ({
      pk: valuePartition(connection, type.name, attribute.name, form),
      sk,
    });
    const values = indexedTexts(attribute, resource)
      .filter((text) => text !== '')
      .map((text): IndexedValue => {
        const { current, former } = keyFormsOf(attribute, text);
        const formerKey = former === undefined ? undefined : keyOf(former);
        return { attribute, key: keyOf(current), formerKey };
      });
    return [...new Map(values.map((value) => [value.key.pk, value])).values()];
  });
}

/**
 * Creates the writes that update a resource's indexed values when its attributes change.
 * @param before undefined if the resource is created
 * @param after undefined if the resource is deleted
 * @param formerHeld partitions of `before` whose items are still in the form of an earlier release
 * @throws ScimError 400 `invalidValue` if an attribute has more values than a transaction can index
 */
export function valueWrites(
  id: string,
  before: readonly IndexedValue[],
  after: readonly IndexedValue[],
  formerHeld: ReadonlySet<string> = new Set(),
): readonly ValueWrite[] {
  checkNumbers(after);
  const isHeldAsFormer = ({ formerKey }: IndexedValue): boolean =>
    formerKey !== undefined && formerHeld.has(formerKey.pk);
  const held = new Map(
    before.map((value) => [isHeldAsFormer(value) ? value.formerKey?.pk : value.key.pk, value]),
  );
  const isHeld = ({ key, formerKey }: IndexedValue): boolean =>
    held.has(key.pk) || (formerKey !== undefined && held.has(formerKey.pk));
  const kept = new Set(after.flatMap(({ key, formerKey }) => [key.pk, formerKey?.pk]));
  const removed = [...held].filter(([pk]) => !kept.has(pk)).map(([, value]) => value);
  return [
    ...removed.map((value) => removal(id, value, isHeldAsFormer(value))),
    ...after.filter((value) => !isHeld(value)).flatMap((value) => additions(id, value)),
  ];
}

function checkNumbers(values: readonly IndexedValue[]): void {
  const counts = new Map<string, number>();
  for (const { attribute } of values) {
    const count = (counts.get(attribute.name) ?? 0) + 1;
    counts.set(attribute.name, count);
    if (count > MAXIMUM_INDEXED_VALUES) throw moreValues(attribute.name, MAXIMUM_INDEXED_VALUES);
  }
}

/** A write of one indexed value. */
export interface ValueWrite {
  readonly write: Write | Check;
  /** The attribute that is not unique if the write's condition fails. */
  readonly notUnique?: IndexedAttribute;
}

function removal(
  id: string,
  { attribute, key, formerKey }: IndexedValue,
  isHeldAsFormer: boolean,
): ValueWrite {
  const remove = (isHeldAsFormer ? formerKey : undefined) ?? key;
  // The item may be converted meanwhile, and its key then belongs to somebody else.
  const isUnsure = attribute.unique && formerKey !== undefined;
  return { write: { delete: remove, ...(isUnsure ? { condition: { is: 'ownedBy', id } } : {}) } };
}

function additions(id: string, { attribute, key, formerKey }: IndexedValue): readonly ValueWrite[] {
  if (!attribute.unique) return [{ write: { put: { ...key } } }];
  return [
    { write: { put: { ...key, id }, condition: ABSENT }, notUnique: attribute },
    ...(formerKey === undefined
      ? []
      : [{ write: { check: formerKey, condition: ABSENT }, notUnique: attribute }]),
  ];
}

/** Returns the partitions of values whose items are still in the form of an earlier release. */
export async function formerlyHeld(
  table: Table,
  id: string,
  values: readonly IndexedValue[],
): Promise<ReadonlySet<string>> {
  const keys = values.flatMap(({ formerKey }) => formerKey ?? []);
  const items = keys.length === 0 ? [] : await table.getMany(keys);
  return new Set(items.filter((item) => leadsTo(item, id)).map(({ pk }) => pk));
}

/** Returns whether the item of an indexed value leads to a resource. */
export function leadsTo(item: Item, id: string): boolean {
  return idLedTo(item) === id;
}

/** Returns the id of the resource that the item of an indexed value leads to. */
export function idLedTo(item: Item): string {
  return item.sk === UNIQUE ? textOf(item, 'id') : idIn(item);
}
