import { forgetDeploymentTypes } from '../../../directory/schemas/deployment-types';
import { isMemberType } from '../../../scim/schema/resource-type';
import type { DynamoDBRecord } from 'aws-lambda';
import type { Connection } from '../../../directory/connections/connection';
import { connectionFromItem } from '../../../directory/connections/connection-item';
import { withSchemas } from '../../../directory/connections/connection-schemas';
import type { EventAppender } from '../../../directory/events/append';
import type { NewEvent } from '../../../directory/events/event';
import { timeOf } from '../../../directory/events/positions-at';
import { DynamoDBError } from '../../../directory/store/client/dynamodb';
import { resultFromItem } from '../../../directory/requests/result-item';
import type { Item, Key } from '../../../directory/store/item';
import { readKey } from '../../../directory/store/key-meaning';
import { connectionKey, deletedUserKey, resourceKey } from '../../../directory/store/keys';
import { idIn, isIssuedId } from '../../../directory/store/resource-ids';
import type { Table } from '../../../directory/store/table';
import { changeEvent } from '../../../events/change-event';
import { connectionEvent } from '../../../events/connection-event';
import type { ItemChange } from '../../../events/item-change';
import type { RoleGroup } from '../../../events/profile';
import { requestEvent, withoutDetail } from '../../../events/request-event';
import { goneEvent, resyncEvent } from '../../../events/resync-event';
import { roleGroupsOf } from '../../../events/role-groups';
import type { ViewContext } from '../../../events/views';
import { ScimError } from '../../../scim/errors/scim-error';
import { logFailure } from '../../observability/log';
import { changeOf } from '../../runtime/stream-records';

/** How often an event is made anew whose resource changes meanwhile. */
const ATTEMPTS = 5;

/**
 * The id of a deleted connection is free after a minute at the earliest. Resources that are older
 * than their connection by more than this belonged to another one; clocks do not differ as much.
 */
const ID_FREED_MS = 30_000;

/** Engines round the times of their records down, to the minute at most. */
const RECORD_TIME_MS = 60_000;

/** The input of `appendEvents` in addition to the records. */
export interface EventOptions {
  readonly appender: EventAppender;
  /** Returns the SCIM base URL of a connection. */
  readonly scimBaseUrl: (connection: string) => string;
  readonly requestId: string;
}

/**
 * Appends the events of stream records to the event log, in the order of the records; this is
 * idempotent. A record that cannot be understood does not hold back others: its resource is read
 * again and appended as it is now.
 */
export async function appendEvents(
  table: Table,
  records: readonly DynamoDBRecord[],
  options: EventOptions,
): Promise<void> {
  const changes = records.flatMap(changeOf).filter(hasEvent);
  if (changes.length === 0) return;
  const contexts = await contextsOf(table, changes, options);
  const events: NewEvent[] = [];
  for (const change of changes) {
    const event = await eventOf(table, change, contexts, options.requestId);
    if (event !== undefined) events.push(event);
  }
  const kept = await withoutErasedUsers(table, events, contexts);
  // A record's resource has changed since it was read again: it is read once more.
  let refused = await options.appender.append(table, kept);
  for (let attempt = 1; refused.length > 0 && attempt <= ATTEMPTS; attempt += 1) {
    const again = changes.filter(({ key }) => refused.some(({ check }) => isCheckOf(check, key)));
    const repaired = await Promise.all(again.map((change) => repair(table, change, contexts)));
    refused = await options.appender.append(table, repaired.flat());
  }
}

/**
 * Returns whether a change has an event: whether it is one to a user, group, membership or
 * connection, or the result of a request that was performed after its answer.
 */
export function hasEvent({ key }: ItemChange): boolean {
  return KINDS.has(readKey(key).meaning.kind);
}

const KINDS: ReadonlySet<string> = new Set(['resource', 'membership', 'connection', 'request']);

function isOfCustomType({ key }: ItemChange): boolean {
  const { meaning } = readKey(key);
  return meaning.kind === 'resource' && !isMemberType(meaning.type);
}

function isCheckOf(check: NewEvent['check'], { pk, sk }: ItemChange['key']): boolean {
  return check?.check.pk === pk && check.check.sk === sk;
}

type Contexts = ReadonlyMap<string, ViewContext>;

/** Returns what events depend on, by connection. Deleted connections have none. */
async function contextsOf(
  table: Table,
  changes: readonly ItemChange[],
  { scimBaseUrl }: EventOptions,
): Promise<Contexts> {
  const ids = new Set(changes.map(({ key }) => readKey(key).connection));
  const items = await table.getMany([...ids].map(connectionKey));
  const stored = items.flatMap((item) => connectionFromItem(item) ?? []);
  // The environment that wrote the resource may know a type that this one has not read yet.
  if (changes.some(isOfCustomType)) forgetDeploymentTypes(table);
  const connections = await withSchemas(table, stored);
  const contexts = await Promise.all(
    connections.map(async (connection): Promise<readonly [string, ViewContext]> => {
      const groups = await groupsOfUsers(table, connection, changes);
      const groupsOf = (userId: string): readonly RoleGroup[] => groups.get(userId) ?? [];
      return [connection.id, { connection, baseUrl: scimBaseUrl(connection.id), groupsOf }];
    }),
  );
  return new Map(contexts);
}

