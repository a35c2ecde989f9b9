import { v7 as uuidv7 } from 'uuid';
import { numberOf, textOf, type Item, type Key } from '../store/item';
import { portalLinkPartition } from '../store/keys';
import { isIssuedId } from '../store/resource-ids';
import { CONNECTION_ID } from '../connections/connection';
import { digestOf, newSecret } from './secret';

/** The purposes of links: a full setup, replacing tokens, or reading the log. */
export const PORTAL_INTENTS = ['setup', 'rotate', 'log'] as const;
export type PortalIntent = (typeof PORTAL_INTENTS)[number];

/** A link that opens the portal of one connection, once. */
export interface PortalLink {
  /** A UUIDv7, so that links are sorted by time. */
  readonly id: string;
  readonly connection: string;
  readonly digest: string;
  readonly intent: PortalIntent;
  /** The person that the link is for, as the audit log names them. */
  readonly recipient?: string;
  /** Where the portal sends its visitor back to. */
  readonly returnUrl?: string;
  /** The operator or application that made the link. */
  readonly createdBy: string;
  /** RFC 3339. */
  readonly createdAt: string;
  /** RFC 3339: when the link ends, unless it was opened before. */
  readonly expiresAt: string;
  /** RFC 3339. */
  readonly openedAt?: string;
  /** RFC 3339: also ends the session that the link opened. */
  readonly revokedAt?: string;
}

/** The state of a link. */
export type PortalLinkState = 'unused' | 'opened' | 'expired' | 'revoked';

/** The settings of a new link. */
export interface PortalLinkSettings extends Pick<
  PortalLink,
  'connection' | 'intent' | 'recipient' | 'returnUrl' | 'createdBy'
> {
  readonly expiresInSeconds: number;
}

/** How long a link stays listed after it has ended, in seconds. */
const KEPT_SECONDS = 90 * 86_400;

/**
 * Creates a link.
 * @returns the link, and its token: `<connection>.<link id>.<secret>`, which leads to its item
 */
export function newPortalLink(
  { expiresInSeconds, ...settings }: PortalLinkSettings,
  now = Date.now(),
): { readonly link: PortalLink; readonly token: string } {
  const id = uuidv7({ msecs: now });
  const secret = newSecret();
  return {
    link: {
      id,
      ...settings,
      digest: digestOf(secret) ?? '',
      createdAt: new Date(now).toISOString(),
      expiresAt: new Date(now + expiresInSeconds * 1000).toISOString(),
    },
    token: `${settings.connection}.${id}.${secret}`,
  };
}

/** Reads the token of a link. @returns undefined if it does not have the form of one */
export function readPortalLinkToken(
  token: string,
): { readonly connection: string; readonly id: string; readonly secret: string } | undefined {
  const [connection = '', id = '', secret = '', ...more] = token.split('.');
  const isToken = CONNECTION_ID.test(connection) && isIssuedId(id) && more.length === 0;
  return isToken && digestOf(secret) !== undefined ? { connection, id, secret } : undefined;
}

/** Returns the state of a link. */
export function stateOfLink(
  { revokedAt, openedAt, expiresAt }: PortalLink,
  now = Date.now(),
): PortalLinkState {
  if (revokedAt !== undefined) return 'revoked';
  if (openedAt !== undefined) return 'opened';
  return Date.parse(expiresAt) <= now ? 'expired' : 'unused';
}

/** Returns the key of a link. */
export function portalLinkKey(connection: string, id: string): Key {
  return { pk: portalLinkPartition(connection), sk: id };
}

const OPTIONAL = ['recipient', 'returnUrl', 'openedAt', 'revokedAt'] as const;

/** Returns a link as an item. */
export function portalLinkToItem({ id, connection, ...link }: PortalLink): Item {
  const ttl = Math.ceil(Date.parse(link.expiresAt) / 1000) + KEPT_SECONDS;
  return { ...portalLinkKey(connection, id), ...link, ttl };
}

/** Reads the item of `portalLinkToItem`. */
export function portalLinkFromItem(connection: string, item: Item): PortalLink {
  return {
    id: item.sk,
    connection,
    digest: textOf(item, 'digest'),
    intent: PORTAL_INTENTS.find((intent) => intent === item['intent']) ?? 'log',
    createdBy: textOf(item, 'createdBy'),
    createdAt: textOf(item, 'createdAt'),
    expiresAt: textOf(item, 'expiresAt'),
    ...Object.fromEntries(
      OPTIONAL.flatMap((name) => (item[name] === undefined ? [] : [[name, textOf(item, name)]])),
    ),
  };
}

/** Returns whether the TTL of an item has passed. DynamoDB removes it some time later. */
export function isRemoved(item: Item, now = Date.now()): boolean {
  return numberOf(item, 'ttl') * 1000 <= now;
}
