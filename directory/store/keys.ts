import type { MemberType, ResourceTypeName } from '../../scim/schema/resource-type';
import type { Key } from './item';
import { encodeType, encodeValue, twoDigits } from './key-texts';
import { sortKeyOf } from './resource-ids';

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

/** Returns the partition of a connection's schemas. */
export function schemasPartition(connection: string): string {
  return `c#${connection}#schemas`;
}

/** Returns the key of a version of a connection's schemas. */
export function schemasKey(connection: string, version: string): Key {
  return { pk: schemasPartition(connection), sk: version };
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
 * Returns the partition of a connection's log entries other than changes, in order of time. Items
 * `once#…` sort after them.
 */
export function logPartition(connection: string): string {
  return `c#${connection}#log`;
}

/** Returns the partition of the changes in a connection's provisioning log, in order of time. */
export function changesPartition(connection: string): string {
  return `c#${connection}#change`;
}

/** Returns the partition of the inverse index with log entries and events about a resource. */
export function entriesOfPartition(connection: string, resourceId: string): string {
  return `c#${connection}#entriesOf#${resourceId}`;
}

/**
 * Partition of the state of the event log: its epoch, the position of each lane, and how far each
 * lane has been put on the event bus.
 */
export const EVENT_LOG = 'deployment#eventLog';

/** Returns the partition of one lane of the event log: a reference to each event, by position. */
export function lanePartition(lane: number): string {
  return `${EVENT_LOG}#${twoDigits(lane)}`;
}

/** Returns the partition of a connection's events, by event id. */
export function eventPartition(connection: string): string {
  return `c#${connection}#event`;
}

/** Partition of the events about connections, which outlive their connections. */
export const CONNECTION_EVENTS = 'deployment#event';

/** Partition of the webhook endpoints, by id. */
export const WEBHOOKS = 'deployment#webhook';

/** Returns the partition of the state of an endpoint's deliveries and its parked subjects. */
export function webhookPartition(webhook: string): string {
  return `${WEBHOOKS}#${webhook}`;
}

/** Returns the partition of an endpoint's deliveries, in order of time. */
export function deliveryPartition(webhook: string): string {
  return `${WEBHOOKS}#${webhook}#delivery`;
}

/** Partition of the streams of security event tokens, by id. */
export const STREAMS = 'deployment#stream';

/** Returns the partition of the state of a stream and its outstanding tokens. */
export function streamPartition(stream: string): string {
  return `${STREAMS}#${stream}`;
}

/** Returns the partition of the answers of endpoints to events of a connection, by delivery. */
export function answerPartition(connection: string): string {
  return `c#${connection}#answer`;
}

/** Returns the partition of requests that are performed after their answer, with their results. */
export function requestPartition(connection: string): string {
  return `c#${connection}#request`;
}

/** Returns the partition of the links to the portal of a connection, in order of time. */
export function portalLinkPartition(connection: string): string {
  return `c#${connection}#portalLink`;
}

/** Returns the partition of the sessions of a connection's portal, by digest. */
export function portalSessionPartition(connection: string): string {
  return `c#${connection}#portalSession`;
}

/** Returns the partition of the requests that arrived while a connection was set up. */
export function setupPartition(connection: string): string {
  return `c#${connection}#setup`;
}

/** Returns the partition of the numbers of a connection's requests, by day. */
export function usagePartition(connection: string): string {
  return `c#${connection}#usage`;
}

/** Returns the key of the resource types that the stack declares for all connections. */
export function deploymentTypesKey(): Key {
  return { pk: 'deployment#resourceTypes', sk: 'declared' };
}

/** Partition of the console's links, sign-ins and sessions, by the digest of their secret. */
export const CONSOLE = 'deployment#console';

/** Partition of the signing keys of trusted issuers, by the address of the keys. */
export const ISSUER_KEYS = 'deployment#issuerKeys';

/** Returns the partition of failures at a token endpoint, also of connections that do not exist. */
export function tokenFailurePartition(connection: string): string {
  return `deployment#tokenFailure#${connection}`;
}

/** Partition of the audit records of actions that concern no single connection. */
export const DEPLOYMENT_AUDIT = 'deployment#audit';

/** Returns the key of a connection's failure digest. */
export function digestKey(connection: string): Key {
  return { pk: noticePartition(connection), sk: 'digest' };
}

/** Partition of the inverse index that lists digests by the time of their next summary. */
export const DIGESTS = 'digests';

/** Partition of the inverse index that lists unsent notices, in order of time. */
export const UNSENT_NOTICES = 'unsentNotices';

/** Returns the partition of a connection's resources of one type, in order of creation. */
export function resourcePartition(connection: string, type: ResourceTypeName): string {
  return `c#${connection}#${encodeType(type)}`;
}

/** Returns the key of a resource's item. */
export function resourceKey(connection: string, type: ResourceTypeName, id: string): Key {
  return { pk: resourcePartition(connection, type), sk: sortKeyOf(id) };
}

/** Returns the partition of a group's memberships, by the member's id. */
export function membershipPartition(connection: string, groupId: string): string {
  return `c#${connection}#Group#${groupId}`;
}

/** Returns the key of a membership. */
export function membershipKey(connection: string, groupId: string, memberId: string): Key {
  return { pk: membershipPartition(connection, groupId), sk: sortKeyOf(memberId) };
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

/** Returns the partition of the group lists of users or of groups, by the member's id. */
export function groupListPartition(connection: string, type: MemberType): string {
  return `c#${connection}#groupList#${type}`;
}

/** Returns the key of a member's group list. */
export function groupListKey(connection: string, type: MemberType, memberId: string): Key {
  return { pk: groupListPartition(connection, type), sk: sortKeyOf(memberId) };
}

/** Returns the partition of the inverse index with the groups that are not in a member's list. */
export function memberIndexPartition(connection: string, memberId: string): string {
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
  return `c#${connection}#${encodeType(type)}#${attribute}#${encodeValue(value)}`;
}

/** Sort key of a unique value. That of any other indexed value is the resource's. */
export const UNIQUE = 'unique';

/** Returns the partition of a connection's retained users. */
export function deletedUserPartition(connection: string): string {
  return `c#${connection}#DeletedUser`;
}

/** Returns the key of a retained user's record (`userDeletion: retain`). */
export function deletedUserKey(connection: string, id: string): Key {
  return { pk: deletedUserPartition(connection), sk: sortKeyOf(id) };
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

/** Returns the partition of a connection's candidates for adoption, by the application's id. */
export function candidatePartition(connection: string): string {
  return `c#${connection}#candidate`;
}

/** Returns the partition of the candidates that have a value, by the application's id. */
export function candidateValuePartition(
  connection: string,
  attribute: string,
  value: string,
): string {
  return `c#${connection}#candidate#${attribute}#${encodeValue(value)}`;
}

/** Returns the partition of the users who could not adopt a candidate because several match. */
export function conflictPartition(connection: string): string {
  return `c#${connection}#conflict`;
}

/** Returns the partition of a connection's conversions of user names, with their conflicts. */
export function conversionPartition(connection: string): string {
  return `c#${connection}#conversion`;
}

/** Returns the partition of the sharded count of a connection's resources of one type. */
export function countPartition(connection: string, type: ResourceTypeName): string {
  return `c#${connection}#count#${encodeType(type)}`;
}

/** Returns the partition of the page marks of a listing: the places where its pages ended. */
export function pageMarkPartition(connection: string, type: ResourceTypeName): string {
  return `c#${connection}#page#${encodeType(type)}`;
}
