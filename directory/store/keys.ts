import { createHash } from 'node:crypto';
import type { ResourceTypeName } from '../../scim/schema/resource-type';
import type { Key } from './item';

/*
 * All keys of the table are built here. Every key that belongs to a connection begins with the
 * connection's id, so that a request authenticated for one connection cannot address an item of
 * another. Connection ids consist of lower-case letters, digits and hyphens, and cannot contain the
 * separator.
 */

/** Name of the global secondary index (`gsi1pk`, `gsi1sk`), which projects keys only. */
export const INVERSE_INDEX = 'inverse';

/** Partition of the inverse index that lists all connections. */
export const CONNECTIONS = 'connections';

/** Returns the key of a connection's item. */
export function connectionKey(connection: string): Key {
  return { pk: `c#${connection}`, sk: 'connection' };
}

/** Returns the partition of a connection's audit records, in order of time. */
export function auditPartition(connection: string): string {
  return `c#${connection}#audit`;
}

/** Returns the partition of a connection's ended tokens, by id. */
export function endedTokenPartition(connection: string): string {
  return `c#${connection}#endedToken`;
}

/** Returns the key of the item that counts a connection's requests for its rate limit. */
export function rateKey(connection: string): Key {
  return { pk: `c#${connection}#rate`, sk: 'rate' };
}

/** Returns the partition of the notices for a connection's recipients, whether sent or not. */
export function noticePartition(connection: string): string {
  return `c#${connection}#notice`;
}

/** Partition of the notices for the deployment's recipients, whether sent or not. */
export const DEPLOYMENT_NOTICES = 'deployment#notice';

/** Partition of the progress of backfills, which convert items of earlier releases. */
export const BACKFILLS = 'deployment#backfill';

/**
 * Returns the partition of a connection's log entries other than changes, in order of time:
 * failures, refused tokens, ignored attributes, mails that could not be sent, and successes while
 * the connection was failing. Items `once#…` sort after them.
 */
export function logPartition(connection: string): string {
  return `c#${connection}#log`;
}

/** Returns the partition of the changes in a connection's provisioning log, in order of time. */
export function changesPartition(connection: string): string {
  return `c#${connection}#change`;
}

/** Returns the partition of the inverse index that lists the log entries about a resource. */
export function entriesOfPartition(connection: string, resourceId: string): string {
  return `c#${connection}#entriesOf#${resourceId}`;
}

/** Returns the key of a connection's failure digest. */
export function digestKey(connection: string): Key {
  return { pk: noticePartition(connection), sk: 'digest' };
}

/** Partition of the inverse index that lists digests by the time of their next summary. */
export const DIGESTS = 'digests';

/** Partition of the inverse index that lists unsent notices, in order of time. */
export const UNSENT_NOTICES = 'unsentNotices';

/** Returns the partition of a connection's users or groups, in order of creation. */
export function resourcePartition(connection: string, type: ResourceTypeName): string {
  return `c#${connection}#${type}`;
}

/** Returns the key of a user's or group's item. */
export function resourceKey(connection: string, type: ResourceTypeName, id: string): Key {
  return { pk: resourcePartition(connection, type), sk: id };
}

/** Returns the partition of a group's memberships, by the member's id. */
export function membershipPartition(connection: string, groupId: string): string {
  return `c#${connection}#Group#${groupId}`;
}

/** Returns the key of a membership. */
export function membershipKey(connection: string, groupId: string, memberId: string): Key {
  return { pk: membershipPartition(connection, groupId), sk: memberId };
}

/** Partition of the inverse index that lists all intents by id, and therefore by age. */
export const INTENTS = 'intents';

/** Returns the key of an intent. The batches that are left to apply are in the same partition. */
export function intentKey(connection: string, intent: string): Key {
  return { pk: `c#${connection}#intent#${intent}`, sk: 'intent' };
}

/** First and last sort key of an intent's batches. */
export const BATCHES = ['000000', '999999'] as const;

/** Returns the key of one batch of an intent. */
export function batchKey(connection: string, intent: string, index: number): Key {
  return { ...intentKey(connection, intent), sk: String(index).padStart(6, '0') };
}

