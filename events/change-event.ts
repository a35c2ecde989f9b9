import { changedPaths } from '../directory/log/attribute-changes';
import {
  eventId,
  type EventReason,
  type EventType,
  type NewEvent,
} from '../directory/events/event';
import { changedByOf, reasonFrom } from '../directory/resources/request-info';
import {
  FIRST_SEQUENCE,
  isNewResource,
  resourceFromItem,
  sequenceOf,
  type StoredItem,
} from '../directory/resources/resource-item';
import type { Item } from '../directory/store/item';
import { readKey } from '../directory/store/key-meaning';
import type { JsonObject } from '../scim/json';
import { allTypes } from '../scim/schema/custom-type';
import type { ResourceType, ResourceTypeName } from '../scim/schema/resource-type';
import { changedNames } from './changed';
import { bounded } from './data-size';
import type { ItemChange } from './item-change';
import {
  connectionData,
  customSubject,
  customTypeIn,
  groupData,
  membershipData,
  membershipSubject,
  namedFields,
  profileIn,
  resourceData,
  userData,
  type ViewContext,
} from './views';

/**
 * Returns the event of a change to a resource or membership.
 * @returns undefined if the change is none for the application, such as a user's retention, or if a
 *   release before 0.3.0 made it
 */
export function changeEvent(change: ItemChange, context: ViewContext): NewEvent | undefined {
  const { meaning } = readKey(change.key);
  const event =
    meaning.kind === 'membership'
      ? membershipEvent(change, context, meaning)
      : meaning.kind === 'resource'
        ? resourceEvent(change, context, meaning.type)
        : undefined;
  return event === undefined ? undefined : bounded(event);
}

function membershipEvent(
  { id, before, after, time }: ItemChange,
  { connection }: ViewContext,
  { groupId, memberId }: { readonly groupId: string; readonly memberId: string },
): NewEvent | undefined {
  // Otherwise only the name to display has changed.
  if ((before === undefined) === (after === undefined)) return undefined;
  const type = after === undefined ? 'group.member_removed' : 'group.member_added';
  return {
    id: eventId(id, time),
    type,
    connection: connection.id,
    subject: membershipSubject(groupId, memberId),
    time,
    data: {
      ...connectionData(connection),
      membership: membershipData(groupId, memberId, after ?? before),
      reason: reasonFrom(after?.['reason']) ?? 'scim',
      ...present(connection.actsAs),
    },
  };
}

function resourceEvent(
  { id, before, after, time }: ItemChange,
  context: ViewContext,
  type: ResourceTypeName,
): NewEvent | undefined {
  const [was, is] = [before, after].map((item) => item && resourceFromItem(item));
  const sequence = after === undefined ? deletionSequence(was) : sequenceOf(after);
  // Requests of earlier releases do not count; and changes to members leave the sequence.
  if (sequence === undefined) return undefined;
  if (before !== undefined && sequence <= (sequenceOf(before) ?? 0)) return undefined;
  const resource = is ?? was;
  if (resource === undefined) return undefined;
  const { reason, requestId, actsAs, replaces } = cause(after, is, context, type);
  // The time of a record has no fraction of a second, and a deletion is later than the last change.
  const at = timeOfWrite(after, is) ?? [time, was?.lastModified ?? ''].sort().at(-1) ?? time;
  const common = {
    id: eventId(id, at),
    connection: context.connection.id,
    time: at,
    sequence,
  };
  const facts = {
    ...connectionData(context.connection),
    reason,
    ...(requestId === undefined ? {} : { requestId }),
    ...present(actsAs),
  };
  const isNew = is !== undefined && isNewResource(is, changedByOf(after));
  const states = { was, is, resource, isNew, replaces };
  const { id: resourceId } = resource;
  if (type === 'User') {
    return userEvent({ ...common, subject: `Users/${resourceId}` }, facts, context, states);
  }
  if (type === 'Group') {
    return groupEvent({ ...common, subject: `Groups/${resourceId}` }, facts, context, states);
  }
  const custom = customTypeIn(context.connection, type);
  if (custom === undefined)
    throw new Error(`Connection ${context.connection.id} has no type ${type}.`);
  const subject = customSubject(custom, resourceId);
  return customEvent({ ...common, subject }, facts, context, states, custom);
}

/** Returns when a resource got its present version. An import keeps an earlier `lastModified`. */
function timeOfWrite(after: Item | undefined, is: StoredItem | undefined): string | undefined {
  const by = changedByOf(after);
  if (by?.reason === undefined || by.version !== is?.version) return is?.lastModified;
  return new Date(by.begun + by.latency).toISOString();
}

function deletionSequence(was: StoredItem | undefined): number {
  return (was?.sequence ?? FIRST_SEQUENCE) + 1;
}

/** The cause of a change. */
interface Cause {
  readonly reason: EventReason;
  readonly requestId?: string;
  /** The account that the connection acted for. */
  readonly actsAs?: string | undefined;
  /** Whether a request replaced the resource (PUT). */
  readonly replaces?: boolean;
}

