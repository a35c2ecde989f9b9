import type { LoggedEvent } from '../../directory/events/event';
import type { StreamMode } from '../../directory/streams/stream';
import { asText, isArray, isObject, own, type Json, type JsonObject } from '../../scim/json';
import { PATCH_OP_URN } from '../../scim/patch/request';
import { EVENT_URI } from './event-uris';

/** The claims that identify the subject of a token (RFC 9967 section 2.1, RFC 9493). */
export interface SubjectClaim extends JsonObject {
  readonly format: 'scim';
  /** Path of the resource below the connection's SCIM base URL. */
  readonly uri: string;
  readonly externalId?: string;
}

/** The claims about an event: those of a token, without the claims of its delivery. */
export interface EventClaims extends JsonObject {
  /** The transaction, the same for each token about it. */
  readonly txn: string;
  readonly sub_id: SubjectClaim;
  /** When it happened, in seconds since the epoch (RFC 8417 section 2.2). */
  readonly toe: number;
  /** Id of the connection: a claim of our own, because paths are the same in all connections. */
  readonly connection: string;
  /** The events, by URI. */
  readonly events: JsonObject;
}

/**
 * Returns what the receivers of security event tokens learn of an event.
 * @returns undefined for an event that is not about a resource, and for a membership of a resync
 * @see https://www.rfc-editor.org/rfc/rfc9967#section-2
 */
export function eventClaims(event: LoggedEvent, mode: StreamMode): EventClaims | undefined {
  const events = eventsOf(event, mode);
  if (events === undefined) return undefined;
  const { connection, data, time } = event;
  return {
    // Nothing names the request of a deletion, and none has caused a resync.
    txn: asText(data['requestId']) || event.id,
    sub_id: subjectOf(event),
    toe: Math.floor(Date.parse(time) / 1000),
    connection,
    events,
  };
}

function eventsOf(event: LoggedEvent, mode: StreamMode): JsonObject | undefined {
  const isRepeated = event.data['reason'] === 'resync';
  switch (event.type) {
    case 'user.created':
    case 'group.created':
    case 'resource.created':
      return created(event, mode);
    case 'user.updated':
    case 'group.updated':
    case 'resource.updated':
      if (isRepeated) return { [EVENT_URI.feedAdd]: {} };
      // Without changes it is a user who was deleted and has come back, inactive.
      return (isRevived(event) ? created : updated)(event, mode);
    case 'user.deactivated':
      return { ...updated(event, mode), [EVENT_URI.deactivate]: {} };
    case 'user.reactivated': {
      const change = isRevived(event) ? created : updated;
      return { ...change(event, mode), [EVENT_URI.activate]: {} };
    }
    case 'user.deleted':
    case 'group.deleted':
    case 'resource.deleted':
      return { [EVENT_URI.delete]: {} };
    case 'group.member_added':
    case 'group.member_removed':
      // The group itself is repeated, and its members can be read.
      return isRepeated ? undefined : membersChanged(event, mode);
    case 'connection.created':
    case 'connection.updated':
    case 'connection.deleted':
    case 'connection.sync_completed':
    case 'webhook.test':
      return undefined;
    case 'request.completed':
      return { [EVENT_URI.asyncResponse]: event.data['operation'] };
  }
}

/** Returns whether an event is about a user who was deleted and has come back. */
function isRevived({ type, data }: LoggedEvent): boolean {
  const isOfUser = type === 'user.updated' || type === 'user.reactivated';
  return isOfUser && data['changed'] === undefined && data['write'] === undefined;
}

function created(event: LoggedEvent, mode: StreamMode): JsonObject {
  const scim = resourceOf(event);
  if (mode === 'full' && scim !== undefined) {
    return { [EVENT_URI.create.full]: { ...versionOf(scim), data: scim } };
  }
  const names = Object.keys(scim ?? { id: '' });
  const attributes = names.filter((name) => name !== 'schemas' && name !== 'meta');
  return { [EVENT_URI.create.notice]: { ...versionOf(scim), attributes } };
}