/** Returns the partition of the inverse index that lists the groups of a member. */
export function memberOfPartition(connection: string, memberId: string): string {
  return `c#${connection}#member#${memberId}`;
}

/**
 * Returns the partition of an indexed value: the resources that have it, or the only one if it is
 * unique.
 */
export function valuePartition(
  connection: string,
  type: ResourceTypeName,
  attribute: string,
  value: string,
): string {
  return `c#${connection}#${type}#${attribute}#${encodeValue(value)}`;
}

/** Sort key of a unique value. The sort key of any other indexed value is the resource's id. */
export const UNIQUE = 'unique';

/** Returns the partition of a connection's retained users. */
export function deletedUserPartition(connection: string): string {
  return `c#${connection}#DeletedUser`;
}

/** Returns the key of a retained user's record (`userDeletion: retain`). */
export function deletedUserKey(connection: string, id: string): Key {
  return { pk: deletedUserPartition(connection), sk: id };
}

/**
 * Returns the partition of the retained users with this `userName` or `externalId`, by id. A POST
 * with the same value may revive one of them.
 */
export function deletedUserValuePartition(
  connection: string,
  attribute: string,
  value: string,
): string {
  return `c#${connection}#DeletedUser#${attribute}#${encodeValue(value)}`;
}

/** Returns the partition of the sharded count of a connection's users or groups. */
export function countPartition(connection: string, type: ResourceTypeName): string {
  return `c#${connection}#count#${type}`;
}

/** Returns the partition of the page marks of a listing: the places where its pages ended. */
export function pageMarkPartition(connection: string, type: ResourceTypeName): string {
  return `c#${connection}#page#${type}`;
}

/** Returns the sort key of the page mark at a 1-based index. Marks are sorted by index. */
export function pageMarkSort(index: number): string {
  return String(index).padStart(10, '0');
}

/**
 * Returns the first characters of every UUIDv7 that is issued at a time. It sorts before these ids
 * and after all earlier ones.
 * @param milliseconds since the epoch
 */
export function idPrefix(milliseconds: number): string {
  const hex = Math.max(0, Math.floor(milliseconds)).toString(16).padStart(12, '0');
  return `${hex.slice(0, 8)}-${hex.slice(8)}`;
}

/** The kind of an item, read from its key. */
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
        | 'change'
        | 'rate';
    }
  | { readonly kind: 'resource'; readonly type: ResourceTypeName; readonly id: string }
  | { readonly kind: 'membership'; readonly groupId: string; readonly memberId: string }
  | { readonly kind: 'value' | 'deletedUserValue' | 'deletedUser' | 'unknown' }
  | { readonly kind: 'count'; readonly type: ResourceTypeName }
  | { readonly kind: 'deploymentNotice' | 'backfill' };

/**
 * Reads a key that was built here.
 * @returns the connection's id, empty if the item belongs to none, and the kind of the item
 */
export function readKey({ pk, sk }: Key): {
  readonly connection: string;
  readonly meaning: KeyMeaning;
} {
  const [first, connection = '', second, third, ...more] = pk.split('#');
  if (pk === DEPLOYMENT_NOTICES) return { connection: '', meaning: { kind: 'deploymentNotice' } };
  if (pk === BACKFILLS) return { connection: '', meaning: { kind: 'backfill' } };
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
    case 'rate':
      return { kind: second };
    default:
      return { kind: 'unknown' };
  }
}

/** Returns whether a text has the form of a resource id. Keys are built from no other ids. */
export function isResourceId(text: string): boolean {
  return /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/.test(text);
}

/**
 * Encodes a client's text as part of a key. `#` is escaped, so that no value can imitate another
 * key. A long value is replaced by its digest, because a partition key holds 2,048 bytes. No value
 * can imitate a digest, because its `#` would be escaped.
 */
function encodeValue(value: string): string {
  const escaped = value.replace(/[%#]/g, (character) => (character === '%' ? '%25' : '%23'));
  if (Buffer.byteLength(escaped) <= 512) return escaped;
  return `#sha256:${createHash('sha256').update(value).digest('base64url')}`;
}
