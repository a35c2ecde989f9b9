import { eventId, type NewEvent } from '../directory/events/event';
import { FIRST_SEQUENCE, resourceFromItem, sequenceOf } from '../directory/resources/resource-item';
import { textOf, type Item } from '../directory/store/item';
import { idIn } from '../directory/store/resource-ids';
import { readKey } from '../directory/store/key-meaning';
import { PRESENT, type Check } from '../directory/store/write';
import type { JsonObject } from '../scim/json';
import {
  isMemberType,
  type ResourceType,
  type ResourceTypeName,
} from '../scim/schema/resource-type';
import { bounded } from './data-size';
import type { ItemChange } from './item-change';
import {
  connectionData,
  customSubject,
  customTypeIn,
  groupData,
  membershipData,
  membershipSubject,
  resourceData,
  userData,
  type ViewContext,
} from './views';

/**
 * Returns the event that repeats the present state of a resource, retained user or membership. It
 * may only be appended while this is the present state, so that events of one subject stay in
 * order.
 * @param cause identifies the resync
 */
export function resyncEvent(
  item: Item,
  context: ViewContext,
  cause: string,
  time: string,
): NewEvent | undefined {
  const { pk, sk } = item;
  const { meaning } = readKey(item);
  const common = { connection: context.connection.id, time };
  const facts = { ...connectionData(context.connection), reason: 'resync' };
  if (meaning.kind === 'membership') {
    const { groupId, memberId } = meaning;
    const subject = membershipSubject(groupId, memberId);
    return {
      ...common,
      id: eventId(`${cause} ${subject}`, time),
      type: 'group.member_added',
      subject,
      data: { ...facts, membership: membershipData(groupId, memberId, item) },
      check: { check: { pk, sk }, condition: PRESENT },
    };
  }
  const found =
    meaning.kind === 'resource'
      ? { type: meaning.type, id: meaning.id, isDeleted: false }
      : meaning.kind === 'deletedUser'
        ? { type: 'User' as const, id: idIn(item), isDeleted: true }
        : undefined;
  if (found === undefined) return undefined;
  const { type, id, isDeleted } = found;
  const custom = customTypeIn(context.connection, type);
  const subject = subjectOf(type, id, custom);
  if (subject === undefined) return undefined;
  const check: Check = {
    check: { pk, sk },
    condition: { is: 'version', version: textOf(item, 'version') },
  };
  const event = {
    ...common,
    id: eventId(`${cause} ${subject}`, time),
    subject,
    sequence: sequenceOf(item) ?? FIRST_SEQUENCE,
    check,
  };
  const view = viewOf(item, type, context);
  const isPart = view === undefined ? { truncated: true } : {};
  if (custom !== undefined) {
    const named = { resourceType: type, resource: view ?? { id } };
    const data = { ...facts, ...named, ...isPart };
    return bounded({ ...event, type: 'resource.updated', data });
  }
  return bounded(
    type === 'User'
      ? {
          ...event,
          type: isDeleted ? 'user.deleted' : 'user.updated',
          userId: id,
          data: { ...facts, user: { id }, ...isPart },
          ...(view === undefined ? {} : { personal: { user: view } }),
        }
      : {
          ...event,
          type: 'group.updated',
          data: { ...facts, group: view ?? { id }, ...isPart },
        },
  );
}

/** Returns the subject of events about a resource; undefined if its type is unknown. */
function subjectOf(
  type: ResourceTypeName,
  id: string,
  custom: ResourceType | undefined,
): string | undefined {
  if (custom !== undefined) return customSubject(custom, id);
  return isMemberType(type) ? `${type}s/${id}` : undefined;
}

/** Returns undefined for a resource that cannot be read: its event has a reference only. */
function viewOf(item: Item, type: ResourceTypeName, context: ViewContext): JsonObject | undefined {
  const { connection, baseUrl } = context;
  try {
    const resource = resourceFromItem(item);
    if (type === 'Group') return groupData(resource, connection, baseUrl);
    const custom = customTypeIn(connection, type);
    if (custom !== undefined) return resourceData(resource, custom, baseUrl);
    const user = userData(resource, context);
    const isDeleted = readKey(item).meaning.kind === 'deletedUser';
    return isDeleted ? { ...user, deletedAt: resource.lastModified } : user;
  } catch {
    return undefined;
  }
}

/**
 * Returns the event for a change that cannot be understood, when the resource is gone: consumers
 * learn that it was deleted, whatever else has happened to it.
 */
export function goneEvent(change: ItemChange, { connection }: ViewContext): NewEvent | undefined {
  const { key, before, time } = change;
  const { meaning } = readKey(key);
  if (meaning.kind !== 'resource') return undefined;
  const { type, id } = meaning;
  const custom = customTypeIn(connection, type);
  const subject = subjectOf(type, id, custom);
  if (subject === undefined) return undefined;
  const sequence = (before === undefined ? undefined : sequenceOf(before)) ?? FIRST_SEQUENCE;
  const common = {
    id: eventId(`${change.id} gone`, time),
    connection: connection.id,
    subject,
    time,
    sequence: sequence + 1,
  };
  const facts = { ...connectionData(connection), reason: 'resync', truncated: true };
  if (custom !== undefined) {
    const data = { ...facts, resourceType: type, resource: { id } };
    return { ...common, type: 'resource.deleted', data };
  }
  return type === 'User'
    ? { ...common, type: 'user.deleted', data: { ...facts, user: { id } } }
    : { ...common, type: 'group.deleted', data: { ...facts, group: { id } } };
}
