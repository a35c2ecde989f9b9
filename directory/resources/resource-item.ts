import { v7 as uuidv7 } from 'uuid';
import { resourceTooLarge } from '../../scim/errors/resource-errors';
import { isObject, parseJson } from '../../scim/json';
import { LIMITS } from '../../scim/limits';
import type { Attributes } from '../../scim/resource/parse';
import type { ResourceMeta, StoredResource } from '../../scim/resource/resource';
import type { ResourceTypeName } from '../../scim/schema/resource-type';
import { numberOf, textOf, type Item, type Key } from '../store/item';
import { resourceKey } from '../store/keys';
import { newVersion } from '../store/version';

/** The meta attributes of a resource that is being created. */
export function newMeta(id: string = uuidv7()): ResourceMeta {
  const now = new Date().toISOString();
  return { id, created: now, lastModified: now, version: newVersion() };
}

/** The meta attributes of a resource after a change. */
export function changedMeta({ id, created }: ResourceMeta): ResourceMeta {
  return { id, created, lastModified: new Date().toISOString(), version: newVersion() };
}

/**
 * Attributes as an item keeps them; JSON text: see docs/decisions/0001-attributes-as-json-text.md.
 * @throws ScimError 413 when they are larger than an item can hold
 */
export function attributesText(attributes: Attributes): string {
  const text = JSON.stringify(attributes);
  // A character is three bytes at most: most resources need not be measured.
  if (text.length * 3 > LIMITS.resourceBytes && Buffer.byteLength(text) > LIMITS.resourceBytes) {
    throw resourceTooLarge(LIMITS.resourceBytes);
  }
  return text;
}

/** A user's or group's item. @throws ScimError 413 */
export function resourceToItem(
  connection: string,
  type: ResourceTypeName,
  resource: StoredResource,
): Item {
  return resourceItemAt(resourceKey(connection, type, resource.id), resource);
}

/** The same under another key: a deleted user's record. */
export function resourceItemAt(
  key: Key,
  { created, lastModified, version, attributes }: StoredResource,
): Item {
  return { ...key, created, lastModified, version, attributes: attributesText(attributes) };
}

/** A resource with what its item says of its members: a group's. */
export interface StoredItem extends StoredResource {
  /** How many there are. */
  readonly memberCount: number;
  /** The intent of a change of them that is under way; undefined when there is none. */
  readonly pendingIntent: string | undefined;
}

/** Reads what `toItem` wrote. */
export function resourceFromItem(item: Item): StoredItem {
  const { pending } = item;
  return {
    id: item.sk,
    created: textOf(item, 'created'),
    lastModified: textOf(item, 'lastModified'),
    version: textOf(item, 'version'),
    attributes: parseAttributes(textOf(item, 'attributes')),
    memberCount: numberOf(item, 'members'),
    pendingIntent: typeof pending === 'string' ? pending : undefined,
  };
}

function parseAttributes(text: string): Attributes {
  const parsed = parseJson(text);
  if (!isObject(parsed)) throw new Error('Stored attributes are no JSON object.');
  return parsed;
}
