import { createHash } from 'node:crypto';
import type { ResourceTypeName } from '../scim/schema/resource-type';
import type { Key } from './item';

/**
 * Every key of the table is built here. Each begins with the connection's id, so that whoever is authenticated for one connection
 * cannot name an item of another; connection ids are lower-case letters, digits and hyphens and cannot hold the separator.
 */

/** Name of the global secondary index: `gsi1pk`, `gsi1sk`, keys only. */
export const INVERSE_INDEX = 'inverse';

/** Partition of the inverse index that lists all connections. */
export const CONNECTIONS = 'connections';

export function connectionKey(connection: string): Key {
  return { pk: `c#${connection}`, sk: 'connection' };
}

/** All users or all groups of a connection, in order of creation. */
export function resourcePartition(connection: string, type: ResourceTypeName): string {
  return `c#${connection}#${type}`;
}

export function resourceKey(connection: string, type: ResourceTypeName, id: string): Key {
  return { pk: resourcePartition(connection, type), sk: id };
}

/** The members of a group, one item each, by the member's id. */
export function membershipPartition(connection: string, groupId: string): string {
  return `c#${connection}#Group#${groupId}`;
}

export function membershipKey(connection: string, groupId: string, memberId: string): Key {
  return { pk: membershipPartition(connection, groupId), sk: memberId };
}

/** The record of a change of a group's members that is too large for one transaction. */
export function intentPartition(connection: string, groupId: string, intent: string): string {
  return `c#${connection}#intent#${groupId}#${intent}`;
}

/** Partition of the inverse index with the groups that a user or group is a member of. */
export function memberOfPartition(connection: string, memberId: string): string {
  return `c#${connection}#member#${memberId}`;
}

/** The resources that have a value, or the one that has a unique value. */
export function valuePartition(connection: string, type: ResourceTypeName, attribute: string, value: string): string {
  return `c#${connection}#${type}#${attribute}#${encodeValue(value)}`;
}

/** Sort key of the item that makes a value unique; an indexed value's sort key is the resource's id instead. */
export const UNIQUE = 'unique';

/** A deleted user's record (`userDeletion: retain`). */
export function deletedUserKey(connection: string, id: string): Key {
  return { pk: `c#${connection}#DeletedUser`, sk: id };
}

/** The deleted users who had a name or an externalId, by id: a later POST with it revives the one deleted last. */
export function deletedUserValuePartition(connection: string, attribute: string, value: string): string {
  return `c#${connection}#DeletedUser#${attribute}#${encodeValue(value)}`;
}

export function countPartition(connection: string, type: ResourceTypeName): string {
  return `c#${connection}#count#${type}`;
}

/** Ids that this directory gives out; nothing else is ever used to build a key. */
export function isResourceId(text: string): boolean {
  return /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/.test(text);
}

/**
 * A client's text as part of a key: `#` is escaped, so that no value imitates another key, and a long one is replaced by its
 * digest (a partition key holds 2,048 bytes). A value cannot imitate a digest: its own `#` would be escaped.
 */
function encodeValue(value: string): string {
  const escaped = value.replace(/[%#]/g, (character) => (character === '%' ? '%25' : '%23'));
  if (Buffer.byteLength(escaped) <= 512) return escaped;
  return `#sha256:${createHash('sha256').update(value).digest('base64url')}`;
}
