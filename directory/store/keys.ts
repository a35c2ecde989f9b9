import { createHash } from 'node:crypto';
import type { ResourceTypeName } from '../../scim/schema/resource-type';
import type { Key } from './item';

/**
 * Every key of the table is built here. Every key that belongs to a connection begins with the connection's id, so that whoever is authenticated for one connection
 * cannot name an item of another; connection ids are lower-case letters, digits and hyphens and cannot hold the separator.
 */

/** Name of the global secondary index: `gsi1pk`, `gsi1sk`, keys only. */
export const INVERSE_INDEX = 'inverse';

/** Partition of the inverse index that lists all connections. */
export const CONNECTIONS = 'connections';

export function connectionKey(connection: string): Key {
  return { pk: `c#${connection}`, sk: 'connection' };
}

/** The administrative acts on a connection, by time. */
export function auditPartition(connection: string): string {
  return `c#${connection}#audit`;
}

/** The tokens of a connection that have ended, by id. */
export function endedTokenPartition(connection: string): string {
  return `c#${connection}#endedToken`;
}

/** What a connection's recipients are to be told, or have been told. */
export function noticePartition(connection: string): string {
  return `c#${connection}#notice`;
}

/** What the deployment's own recipients are to be told, or have been told. */
export const DEPLOYMENT_NOTICES = 'deployment#notice';

/** Failures in the connection's provisioning log, and mails that could not be sent, by time. */
export function logPartition(connection: string): string {
  return `c#${connection}#log`;
}

/** Changes in the connection's provisioning log, by time. */
export function changesPartition(connection: string): string {
  return `c#${connection}#change`;
}

/** What a connection's recipients were told of failures, and what they are not told for now. */
export function digestKey(connection: string): Key {
  return { pk: noticePartition(connection), sk: 'digest' };
}

/** Partition of the inverse index that lists the digests whose muted causes are to be summed up, by time. */
export const DIGESTS = 'digests';

/** Partition of the inverse index that lists the notices that are not sent yet, by time. */
export const UNSENT_NOTICES = 'unsentNotices';

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

/** Partition of the inverse index that lists all intents, by their ids and so by their age. */
export const INTENTS = 'intents';

/** What a request has begun and may not be able to end: its own item, and in the same partition what is left of its work. */
export function intentKey(connection: string, intent: string): Key {
  return { pk: `c#${connection}#intent#${intent}`, sk: 'intent' };
}

/** Sort keys of an intent's batches. */
export const BATCHES = ['000000', '999999'] as const;

/** A part of an intent's work. */
export function batchKey(connection: string, intent: string, index: number): Key {
  return { ...intentKey(connection, intent), sk: String(index).padStart(6, '0') };
}

/** Partition of the inverse index with the groups that a user or group is a member of. */
export function memberOfPartition(connection: string, memberId: string): string {
  return `c#${connection}#member#${memberId}`;
}

/** The resources that have a value, or the one that has a unique value. */
export function valuePartition(
  connection: string,
  type: ResourceTypeName,
  attribute: string,
  value: string,
): string {
  return `c#${connection}#${type}#${attribute}#${encodeValue(value)}`;
}

/** Sort key of the item that makes a value unique; an indexed value's sort key is the resource's id instead. */
export const UNIQUE = 'unique';

/** The deleted users of a connection. */
export function deletedUserPartition(connection: string): string {
  return `c#${connection}#DeletedUser`;
}

/** A deleted user's record (`userDeletion: retain`). */
export function deletedUserKey(connection: string, id: string): Key {
  return { pk: deletedUserPartition(connection), sk: id };
}

/** The deleted users who had a name or an externalId, by id: a later POST with it revives the one deleted last. */
export function deletedUserValuePartition(
  connection: string,
  attribute: string,
  value: string,
): string {
  return `c#${connection}#DeletedUser#${attribute}#${encodeValue(value)}`;
}

export function countPartition(connection: string, type: ResourceTypeName): string {
  return `c#${connection}#count#${type}`;
}

/** Where pages of a listing ended. */
export function pageMarkPartition(connection: string, type: ResourceTypeName): string {
  return `c#${connection}#page#${type}`;
}

/** Sort key of the mark at an index that counts from 1; marks are in the order of their indexes. */
export function pageMarkSort(index: number): string {
  return String(index).padStart(10, '0');
}

/** What begins an id that is given out at this time, in milliseconds since the epoch; ids are in the order of these texts. */
export function idPrefix(milliseconds: number): string {
  const hex = Math.max(0, Math.floor(milliseconds)).toString(16).padStart(12, '0');
  return `${hex.slice(0, 8)}-${hex.slice(8)}`;
}

/** What an item is, as its key says. */
export type KeyMeaning =
  | {
      readonly kind:
        | 'connection'
        | 'intent'
        | 'batch'
        | 'pageMark'
        | 'audit'
        | 'endedToken'
        | 'notice'
        | 'log'
        | 'change';
    }
  | { readonly kind: 'resource'; readonly type: ResourceTypeName; readonly id: string }
  | { readonly kind: 'membership'; readonly groupId: string; readonly memberId: string }
  | { readonly kind: 'value' | 'deletedUserValue' | 'deletedUser' | 'unknown' }
  | { readonly kind: 'count'; readonly type: ResourceTypeName }
  | { readonly kind: 'deploymentNotice' };

/** Reads a key that was built here. @returns the connection it belongs to, empty for none, and what it stands for */
export function readKey({ pk, sk }: Key): {
  readonly connection: string;
  readonly meaning: KeyMeaning;
} {
  const [first, connection = '', second, third, ...more] = pk.split('#');
  if (pk === DEPLOYMENT_NOTICES) return { connection: '', meaning: { kind: 'deploymentNotice' } };
  if (first !== 'c') return { connection: '', meaning: { kind: 'unknown' } };
  return { connection, meaning: meaningOf(second, third, more.length > 0, sk) };
}

function meaningOf(
  second: string | undefined,
  third: string | undefined,
  hasMore: boolean,
  sk: string,
): KeyMeaning {
  switch (second) {
    case undefined:
      return { kind: sk === 'connection' ? 'connection' : 'unknown' };
    case 'User':
    case 'Group':
      if (third === undefined) return { kind: 'resource', type: second, id: sk };
      return hasMore ? { kind: 'value' } : { kind: 'membership', groupId: third, memberId: sk };
    case 'DeletedUser':
      return { kind: third === undefined ? 'deletedUser' : 'deletedUserValue' };
    case 'count':
      return { kind: 'count', type: third === 'Group' ? 'Group' : 'User' };
    case 'intent':
      return { kind: sk === 'intent' ? 'intent' : 'batch' };
    case 'page':
      return { kind: 'pageMark' };
    case 'audit':
    case 'endedToken':
    case 'notice':
    case 'log':
    case 'change':
      return { kind: second };
    default:
      return { kind: 'unknown' };
  }
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