/** Returns why a resource has its present version. Nothing remains of what deleted a resource. */
function cause(
  after: Item | undefined,
  is: StoredItem | undefined,
  { connection }: ViewContext,
  type: ResourceTypeName,
): Cause {
  if (after === undefined) {
    const definition = allTypes(connection).find(({ name }) => name === type);
    const reason = definition?.managedBy === 'application' ? 'admin' : 'scim';
    return { reason, actsAs: connection.actsAs };
  }
  const by = changedByOf(after);
  if (by === undefined || by.version !== is?.version) return { reason: 'admin' };
  const { reason = 'scim', requestId, actsAs, replaces = false } = by;
  return { reason, requestId, actsAs, replaces };
}

function present(actsAs: string | undefined): JsonObject {
  return actsAs === undefined ? {} : { actsAs };
}

type Common = Pick<NewEvent, 'id' | 'connection' | 'subject' | 'time' | 'sequence'>;

/** A resource before and after a change; `resource` is the one that exists. */
interface States {
  readonly was: StoredItem | undefined;
  readonly is: StoredItem | undefined;
  readonly resource: StoredItem;
  /** Whether the resource did not exist before, unlike a user who comes back. */
  readonly isNew: boolean;
  readonly replaces: boolean | undefined;
}

function userEvent(
  common: Common,
  facts: JsonObject,
  context: ViewContext,
  { was, is, resource, isNew, replaces }: States,
): NewEvent {
  const { id } = resource;
  const type = userEventType(was, is, isNew);
  // Nothing remains of a user who is erased.
  const isErased = is === undefined && context.connection.userDeletion === 'erase';
  if (isErased) return { ...common, type, data: { ...facts, user: { id } } };
  if (is === undefined) {
    const attributes = { ...resource.attributes, active: false };
    const user = { ...userData({ ...resource, attributes }, context), deletedAt: common.time };
    return { ...common, type, userId: id, data: { ...facts, user: { id } }, personal: { user } };
  }
  const user = userData(is, context);
  if (was === undefined) {
    return { ...common, type, userId: id, data: { ...facts, user: { id } }, personal: { user } };
  }
  const [previous, current] = [profileIn(context, was), profileIn(context, is)];
  const changed = changedNames([previous, current], [was.attributes, is.attributes]);
  return {
    ...common,
    type,
    userId: id,
    data: { ...facts, user: { id }, changed, write: writeOf(was, is, replaces) },
    personal: { user, previous },
  };
}

/** A user that was deleted and comes back is reactivated, under the same id. */
function userEventType(
  was: StoredItem | undefined,
  is: StoredItem | undefined,
  isNew: boolean,
): EventType {
  if (is === undefined) return 'user.deleted';
  const isActive = is.attributes['active'] !== false;
  if (was === undefined) {
    if (isNew) return 'user.created';
    return isActive ? 'user.reactivated' : 'user.updated';
  }
  const wasActive = was.attributes['active'] !== false;
  if (wasActive === isActive) return 'user.updated';
  return isActive ? 'user.reactivated' : 'user.deactivated';
}

function groupEvent(
  common: Common,
  facts: JsonObject,
  { connection, baseUrl }: ViewContext,
  { was, is, resource, replaces }: States,
): NewEvent {
  const group = groupData(resource, connection, baseUrl);
  if (is === undefined) return { ...common, type: 'group.deleted', data: { ...facts, group } };
  if (was === undefined) return { ...common, type: 'group.created', data: { ...facts, group } };
  const data = { ...facts, group, ...difference(was, is, replaces) };
  return { ...common, type: 'group.updated', data };
}

function customEvent(
  common: Common,
  facts: JsonObject,
  { baseUrl }: ViewContext,
  { was, is, resource, replaces }: States,
  type: ResourceType,
): NewEvent {
  const named = {
    ...facts,
    resourceType: type.name,
    resource: resourceData(resource, type, baseUrl),
  };
  if (is === undefined) return { ...common, type: 'resource.deleted', data: named };
  if (was === undefined) return { ...common, type: 'resource.created', data: named };
  const data = { ...named, ...difference(was, is, replaces) };
  return { ...common, type: 'resource.updated', data };
}

/** Returns what a change has changed in a group or in a resource of a custom type. */
function difference(was: StoredItem, is: StoredItem, replaces: boolean | undefined): JsonObject {
  const [previous, current] = [namedFields(was), namedFields(is)];
  return {
    previous,
    changed: changedNames([previous, current], [was.attributes, is.attributes]),
    write: writeOf(was, is, replaces),
  };
}

/** Returns what only security event tokens tell about a change: its method, in SCIM's own words. */
function writeOf(was: StoredItem, is: StoredItem, replaces: boolean | undefined): JsonObject {
  const attributes = changedPaths(was.attributes, is.attributes);
  return { method: replaces === true ? 'PUT' : 'PATCH', attributes };
}
