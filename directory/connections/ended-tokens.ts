import { textOf, type Item, type Key } from '../store/item';
import { endedTokenPartition } from '../store/keys';
import type { Table } from '../store/table';
import type { Write } from '../store/write';
import { TOKEN_SCOPES, type StoredToken, type TokenScope } from './tokens';

/** Seconds for which ended tokens are kept. */
const KEPT_SECONDS = 90 * 86_400;

/** A token that is no longer valid, without its digest. */
export interface EndedToken {
  readonly id: string;
  readonly createdAt: string;
  readonly expiresAt: string;
  readonly lastUsedAt?: string;
  readonly scopes?: readonly TokenScope[];
  /** RFC 3339. */
  readonly endedAt: string;
  readonly state: EndedState;
}

/** Why a token ended: it expired, an operator revoked it, or a rotation replaced it. */
export type EndedState = 'expired' | 'revoked' | 'replaced';

/** Returns the key of an ended token. */
export function endedTokenKey(connection: string, token: string): Key {
  return { pk: endedTokenPartition(connection), sk: token };
}

/** Creates the writes that keep tokens which are removed from the connection's item. */
export function endedTokenWrites(
  connection: string,
  tokens: readonly StoredToken[],
  state: 'revoked' | 'replaced',
): readonly Write[] {
  const now = new Date().toISOString();
  const ttl = Math.ceil(Date.now() / 1000) + KEPT_SECONDS;
  return tokens.map(({ id, createdAt, expiresAt, lastUsedAt, scopes, replaced }) => {
    const isExpired = expiresAt <= now;
    return {
      put: {
        ...endedTokenKey(connection, id),
        createdAt,
        expiresAt,
        endedAt: isExpired ? expiresAt : now,
        state: !isExpired ? state : replaced === true ? 'replaced' : 'expired',
        ...(lastUsedAt === undefined ? {} : { lastUsedAt }),
        ...(scopes === undefined ? {} : { scopes }),
        ttl,
      },
    };
  });
}

/** Returns a connection's tokens that ended in the last 90 days, the latest first. */
export async function endedTokens(
  table: Table,
  connection: string,
): Promise<readonly EndedToken[]> {
  const found: EndedToken[] = [];
  for await (const item of table.queryAll(endedTokenPartition(connection))) {
    found.push(endedTokenFromItem(item));
  }
  const order = ({ endedAt, createdAt }: EndedToken): string => `${endedAt} ${createdAt}`;
  return found.sort((a, b) => (order(a) < order(b) ? 1 : -1));
}

function endedTokenFromItem(item: Item): EndedToken {
  const { lastUsedAt, scopes, state } = item;
  return {
    id: item.sk,
    createdAt: textOf(item, 'createdAt'),
    expiresAt: textOf(item, 'expiresAt'),
    endedAt: textOf(item, 'endedAt'),
    state: state === 'revoked' || state === 'replaced' ? state : 'expired',
    ...(typeof lastUsedAt === 'string' ? { lastUsedAt } : {}),
    ...(Array.isArray(scopes)
      ? { scopes: TOKEN_SCOPES.filter((scope) => scopes.includes(scope)) }
      : {}),
  };
}
