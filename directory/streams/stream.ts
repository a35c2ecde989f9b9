import { textOf, type Item, type Key } from '../store/item';
import { STREAMS } from '../store/keys';
import { newVersion } from '../store/version';

/** The content of a stream's tokens: the names of changed attributes, or their values, too. */
export const STREAM_MODES = ['notice', 'full'] as const;
export type StreamMode = (typeof STREAM_MODES)[number];

/** The way of delivery: the receiver polls (RFC 8936), or tokens are pushed to it (RFC 8935). */
export const STREAM_DELIVERIES = ['poll', 'push'] as const;
export type StreamDelivery = (typeof STREAM_DELIVERIES)[number];

/**
 * The cause of disabling: an operator, an answer 410, five days of nothing but failures, or a stack
 * that declares the stream no more.
 */
export const STREAM_DISABLED_REASONS = ['operator', 'gone', 'failing', 'undeclared'] as const;

/** A stream of security event tokens for one receiver (RFC 9967). */
export interface Stream {
  readonly id: string;
  /** Id of the connection whose events it has; undefined for those of all connections. */
  readonly connection?: string;
  readonly delivery: StreamDelivery;
  /** Where tokens are pushed to; undefined if the receiver polls. */
  readonly url?: string;
  /** `aud` of its tokens. */
  readonly audience?: string;
  readonly mode: StreamMode;
  readonly enabled: boolean;
  readonly disabledReason?: (typeof STREAM_DISABLED_REASONS)[number];
  /** RFC 3339. */
  readonly createdAt: string;
  /** SHA-256 of the receiver's bearer token, base64url; undefined if it signs its requests. */
  readonly tokenDigest?: string;
  /** ARN of the stack that declares it; undefined for one that operators manage. */
  readonly declaredBy?: string;
}

/** The form of a stream's id. */
export const STREAM_ID = /^ss-[0-9a-f]{16}$/;

/** Returns whether a stream has the events of a connection. */
export function hasEventsOf({ connection }: Stream, id: string): boolean {
  return connection === undefined || connection === id;
}

/** Returns the key of a stream. */
export function streamKey(id: string): Key {
  return { pk: STREAMS, sk: id };
}

/** Returns a stream as an item with a new version. */
export function streamToItem({ id, ...rest }: Stream): Item {
  return { ...streamKey(id), version: newVersion(), ...rest };
}

/** Reads the item of a stream. */
export function streamFromItem(item: Item): Stream {
  const optional = (name: string): string | undefined => {
    const value = item[name];
    return typeof value === 'string' ? value : undefined;
  };
  const reason = STREAM_DISABLED_REASONS.find((each) => each === item['disabledReason']);
  const [connection, url, audience, tokenDigest, declaredBy] = [
    optional('connection'),
    optional('url'),
    optional('audience'),
    optional('tokenDigest'),
    optional('declaredBy'),
  ];
  return {
    id: item.sk,
    ...(connection === undefined ? {} : { connection }),
    delivery: STREAM_DELIVERIES.find((each) => each === item['delivery']) ?? 'poll',
    ...(url === undefined ? {} : { url }),
    ...(audience === undefined ? {} : { audience }),
    mode: STREAM_MODES.find((each) => each === item['mode']) ?? 'notice',
    enabled: item['enabled'] === true,
    ...(reason === undefined ? {} : { disabledReason: reason }),
    createdAt: textOf(item, 'createdAt'),
    ...(tokenDigest === undefined ? {} : { tokenDigest }),
    ...(declaredBy === undefined ? {} : { declaredBy }),
  };
}
