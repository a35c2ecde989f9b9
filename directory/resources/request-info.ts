import { asText, isArray, isObject, type JsonObject } from '../../scim/json';
import type { Item, ItemValue } from '../store/item';

/*
 * Which request a change comes from is written with the change: the connection's log is made of the table's stream, and nobody waits for it.
 */

/** A request that changes something. */
export interface Origin {
  /** Id of the token that it came with. */
  readonly token: string;
  /** Of the invocation, in the function's log. */
  readonly requestId: string;
  /** When it came, in milliseconds since the epoch. */
  readonly begun: number;
}

/** What a change does to the members of a group. */
export interface MemberCounts {
  readonly added: number;
  readonly removed: number;
  /** Those who are shown under another name. */
  readonly renamed?: number;
  /** Ids of some of them. */
  readonly ids: readonly string[];
}

/** What an item says of the request that made it what it is. */
export interface ChangedBy extends Origin {
  /** Milliseconds from when the request came to the change. */
  readonly latency: number;
  /** The version that it gave the item: others, that follow from changes of other items, leave this alone. */
  readonly version: string;
  readonly members?: MemberCounts;
}

/** The attribute of an item that says who changed it; none for what no request does. */
export function changedBy(
  origin: Origin | undefined,
  version: string,
  members?: MemberCounts,
): Readonly<Record<string, ItemValue>> {
  if (origin === undefined) return {};
  const { token, requestId, begun } = origin;
  const who = { token, requestId, begun, latency: Date.now() - begun, version };
  return { by: members === undefined ? who : { ...who, members: { ...members } } };
}

/** Reads what `changedBy` wrote; undefined for an item that no request has changed. */
export function changedByOf(item: Item | undefined): ChangedBy | undefined {
  const by = item?.['by'];
  if (!isObject(by)) return undefined;
  const { token, requestId, begun, latency, version, members } = by;
  return {
    token: asText(token),
    requestId: asText(requestId),
    begun: Number(begun),
    latency: Number(latency),
    version: asText(version),
    ...(isObject(members) ? { members: memberCountsFrom(members) } : {}),
  };
}

/** Reads what is stored of a change of members. */
export function memberCountsFrom({ added, removed, renamed, ids }: JsonObject): MemberCounts {
  return {
    added: Number(added),
    removed: Number(removed),
    ...(renamed === undefined ? {} : { renamed: Number(renamed) }),
    ids: isArray(ids) ? ids.map(asText) : [],
  };
}
