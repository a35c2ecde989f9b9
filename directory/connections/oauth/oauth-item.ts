import { asText } from '../../../scim/json';
import type { Item, ItemValue } from '../../store/item';
import { isRecord, lastUseOf, scopesFrom } from '../token-item';
import type { ClientSecret, OAuthClient, OAuthSettings, Trust } from './oauth-settings';

/** Returns OAuth settings as an attribute of the connection's item. */
export function oauthToItem({ key, clients, trust }: OAuthSettings): ItemValue {
  return {
    key,
    clients: clients.map(({ secrets, ...client }) => ({
      ...client,
      secrets: secrets.map(withoutLastUse),
    })),
    ...(trust === undefined ? {} : { trust: withoutLastUse(trust) }),
  };
}

/** Drops the last use, which is an attribute of its own. */
function withoutLastUse<T extends { readonly lastUsedAt?: string }>({
  lastUsedAt: _,
  ...rest
}: T): Omit<T, 'lastUsedAt'> {
  return rest;
}

/** Reads the OAuth settings in a connection's item. @returns undefined if there are none */
export function oauthFromItem(item: Item): OAuthSettings | undefined {
  const { oauth } = item;
  if (!isRecord(oauth)) return undefined;
  const { key, clients, trust } = oauth;
  return {
    key: asText(key),
    clients: recordsIn(clients).map((client) => clientFrom(client, item)),
    ...(isRecord(trust) ? { trust: trustFrom(trust, item) } : {}),
  };
}

type StoredRecord = Readonly<Record<string, ItemValue>>;

function recordsIn(value: ItemValue | undefined): readonly StoredRecord[] {
  const list: readonly ItemValue[] = Array.isArray(value) ? value : [];
  return list.filter(isRecord);
}

function clientFrom(client: StoredRecord, item: Item): OAuthClient {
  const scopes = scopesFrom(client['scopes']);
  return {
    id: asText(client['id']),
    displayName: asText(client['displayName']),
    ...(scopes === undefined ? {} : { scopes }),
    accessTokenSeconds: Number(client['accessTokenSeconds']),
    createdAt: asText(client['createdAt']),
    secrets: recordsIn(client['secrets']).map((secret) => secretFrom(secret, item)),
  };
}

function secretFrom(secret: StoredRecord, item: Item): ClientSecret {
  return {
    id: asText(secret['id']),
    digest: asText(secret['digest']),
    createdAt: asText(secret['createdAt']),
    expiresAt: asText(secret['expiresAt']),
    ...lastUse(item, secret),
  };
}

function trustFrom(trust: StoredRecord, item: Item): Trust {
  const scopes = scopesFrom(trust['scopes']);
  const { subject, audiences } = trust;
  return {
    id: asText(trust['id']),
    issuer: asText(trust['issuer']),
    tenantId: asText(trust['tenantId']),
    ...(subject === undefined ? {} : { subject: asText(subject) }),
    audiences: Array.isArray(audiences) ? audiences.map(String) : [],
    ...(scopes === undefined ? {} : { scopes }),
    accessTokenSeconds: Number(trust['accessTokenSeconds']),
    ...(trust['declared'] === true ? { declared: true } : {}),
    createdAt: asText(trust['createdAt']),
    ...lastUse(item, trust),
  };
}

function lastUse(item: Item, { id }: StoredRecord): { readonly lastUsedAt?: string } {
  const at = item[lastUseOf(asText(id))];
  return typeof at === 'string' ? { lastUsedAt: at } : {};
}
