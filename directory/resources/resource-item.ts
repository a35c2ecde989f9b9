import { v7 as uuidv7 } from 'uuid';
import { resourceTooLarge } from '../../scim/errors/resource-errors';
import { isObject, parseJson } from '../../scim/json';
import { LIMITS } from '../../scim/limits';
import type { Attributes } from '../../scim/resource/parse';
import type { ResourceMeta, StoredResource } from '../../scim/resource/resource';
import type { ResourceTypeName } from '../../scim/schema/resource-type';
import { numberOf, textOf, type Item, type Key } from '../store/item';
import { resourceKey } from '../store/keys';
import { idIn } from '../store/resource-ids';
import { newVersion } from '../store/version';
import { formerNameFrom, type FormerName } from './former-name';
import type { ChangedBy } from './request-info';

/** When a resource that existed elsewhere was created and changed there (RFC 3339). */
export type Times = Partial<Pick<ResourceMeta, 'created' | 'lastModified'>>;

/** Returns the meta attributes of a new resource. */
export function newMeta(id: string = uuidv7()): ResourceMeta {
  const now = new Date().toISOString();
  return { id, created: now, lastModified: now, version: newVersion() };
}

/** Returns the meta attributes of a resource after a change. */
export function changedMeta({ id, created }: ResourceMeta): ResourceMeta {
  return { id, created, lastModified: new Date().toISOString(), version: newVersion() };
}

/**
 * Returns attributes in their stored form, JSON text
 * (docs/decisions/0001-attributes-as-json-text.md).
 * @throws ScimError 413 if they are larger than `LIMITS.resourceBytes`
 */
export function attributesText(attributes: Attributes): string {
  const text = JSON.stringify(attributes);
  // A character has at most three bytes, so most resources need not be measured.
  if (text.length * 3 > LIMITS.resourceBytes && Buffer.byteLength(text) > LIMITS.resourceBytes) {
    throw resourceTooLarge(LIMITS.resourceBytes);
  }
  return text;
}

/** Returns a user or group as an item. @throws ScimError 413 */
export function resourceToItem(
  connection: string,
  type: ResourceTypeName,
  resource: StoredResource,
): Item {
  return resourceItemAt(resourceKey(connection, type, resource.id), resource);
}

/**
 * Returns a resource as an item with any key, such as a retained user's record.
 * @throws ScimError 413
 */
export function resourceItemAt(
  key: Key,
  { created, lastModified, version, attributes }: StoredResource,
): Item {
  return { ...key, created, lastModified, version, attributes: attributesText(attributes) };
}

/** A resource as stored, with the facts about a group's members that its item holds. */
export interface StoredItem extends StoredResource {
  /** The number of members; 0 for a user. */
  readonly memberCount: number;
  /** Characters of the attributes as JSON. */
  readonly size: number;
  /** How often the attributes have been written. Events carry it, so that none is applied twice. */
  readonly sequence: number;
  /** The user's id in the application, if it was adopted. */
  readonly applicationId?: string;
  /** The name that a user had before a conversion, until that is closed. */
  readonly formerName?: FormerName;
  /** The intent of pending member edits. */
  readonly pendingIntent: string | undefined;
}

/** The sequence of a new resource, and of one that a release before 0.3.0 wrote. */
export const FIRST_SEQUENCE = 1;

/** Returns the sequence that an item holds; undefined if a release before 0.3.0 wrote the item. */
export function sequenceOf({ sequence }: Item): number | undefined {
  return typeof sequence === 'number' ? sequence : undefined;
}

/**
 * Returns whether a resource that appears in the table is new, and not a user who comes back. An
 * import keeps the times that a new resource had elsewhere.
 * @param by the request that made it appear
 */
export function isNewResource(
  { created, lastModified, sequence }: StoredItem,
  by: ChangedBy | undefined,
): boolean {
  return by?.reason === undefined ? created === lastModified : sequence === FIRST_SEQUENCE;
}

/** Reads the item of a user or group, or a retained user's record. */
export function resourceFromItem(item: Item): StoredItem {
  const { pending, applicationId } = item;
  const text = textOf(item, 'attributes');
  const formerName = formerNameFrom(item);
  return {
    id: idIn(item),
    created: textOf(item, 'created'),
    lastModified: textOf(item, 'lastModified'),
    version: textOf(item, 'version'),
    attributes: parseAttributes(text),
    size: text.length,
    sequence: sequenceOf(item) ?? FIRST_SEQUENCE,
    memberCount: numberOf(item, 'members'),
    ...(typeof applicationId === 'string' ? { applicationId } : {}),
    ...(formerName === undefined ? {} : { formerName }),
    pendingIntent: typeof pending === 'string' ? pending : undefined,
  };
}

function parseAttributes(text: string): Attributes {
  const parsed = parseJson(text);
  if (!isObject(parsed)) throw new Error('Stored attributes are not a JSON object.');
  return parsed;
}