/** Reads the groups of changed users, if they give roles. */
async function groupsOfUsers(
  table: Table,
  { id: connection, roleRules }: Connection,
  changes: readonly ItemChange[],
): Promise<ReadonlyMap<string, readonly RoleGroup[]>> {
  if (roleRules.length === 0) return new Map();
  const users = changes.flatMap(({ key }) => {
    const { connection: id, meaning } = readKey(key);
    const isUser = id === connection && meaning.kind === 'resource' && meaning.type === 'User';
    return isUser ? [meaning.id] : [];
  });
  return roleGroupsOf({ table, connection, baseUrl: '' }, [...new Set(users)]);
}

async function eventOf(
  table: Table,
  change: ItemChange,
  contexts: Contexts,
  requestId: string,
): Promise<NewEvent | undefined> {
  const { connection: id, meaning } = readKey(change.key);
  if (meaning.kind === 'connection') return connectionEvent(change);
  const context = contexts.get(id);
  // What is removed with its connection is no event, and neither is what an earlier connection of
  // the same id had.
  if (context === undefined) return undefined;
  if (meaning.kind === 'request') return resultEvent(id, change);
  if (isOfEarlierConnection(change, context.connection)) return undefined;
  try {
    return changeEvent(change, context);
  } catch (error) {
    if (error instanceof DynamoDBError) throw error;
    if (error instanceof ScimError && error.code === 'busy') throw error;
    logFailure(error, requestId);
    return (await repair(table, change, contexts))[0];
  }
}

/** Returns the event of a result. Its error is left out: events stay longer than results. */
function resultEvent(connection: string, { before, after }: ItemChange): NewEvent | undefined {
  const isNew = before === undefined && after !== undefined;
  const result = isNew ? resultFromItem(after) : undefined;
  if (result === undefined) return undefined;
  return requestEvent(connection, { ...result, operation: withoutDetail(result.operation) });
}

/** Returns whether a change is about what another connection with the same id had, before it. */
function isOfEarlierConnection(
  { key, time }: ItemChange,
  { createdAt, hasImports = false }: Connection,
): boolean {
  const { meaning } = readKey(key);
  const resource = meaning.kind === 'membership' ? meaning.groupId : idIn(key);
  // An imported id says nothing about the time: the resource may have been created elsewhere.
  const latest =
    hasImports || !isIssuedId(resource)
      ? Date.parse(time) + RECORD_TIME_MS
      : timeOf(resource) + ID_FREED_MS;
  return latest < Date.parse(createdAt);
}

/** Returns the event of a resource as it is now, instead of that of a change to it. */
async function repair(
  table: Table,
  change: ItemChange,
  contexts: Contexts,
): Promise<readonly NewEvent[]> {
  const context = contexts.get(readKey(change.key).connection);
  if (context === undefined) return [];
  const item: Item | undefined = await table.get(change.key);
  const event =
    item === undefined
      ? goneEvent(change, context)
      : resyncEvent(item, context, `${change.id} resync`, change.time);
  return event === undefined ? [] : [event];
}

/** A change that is older than this may be about a user who was erased since: see `completion`. */
const LATE_MS = 5 * 60_000;

/**
 * Strips the events of users who do not exist any more: if their connection erases users, and if
 * the stream delivers a change long after it was made, when an operator may have erased the user.
 */
async function withoutErasedUsers(
  table: Table,
  events: readonly NewEvent[],
  contexts: Contexts,
): Promise<readonly NewEvent[]> {
  const isInQuestion = ({ connection, userId, time }: NewEvent): boolean =>
    userId !== undefined &&
    (contexts.get(connection)?.connection.userDeletion === 'erase' ||
      Date.parse(time) < Date.now() - LATE_MS);
  const keysOf = ({ connection, userId = '' }: NewEvent): readonly Key[] => [
    resourceKey(connection, 'User', userId),
    deletedUserKey(connection, userId),
  ];
  const keys = events.filter(isInQuestion).flatMap(keysOf);
  if (keys.length === 0) return events;
  const existing = new Set((await table.getMany(keys)).map(({ pk, sk }) => `${pk} ${sk}`));
  return events.map((event) => {
    const exists = keysOf(event).some(({ pk, sk }) => existing.has(`${pk} ${sk}`));
    if (!isInQuestion(event) || exists) return event;
    const { personal: _, userId: __, ...rest } = event;
    return rest;
  });
}
