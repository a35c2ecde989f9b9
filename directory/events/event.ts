import { createHash } from 'node:crypto';
import { v7 as uuidv7 } from 'uuid';
import type { JsonObject } from '../../scim/json';
import type { Check } from '../store/write';

/** The types of events about the directory, which readers of the log and webhooks can ask for. */
export const LOGGED_TYPES = [
  'user.created',
  'user.updated',
  'user.deactivated',
  'user.reactivated',
  'user.deleted',
  'group.created',
  'group.updated',
  'group.deleted',
  'group.member_added',
  'group.member_removed',
  'resource.created',
  'resource.updated',
  'resource.deleted',
  'connection.created',
  'connection.updated',
  'connection.deleted',
  'connection.sync_completed',
] as const;

/**
 * The types of all events: also of those that only streams of security event tokens send, and of
 * those that only webhooks send.
 */
export const EVENT_TYPES = [...LOGGED_TYPES, 'request.completed', 'webhook.test'] as const;
export type EventType = (typeof EVENT_TYPES)[number];

/** Returns whether an event is about the directory. */
export function isAboutDirectory(type: EventType): boolean {
  return LOGGED_TYPES.some((each) => each === type);
}

/** The cause of an event: a SCIM client, an import, an adoption, an operator or a resync. */
export type EventReason = 'scim' | 'import' | 'adopt' | 'admin' | 'resync';

/** An event that is about to be appended to the log. */
export interface NewEvent {
  /** The same for the same change, however often it is processed. */
  readonly id: string;
  readonly type: EventType;
  /** Id of the connection. */
  readonly connection: string;
  /**
   * `Users/<id>`, `Groups/<id>`, `Groups/<id>/members/<memberId>`, `connections/<id>`, or the
   * endpoint of a custom type with the id: `Roles/<id>`. That of `request.completed` is the
   * endpoint alone if the request named no resource.
   */
  readonly subject: string;
  /** RFC 3339: when the change took effect. */
  readonly time: string;
  /** The sequence of a resource. For other subjects it is the position in the log. */
  readonly sequence?: number;
  /** Members of `data`, without `sequence`. */
  readonly data: JsonObject;
  /** Members of `data` with personal data. Erasing the user removes them. */
  readonly personal?: JsonObject;
  /** Id of the user that `personal` is about. */
  readonly userId?: string;
  /** A condition on which the event is still true. */
  readonly check?: Check;
}

/** An event of the log. */
export interface LoggedEvent extends NewEvent {
  readonly sequence: number;
  /** Position in its lane, counted from 1. */
  readonly position: number;
}

/**
 * Returns an id that depends only on the cause of an event. Ids are sorted by time.
 * @param cause identifies the change among all changes
 * @param time RFC 3339
 */
export function eventId(cause: string, time: string): string {
  const random = createHash('sha256').update(cause).digest().subarray(0, 16);
  return uuidv7({ msecs: Date.parse(time), random });
}
