import { TOKEN_SCOPES, type StoredToken, type TokenScope } from './tokens';
import { textOf, type Item, type Key } from '../store/item';
import { endedTokenPartition } from '../store/keys';
import type { Table } from '../store/table';
import type { Write } from '../store/write';

/** Seconds for which ended tokens are still listed. */
const KEPT_SECONDS = 90 * 86_400;

/** A token that is refused for good, without its digest. */
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

/** It ran out, an administrator ended it, or a rotation did. */
export type EndedState = 'expired' | 'revoked' | 'replaced';

/** Key of what is kept of a token. */
export function endedTokenKey(connection: string, token: string): Key {
  return { pk: endedTokenPartition(connection), sk: token };
}

/** The writes that remember tokens which the connection's item is about to lose. */
export function endedTokenWrites(
  connection: string,
  tokens: readonly StoredToken[],
  state: 'revoked' | 'replaced',
): readonly Write[] {
  const now = new Date().toISOString();
  const ttl = Math.ceil(Date.now() / 1000) + KEPT_SECONDS;
  return tokens.map(({ id, createdAt, expiresAt, lastUsedAt, scopes, replaced }) => {
    const isOver = expiresAt <= now;
    return {
      put: {
        ...endedTokenKey(connection, id),
        createdAt,
        expiresAt,
        endedAt: isOver ? expiresAt : now,
        state: !isOver ? state : replaced === true ? 'replaced' : 'expired',
        ...(lastUsedAt === undefined ? {} : { lastUsedAt }),
        ...(scopes === undefined ? {} : { scopes }),
        ttl,
      },
    };
  });
}

/** The tokens of a connection that have ended in the last 90 days, those that ended last first. */
export async function endedTokens(
  table: Table,
  connection: string,
): Promise<readonly EndedToken[]> {
  const found: EndedToken[] = [];
  for await (const item of table.queryAll(endedTokenPartition(connection)))
    found.push(endedTokenFromItem(item));
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
