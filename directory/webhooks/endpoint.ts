import { asText, isObject } from '../../scim/json';
import { EVENT_TYPES, type EventType } from '../events/event';
import { textOf, type Item, type Key } from '../store/item';
import { WEBHOOKS } from '../store/keys';
import { newVersion } from '../store/version';

/** The cause of disabling: an operator, an answer 410, or five days of nothing but failures. */
export const DISABLED_REASONS = ['operator', 'gone', 'failing'] as const;
export type DisabledReason = (typeof DISABLED_REASONS)[number];

/** An endpoint of the application that receives events over HTTPS. */
export interface WebhookEndpoint {
  readonly id: string;
  readonly url: string;
  readonly description: string;
  /** Types of events to send; empty for all. */
  readonly types: readonly EventType[];
  /** Ids of the connections whose events are sent; empty for all. */
  readonly connections: readonly string[];
  readonly enabled: boolean;
  readonly disabledReason?: DisabledReason;
  /** RFC 3339. */
  readonly createdAt: string;
  /** Version of the signing secret. */
  readonly secretVersion: string;
  /** The version before it, and until when it also signs (RFC 3339). */
  readonly previousSecret?: { readonly version: string; readonly until: string };
}

/** Returns the key of an endpoint. */
export function webhookKey(id: string): Key {
  return { pk: WEBHOOKS, sk: id };
}

/** Returns an endpoint as an item with a new version. */
export function webhookToItem(endpoint: WebhookEndpoint): Item {
  const { id, types, connections, previousSecret, ...rest } = endpoint;
  return {
    ...(previousSecret === undefined ? {} : { previousSecret: { ...previousSecret } }),
    ...webhookKey(id),
    version: newVersion(),
    types: [...types],
    connections: [...connections],
    ...rest,
  };
}

/** Reads the item of an endpoint. */
export function webhookFromItem(item: Item): WebhookEndpoint {
  const { types, connections } = item;
  const disabledReason = DISABLED_REASONS.find((reason) => reason === item['disabledReason']);
  const { previousSecret } = item;
  return {
    id: item.sk,
    url: textOf(item, 'url'),
    description: textOf(item, 'description'),
    types: EVENT_TYPES.filter((type) => Array.isArray(types) && types.includes(type)),
    connections: Array.isArray(connections) ? connections.map(String) : [],
    enabled: item['enabled'] === true,
    ...(disabledReason === undefined ? {} : { disabledReason }),
    createdAt: textOf(item, 'createdAt'),
    secretVersion: textOf(item, 'secretVersion'),
    ...(isObject(previousSecret)
      ? {
          previousSecret: {
            version: asText(previousSecret['version']),
            until: asText(previousSecret['until']),
          },
        }
      : {}),
  };
}

/** The form of an endpoint's id. */
export const WEBHOOK_ID = /^wh-[0-9a-f]{16}$/;
