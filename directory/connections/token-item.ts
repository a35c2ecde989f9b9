import { asText } from '../../scim/json';
import type { Item, ItemValue } from '../store/item';
import type { Connection } from './connection';
import type { Credential } from './credential';
import { TOKEN_SCOPES, type StoredToken, type TokenScope } from './tokens';

const LAST_USE = 'lastUsed_';

/** Returns the name of the attribute that holds the last use of a token or another credential. */
export function lastUseOf(credential: string): string {
  return `${LAST_USE}${credential}`;
}

/** Returns whether an attribute holds the last use of a credential. */
export function isLastUse(attribute: string): boolean {
  return attribute.startsWith(LAST_USE);
}

/** Returns everything that a caller of a connection can be authenticated by. */
export function credentialsOf({
  tokens,
  oauth,
}: Pick<Connection, 'tokens' | 'oauth'>): readonly Credential[] {
  const secrets = oauth?.clients.flatMap((client) => client.secrets) ?? [];
  return [...tokens, ...secrets, ...(oauth?.trust === undefined ? [] : [oauth.trust])];
}

/** Returns a token as stored, without its value. */
export function tokenToItem({
  id,
  digest,
  createdAt,
  expiresAt,
  scopes,
  secretVersion,
  pending,
  replaced,
}: StoredToken): ItemValue {
  return {
    id,
    digest,
    createdAt,
    expiresAt,
    ...(scopes === undefined ? {} : { scopes }),
    ...(secretVersion === undefined ? {} : { secretVersion }),
    ...(pending === undefined ? {} : { pending }),
    ...(replaced === undefined ? {} : { replaced }),
  };
}

/** Reads the tokens of a connection's item. */
export function tokensFromItem(item: Item): readonly StoredToken[] {
  const value = item['tokens'];
  const list: readonly ItemValue[] = Array.isArray(value) ? value : [];
  return list.filter(isRecord).map((token) => {
    const id = asText(token['id']);
    const { scopes, secretVersion, pending, replaced } = token;
    const rights = scopesFrom(scopes);
    const lastUsedAt = item[lastUseOf(id)];
    return {
      id,
      digest: asText(token['digest']),
      createdAt: asText(token['createdAt']),
      expiresAt: asText(token['expiresAt']),
      ...(rights === undefined ? {} : { scopes: rights }),
      ...(typeof secretVersion === 'string' ? { secretVersion } : {}),
      ...(pending === true ? { pending } : {}),
      ...(replaced === true ? { replaced } : {}),
      ...(typeof lastUsedAt === 'string' ? { lastUsedAt } : {}),
    };
  });
}

/** Reads the scopes of a token or a client. @returns undefined if it may do everything */
export function scopesFrom(value: ItemValue | undefined): readonly TokenScope[] | undefined {
  return Array.isArray(value) ? TOKEN_SCOPES.filter((scope) => value.includes(scope)) : undefined;
}

/** Returns whether a value is a map. */
export function isRecord(
  value: ItemValue | undefined,
): value is Readonly<Record<string, ItemValue>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
