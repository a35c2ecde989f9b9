import { createHash } from 'node:crypto';
import { v7 as uuidv7 } from 'uuid';
import { asText, isArray, isObject, parseJson, type Json } from '../../scim/json';
import type { ResourceTypeName } from '../../scim/schema/resource-type';
import { changesBetween, type AttributeChange } from './attribute-changes';
import { intentFromItem } from '../store/intents';
import { numberOf, textOf, type Item } from '../store/item';
import { changesPartition, readKey } from '../store/keys';
import { expiryTime } from './entry-time';
import { namesIn, type Names } from '../resources/names';
import {
  changedByOf,
  membershipCountsFrom,
  type ChangedBy,
  type MembershipCounts,
} from '../resources/request-info';
import { resourceFromItem } from '../resources/resource-item';
import type { BatchWrite } from '../store/write';

/*
 * What identity providers changed, for the connection's log. An entry is made of what the table's stream tells of an item, before and after; made twice it is the same
 * entry.
 */

/** What becomes of a resource. One is restored that was deleted and comes back. */
export const CHANGE_ACTIONS = ['created', 'changed', 'deleted', 'restored'] as const;
export type ChangeAction = (typeof CHANGE_ACTIONS)[number];

/** One resource that a request changed. */
export interface ChangeEntry {
  /** A UUIDv7: entries are in the order of their times. */
  readonly id: string;
  readonly connection: string;
  /** RFC 3339. */
  readonly at: string;
  /** Of the invocation, in the function's log. */
  readonly requestId: string;
  /** Id of the token that the request came with. */
  readonly token: string;
  readonly action: ChangeAction;
  readonly resourceType: ResourceTypeName;
  readonly resourceId: string;
  /** The user's `userName` or the group's `displayName`. */
  readonly name?: string;
  readonly externalId?: string;
  /** Milliseconds from when the request came to the change. */
  readonly latency: number;
  readonly changes: readonly AttributeChange[];
  readonly members?: MembershipCounts;
}

/**
 * The entry that an item's change calls for.
 * @param before undefined for an item that was not there
 * @returns undefined when no request has made this change, or it is none of a user or group
 */
export function changeEntryOf(before: Item | undefined, after: Item): ChangeEntry | undefined {
  const by = changedByOf(after);
  if (by === undefined) return undefined;
  const { connection, meaning } = readKey(after);
  if (meaning.kind === 'intent')
    return before === undefined ? deletionEntry(connection, after, by) : undefined;
  if (meaning.kind !== 'resource') return undefined;
  const [was, is] = [
    before === undefined ? undefined : resourceFromItem(before),
    resourceFromItem(after),
  ];
  // What follows from a change of another item, such as that a deleted user leaves a group, has a version of its own.
  if (by.version !== is.version || was?.version === is.version) return undefined;
  const appeared = is.created === is.lastModified ? 'created' : 'restored';
  return {
    ...about(connection, meaning.id, by),
    action: was === undefined ? appeared : 'changed',
    resourceType: meaning.type,
    ...present(namesIn(is.attributes)),
    changes: changesBetween(was?.attributes, is.attributes),
    ...(by.members === undefined ? {} : { members: by.members }),
  };
}

/** A deletion is told by what it leaves to be done: of the resource itself nothing is left that could tell who deleted it. */
function deletionEntry(connection: string, item: Item, by: ChangedBy): ChangeEntry | undefined {
  const intent = intentFromItem(item);
  if (intent.kind !== 'deletion') return undefined;
  return {
    ...about(connection, intent.resource, by),
    action: 'deleted',
    resourceType: intent.type,
    ...optionalNames(item),
    changes: [],
  };
}

function about(
  connection: string,
  resourceId: string,
  by: ChangedBy,
): Omit<ChangeEntry, 'action' | 'resourceType' | 'changes'> {
  const { token, requestId, begun, latency, version } = by;
  const msecs = begun + latency;
  // The same whoever makes it: what the stream brings twice is one entry.
  const random = createHash('sha256').update(`${resourceId} ${version}`).digest().subarray(0, 16);
  return {
    id: uuidv7({ msecs, random }),
    connection,
    at: new Date(msecs).toISOString(),
    requestId,
    token,
    resourceId,
    latency,
  };
}

/** The entry without names and values: which attributes changed, and from what to what only of `active` and others that are true or false. */
export function withoutValues({ name: _, externalId: __, ...entry }: ChangeEntry): ChangeEntry {
  const changes = entry.changes.map((change) => {
    const { attribute, from, to } = change;
    return typeof from === 'boolean' || typeof to === 'boolean' ? change : { attribute };
  });
  return { ...entry, changes };
}

/** The write that keeps an entry. @param days for how long */
export function changeEntryWrite(
  { id, connection, changes, members, ...entry }: ChangeEntry,
  days: number,
): BatchWrite {
  return {
    put: {
      pk: changesPartition(connection),
      sk: id,
      entry: 'change',
      ...entry,
      changes: JSON.stringify(changes),
      ...(members === undefined ? {} : { members: { ...members } }),
      ttl: expiryTime(entry.at, days),
    },
  };
}

/** Reads what `changeWrite` wrote. */
export function changeEntryFromItem(connection: string, item: Item): ChangeEntry {
  const changes = parseJson(textOf(item, 'changes'));
  return {
    id: item.sk,
    connection,
    at: textOf(item, 'at'),
    requestId: textOf(item, 'requestId'),
    token: textOf(item, 'token'),
    action: oneOf(CHANGE_ACTIONS, item, 'action'),
    resourceType: oneOf(RESOURCE_TYPES, item, 'resourceType'),
    resourceId: textOf(item, 'resourceId'),
    ...optionalNames(item),
    latency: numberOf(item, 'latency'),
    changes: isArray(changes) ? changes.flatMap(attributeChange) : [],
    ...(isObject(item['members']) ? { members: membershipCountsFrom(item['members']) } : {}),
  };
}

const RESOURCE_TYPES: readonly ResourceTypeName[] = ['User', 'Group'];

/** An attribute that is one of some texts; anything else is damage to the table. */
function oneOf<Text extends string>(texts: readonly Text[], item: Item, name: string): Text {
  const found = texts.find((text) => text === item[name]);
  if (found === undefined)
    throw new Error(`Item ${item.pk} / ${item.sk} has no "${name}" that is known.`);
  return found;
}

function attributeChange(change: Json): readonly AttributeChange[] {
  if (!isObject(change)) return [];
  const { attribute, from, to } = change;
  return [
    {
      attribute: asText(attribute),
      ...(from === undefined ? {} : { from }),
      ...(to === undefined ? {} : { to }),
    },
  ];
}

function optionalNames(item: Item): ReturnType<typeof present> {
  const text = (name: string): string | undefined =>
    item[name] === undefined ? undefined : textOf(item, name);
  return present({ name: text('name'), externalId: text('externalId') });
}

function present({ name, externalId }: Names): {
  readonly name?: string;
  readonly externalId?: string;
} {
  return {
    ...(name === undefined ? {} : { name }),
    ...(externalId === undefined ? {} : { externalId }),
  };
}
