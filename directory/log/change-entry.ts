import { createHash } from 'node:crypto';
import { v7 as uuidv7 } from 'uuid';
import { asText, isArray, isObject, parseJson, type Json } from '../../scim/json';
import type { ResourceTypeName } from '../../scim/schema/resource-type';
import { namesIn, type Names } from '../resources/display-names';
import {
  changedByOf,
  membershipCountsFrom,
  type ChangedBy,
  type MembershipCounts,
} from '../resources/request-info';
import { isNewResource, resourceFromItem } from '../resources/resource-item';
import { intentFromItem } from '../store/intents';
import { numberOf, textOf, type Item } from '../store/item';
import { readKey } from '../store/key-meaning';
import { changesPartition } from '../store/keys';
import { changesBetween, type AttributeChange } from './attribute-changes';
import { expiryTime, indexOfEntry } from './entry-item';

/*
 * The provisioning log records what identity providers changed. Entries are derived from the images
 * of an item before and after a change, which the table's stream delivers. This is idempotent: a
 * record that is delivered twice results in the same entry.
 */

/** The ways in which a resource can change. A retained user that is revived is `restored`. */
export const CHANGE_ACTIONS = ['created', 'changed', 'deleted', 'restored'] as const;

/** How a resource changed. */
export type ChangeAction = (typeof CHANGE_ACTIONS)[number];

/** The log entry for one resource that a request changed. */
export interface ChangeEntry {
  /** A UUIDv7, so that entries are sorted by time. */
  readonly id: string;
  readonly connection: string;
  /** RFC 3339. */
  readonly at: string;
  /** Lambda's request id, which is also in the function's log. */
  readonly requestId: string;
  /** Id of the request's token. */
  readonly token: string;
  /** The account that the connection acted for. */
  readonly actsAs?: string;
  readonly action: ChangeAction;
  readonly resourceType: ResourceTypeName;
  readonly resourceId: string;
  /** The user's `userName`, or the `displayName` of another resource. */
  readonly name?: string;
  readonly externalId?: string;
  /** Milliseconds from the request's arrival to the change. */
  readonly latency: number;
  readonly changes: readonly AttributeChange[];
  readonly members?: MembershipCounts;
}

/**
 * Creates the log entry for a change to an item.
 * @param before undefined for a new item
 * @returns undefined if no request made this change, or if the item is not a resource or deletion
 */
export function changeEntryOf(before: Item | undefined, after: Item): ChangeEntry | undefined {
  const by = changedByOf(after);
  if (by === undefined) return undefined;
  const { connection, meaning } = readKey(after);
  if (meaning.kind === 'intent') {
    return before === undefined ? deletionEntry(connection, after, by) : undefined;
  }
  if (meaning.kind !== 'resource') return undefined;
  const [was, is] = [
    before === undefined ? undefined : resourceFromItem(before),
    resourceFromItem(after),
  ];
  // Consequences of another change, such as a deleted user leaving a group, have a version of their
  // own and no entry.
  if (by.version !== is.version || was?.version === is.version) return undefined;
  // Only users are restored; a custom resource whose id is used again is a new one.
  const isNew = meaning.type !== 'User' || isNewResource(is, by);
  const appearance = isNew ? 'created' : 'restored';
  return {
    ...requestFields(connection, meaning.id, by),
    action: was === undefined ? appearance : 'changed',
    resourceType: meaning.type,
    ...presentNames(namesIn(is.attributes)),
    changes: changesBetween(was?.attributes, is.attributes),
    ...(by.members === undefined ? {} : { members: by.members }),
  };
}

/** A deletion is logged from its intent, because nothing remains of the resource. */
function deletionEntry(connection: string, item: Item, by: ChangedBy): ChangeEntry | undefined {
  const intent = intentFromItem(item);
  if (intent.kind !== 'deletion') return undefined;
  return {
    ...requestFields(connection, intent.resource, by),
    action: 'deleted',
    resourceType: intent.type,
    ...optionalNames(item),
    changes: [],
  };
}

/** Returns the fields that identify an entry and its request. */
function requestFields(
  connection: string,
  resourceId: string,
  by: ChangedBy,
): Omit<ChangeEntry, 'action' | 'resourceType' | 'changes'> {
  const { token, requestId, begun, latency, version, actsAs } = by;
  const msecs = begun + latency;
  // Not random, so that a record that is delivered twice results in the same entry.
  const random = createHash('sha256').update(`${resourceId} ${version}`).digest().subarray(0, 16);
  return {
    id: uuidv7({ msecs, random }),
    connection,
    at: new Date(msecs).toISOString(),
    requestId,
    token,
    ...(actsAs === undefined ? {} : { actsAs }),
    resourceId,
    latency,
  };
}

/** Returns an entry without names, and without values other than true and false, as of `active`. */
export function withoutValues({ name: _, externalId: __, ...entry }: ChangeEntry): ChangeEntry {
  return { ...entry, changes: entry.changes.map(withoutPersonalValues) };
}

function withoutPersonalValues(change: AttributeChange): AttributeChange {
  const { attribute, from, to } = change;
  return typeof from === 'boolean' || typeof to === 'boolean' ? change : { attribute };
}

/** Creates the item that stores an entry. @param days how long it is kept */
export function changeEntryToItem(
  { id, connection, changes, members, ...entry }: ChangeEntry,
  days: number,
): Item {
  return {
    pk: changesPartition(connection),
    sk: id,
    ...indexOfEntry(connection, id, entry.resourceId),
    entry: 'change',
    ...entry,
    changes: changesText(changes),
    ...(members === undefined ? {} : { members: { ...members } }),
    ttl: expiryTime(entry.at, days),
  };
}

/** Returns changes in their stored form, JSON text. */
export function changesText(changes: readonly AttributeChange[]): string {
  return JSON.stringify(changes);
}

/** Reads the item of `changeEntryToItem`. */
export function changeEntryFromItem(connection: string, item: Item): ChangeEntry {
  const changes = parseJson(textOf(item, 'changes'));
  return {
    id: item.sk,
    connection,
    at: textOf(item, 'at'),
    requestId: textOf(item, 'requestId'),
    token: textOf(item, 'token'),
    ...(item['actsAs'] === undefined ? {} : { actsAs: textOf(item, 'actsAs') }),
    action: oneOf(CHANGE_ACTIONS, item, 'action'),
    resourceType: textOf(item, 'resourceType'),
    resourceId: textOf(item, 'resourceId'),
    ...optionalNames(item),
    latency: numberOf(item, 'latency'),
    changes: isArray(changes) ? changes.flatMap(attributeChangeFrom) : [],
    ...(isObject(item['members']) ? { members: membershipCountsFrom(item['members']) } : {}),
  };
}

/** Returns an attribute with a known set of values. @throws Error for any other value */
function oneOf<Text extends string>(texts: readonly Text[], item: Item, name: string): Text {
  const found = texts.find((text) => text === item[name]);
  if (found === undefined) {
    throw new Error(`Item ${item.pk} / ${item.sk} has an unknown value of "${name}".`);
  }
  return found;
}

function attributeChangeFrom(change: Json): readonly AttributeChange[] {
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

function optionalNames(item: Item): ReturnType<typeof presentNames> {
  const text = (name: string): string | undefined =>
    item[name] === undefined ? undefined : textOf(item, name);
  return presentNames({ name: text('name'), externalId: text('externalId') });
}

function presentNames({ name, externalId }: Names): {
  readonly name?: string;
  readonly externalId?: string;
} {
  return {
    ...(name === undefined ? {} : { name }),
    ...(externalId === undefined ? {} : { externalId }),
  };
}