function updated(event: LoggedEvent, mode: StreamMode): JsonObject {
  const { method, attributes } = writeOf(event);
  const scim = resourceOf(event);
  // The members of a group are not in its events, and a replacement would lack them.
  const isReplaced = method === 'PUT' && !(mode === 'full' && event.type === 'group.updated');
  const uri = isReplaced ? EVENT_URI.put : EVENT_URI.patch;
  if (mode === 'notice' || scim === undefined) {
    return { [uri.notice]: { ...versionOf(scim), attributes } };
  }
  const data = isReplaced ? scim : patchTo(scim, attributes);
  return { [uri.full]: { ...versionOf(scim), data } };
}

/** Returns the PATCH request that changes attributes to the values of a resource. */
function patchTo(scim: JsonObject, attributes: readonly string[]): JsonObject {
  const operations = attributes.map((path) => {
    const value = valueAt(scim, path);
    return value === undefined ? { op: 'remove', path } : { op: 'replace', path, value };
  });
  return { schemas: [PATCH_OP_URN], Operations: operations };
}

/** Returns the value at a path of `changedPaths`. */
function valueAt(scim: JsonObject, path: string): Json | undefined {
  const urn = Object.keys(scim).find((name) => path.startsWith(`${name}:`));
  const names = urn === undefined ? path.split('.') : [urn, path.slice(urn.length + 1)];
  return names.reduce<Json | undefined>(
    (value, name) => (isObject(value) ? own(value, name) : undefined),
    scim,
  );
}

function membersChanged({ type, data }: LoggedEvent, mode: StreamMode): JsonObject {
  if (mode === 'notice') return { [EVENT_URI.patch.notice]: { attributes: ['members'] } };
  const { membership } = data;
  const { memberId: value, memberType } = isObject(membership) ? membership : {};
  const member = { value, $ref: `/${asText(memberType)}s/${asText(value)}` };
  const operation =
    type === 'group.member_added'
      ? { op: 'add', path: 'members', value: [member] }
      : { op: 'remove', path: `members[value eq ${JSON.stringify(value)}]` };
  const request = { schemas: [PATCH_OP_URN], Operations: [operation] };
  return { [EVENT_URI.patch.full]: { data: request } };
}

/** Returns the user, group or other resource of an event, as applications receive it. */
function viewOf({ data, personal }: LoggedEvent): JsonObject {
  const { user, group, resource } = { ...data, ...personal };
  return [user, group, resource].find(isObject) ?? {};
}

/** Returns the SCIM resource of an event; undefined if it was cut, or if its user was erased. */
function resourceOf(event: LoggedEvent): JsonObject | undefined {
  const { scim } = viewOf(event);
  return isObject(scim) ? scim : undefined;
}

function subjectOf(event: LoggedEvent): SubjectClaim {
  const { externalId } = viewOf(event);
  // Members are those of a group: `Groups/<id>/members/<memberId>`.
  const path = event.subject.split('/').slice(0, 2);
  return {
    format: 'scim',
    uri: `/${path.join('/')}`,
    ...(typeof externalId === 'string' ? { externalId } : {}),
  };
}

function versionOf(scim: JsonObject | undefined): JsonObject {
  const { version } = isObject(scim?.['meta']) ? scim['meta'] : {};
  return typeof version === 'string' ? { version } : {};
}

/** Returns how a resource was changed. Events of earlier releases do not say it. */
function writeOf({ data }: LoggedEvent): {
  readonly method: string;
  readonly attributes: readonly string[];
} {
  const { write, changed } = data;
  const { method, attributes } = isObject(write) ? write : { method: 'PATCH', attributes: changed };
  return { method: asText(method), attributes: isArray(attributes) ? attributes.map(asText) : [] };
}
