import { asText, isArray, isObject, type Json, type JsonObject } from '../../scim/json';
import type { Item, ItemValue } from '../store/item';

/*
 * Every item that a request changes names the request. The provisioning log is derived from the
 * table's stream, so that requests do not wait for it.
 */

/** The request that a change comes from. */
export interface RequestInfo {
  /** Id of the bearer token. */
  readonly token: string;
  /** Lambda's request id, which also is in the function's log. */
  readonly requestId: string;
  /** When the request arrived, in milliseconds since the epoch. */
  readonly begun: number;
  /** Why the request changes the directory; undefined for a SCIM client's own change. */
  readonly reason?: ChangeReason;
  /** The account that the connection acted for. */
  readonly actsAs?: string | undefined;
  /**
   * Id of the resource that the request creates, if it must be the same in each attempt.
   * @default - a new one
   */
  readonly newId?: string | undefined;
  /** Whether the request replaces resources (PUT). */
  readonly replaces?: boolean;
}

/** Reasons of changes that no SCIM client asked for. */
export const CHANGE_REASONS = ['import', 'adopt', 'admin'] as const;
export type ChangeReason = (typeof CHANGE_REASONS)[number];

/** Reads a stored reason; undefined if there is none. */
export function reasonFrom(value: Json | ItemValue | undefined): ChangeReason | undefined {
  return CHANGE_REASONS.find((each) => each === value);
}

/** How a change affects the members of a group. */
export interface MembershipCounts {
  readonly added: number;
  readonly removed: number;
  /** Members whose display name changed. */
  readonly renamed?: number;
  /** Ids of the first few members affected. */
  readonly ids: readonly string[];
}

/** The request that last changed an item, as the item stores it. */
export interface ChangedBy extends RequestInfo {
  /** Milliseconds from the request's arrival to the change. */
  readonly latency: number;
  /**
   * The version that the change gave the item. Changes that follow from changes to other items give
   * the item a new version and leave this one.
   */
  readonly version: string;
  readonly members?: MembershipCounts;
}

/** Returns the item attribute that names the request; empty for background work. */
export function changedByAttribute(
  request: RequestInfo | undefined,
  version: string,
  members?: MembershipCounts,
): Readonly<Record<string, ItemValue>> {
  if (request === undefined) return {};
  const { token, requestId, begun, reason, actsAs, replaces = false } = request;
  const by = {
    token,
    requestId,
    begun,
    ...(reason === undefined ? {} : { reason }),
    ...(actsAs === undefined ? {} : { actsAs }),
    ...(replaces ? { replaces } : {}),
    latency: Date.now() - begun,
    version,
  };
  return { by: members === undefined ? by : { ...by, members: { ...members } } };
}

/** Reads the attribute of `changedByAttribute`; undefined if no request changed the item. */
export function changedByOf(item: Item | undefined): ChangedBy | undefined {
  const by = item?.['by'];
  if (!isObject(by)) return undefined;
  const { token, requestId, begun, latency, version, members, actsAs } = by;
  const reason = reasonFrom(by['reason']);
  return {
    token: asText(token),
    requestId: asText(requestId),
    begun: Number(begun),
    ...(reason === undefined ? {} : { reason }),
    ...(actsAs === undefined ? {} : { actsAs: asText(actsAs) }),
    ...(by['replaces'] === true ? { replaces: true } : {}),
    latency: Number(latency),
    version: asText(version),
    ...(isObject(members) ? { members: membershipCountsFrom(members) } : {}),
  };
}

/** Reads stored membership counts. */
export function membershipCountsFrom({
  added,
  removed,
  renamed,
  ids,
}: JsonObject): MembershipCounts {
  return {
    added: Number(added),
    removed: Number(removed),
    ...(renamed === undefined ? {} : { renamed: Number(renamed) }),
    ids: isArray(ids) ? ids.map(asText) : [],
  };
}
