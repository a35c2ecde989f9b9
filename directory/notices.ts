import { textOf, numberOf, type Item } from './item';
import { connectionKey, idPrefix, INVERSE_INDEX, noticePartition, UNSENT_NOTICES } from './keys';
import type { Table } from './table';
import { ABSENT, type Write } from './write';

/*
 * What the recipients of a connection are to be told is recorded first and mailed afterwards: a notice is an item of its own, so that it is
 * neither lost when something dies nor told twice when something is repeated. Sent ones stay until they are of no use, and keep others with the
 * same key from being made.
 */

/** Days before the end of a token at which its connection's recipients are told, and on the day. */
export const EXPIRY_DAYS = [60, 30, 7, 1, 0] as const;

/** What there is to tell of a token. */
export type Notice = {
  readonly connection: string;
  readonly token: string;
  /** RFC 3339: when the token ends. */
  readonly expiresAt: string;
} & (
  | { readonly kind: 'tokenExpires'; readonly days: (typeof EXPIRY_DAYS)[number] }
  /** A new token waits in the secret; `earlierUntil` is when those before it end. */
  | { readonly kind: 'tokenRotated'; readonly earlierUntil: string }
);

/** Seconds after the end of its token for which a notice is kept. */
const KEPT_SECONDS = 30 * 86_400;

/** The write that makes a notice, unless it has been made before. */
export function noticeWrite(notice: Notice, now = Date.now()): Write {
  const { connection, ...rest } = notice;
  const name = notice.kind === 'tokenExpires' ? `expires-${notice.days}` : 'rotated';
  return {
    put: {
      pk: noticePartition(connection),
      sk: `${notice.token}#${name}`,
      gsi1pk: UNSENT_NOTICES,
      // By time, and apart from others of the same millisecond.
      gsi1sk: `${idPrefix(now)}#${connection}#${notice.token}`,
      connection,
      ...rest,
      ttl: Math.ceil(Date.parse(notice.expiresAt) / 1000) + KEPT_SECONDS,
    },
    condition: ABSENT,
  };
}

/** Makes a notice of a connection that is still there, unless it has been made before. @returns whether it is new */
export async function makeNotice(table: Table, notice: Notice): Promise<boolean> {
  const failed = await table.write([
    noticeWrite(notice),
    { check: connectionKey(notice.connection), condition: { is: 'present' } },
  ]);
  return failed.length === 0;
}

/** Notices that were made before this and are not sent, oldest first, in pages. @param milliseconds since the epoch */
export async function* unsentNotices(table: Table, milliseconds: number): AsyncGenerator<readonly Item[]> {
  const between = ['0', idPrefix(milliseconds)] as const;
  let after: Item | undefined;
  do {
    const { items, next } = await table.query(UNSENT_NOTICES, { index: INVERSE_INDEX, between, after, limit: 100 });
    yield await table.getMany(items.map(({ pk, sk }) => ({ pk, sk })));
    after = next;
  } while (after !== undefined);
}

/** Remembers that a notice was sent, or that nobody is to get it. */
export async function closeNotice(table: Table, { pk, sk }: Item, outcome: 'sent' | 'dropped'): Promise<void> {
  await table.write([
    { update: { pk, sk }, set: { outcome }, remove: ['gsi1pk', 'gsi1sk'], condition: { is: 'present' } },
  ]);
}

/** Whether a notice still waits to be sent. */
export function isUnsent(item: Item): boolean {
  return item['outcome'] === undefined;
}

/** Reads what `noticeWrite` wrote. */
export function noticeFrom(item: Item): Notice {
  const common = {
    connection: textOf(item, 'connection'),
    token: textOf(item, 'token'),
    expiresAt: textOf(item, 'expiresAt'),
  };
  if (item['kind'] === 'tokenRotated') {
    return { ...common, kind: 'tokenRotated', earlierUntil: textOf(item, 'earlierUntil') };
  }
  const days = EXPIRY_DAYS.find((each) => each === numberOf(item, 'days')) ?? 0;
  return { ...common, kind: 'tokenExpires', days };
}
