import { numberOf, textOf, type Item, type Key } from '../store/item';
import {
  connectionKey,
  DEPLOYMENT_NOTICES,
  idPrefix,
  INVERSE_INDEX,
  noticePartition,
  UNSENT_NOTICES,
} from '../store/keys';
import type { Table } from '../store/table';
import { ABSENT, type Write } from '../store/write';

/*
 * What the recipients of a connection are to be told is recorded first and mailed afterwards: a notice is an item of its own, so that it is
 * neither lost when something dies nor told twice when something is repeated. Sent ones stay until they are of no use, and keep others with the
 * same key from being made.
 */

/** Days before the end of a token at which its connection's recipients are told, and on the day. */
export const EXPIRY_DAYS = [60, 30, 7, 1, 0] as const;

/** What there is to tell of a token. */
export type TokenNotice = {
  readonly connection: string;
  readonly token: string;
  /** RFC 3339: when the token ends. */
  readonly expiresAt: string;
} & (
  | { readonly kind: 'tokenExpires'; readonly days: (typeof EXPIRY_DAYS)[number] }
  /** A new token waits in the secret; `earlierUntil` is when those before it end. */
  | { readonly kind: 'tokenRotated'; readonly earlierUntil: string }
);

/** A cause that was told. */
export interface ToldCause {
  /** One of the table of explanations. */
  readonly cause: string;
  readonly attribute?: string;
}

/** Failures of one cause. */
export interface FailedCause extends ToldCause {
  /** Of the answers; 0 when those that were muted are summed up. */
  readonly status: number;
  /** How many there were, at least. */
  readonly count: number;
  /** Some of those whom they were about. */
  readonly names: readonly string[];
  readonly detail?: string;
  readonly received?: string;
}

/** What there is to tell of requests that failed. */
export interface FailuresNotice {
  readonly kind: 'failures';
  readonly connection: string;
  readonly causes: readonly FailedCause[];
}

/** That requests go well again. */
export interface RecoveryNotice {
  readonly kind: 'recovered';
  readonly connection: string;
  /** RFC 3339: when failures began. */
  readonly since: string;
  /** What was told in the last day. */
  readonly causes: readonly ToldCause[];
}

/** What there is to tell of a connection that is used less than it was. */
export interface RhythmNotice {
  /** Not used at all; or only now and then, as by an identity provider that has given up and tries whether it works again. */
  readonly kind: 'silent' | 'quarantined';
  readonly connection: string;
  /** RFC 3339: the last use before it. */
  readonly since: string;
}

/** That an alarm of the deployment was raised, or is over. */
export interface AlarmNotice {
  readonly kind: 'alarm';
  /** Its name in CloudWatch. */
  readonly alarm: string;
  readonly isOver: boolean;
  /** What it means, and where that is explained. */
  readonly meaning: string;
  /** What CloudWatch has measured. */
  readonly reason: string;
  /** RFC 3339. */
  readonly at: string;
}

/** What the recipients of a connection are told. */
export type ConnectionNotice = TokenNotice | FailuresNotice | RecoveryNotice | RhythmNotice;

export type Notice = ConnectionNotice | AlarmNotice;

/** Seconds for which a notice is kept: behind the end of its token, or behind its making. */
const KEPT_SECONDS = 30 * 86_400;

/** The write that makes a token's notice, unless it has been made before. */
export function noticeWrite(notice: TokenNotice, now = Date.now()): Write {
  const { connection, ...rest } = notice;
  const name = notice.kind === 'tokenExpires' ? `expires-${notice.days}` : 'rotated';
  const item = unsentItem(connection, `${notice.token}#${name}`, Date.parse(notice.expiresAt), now);
  return { put: { ...item, ...rest }, condition: ABSENT };
}

/** The item of a notice of failures. @param key sets it apart from others of the connection */
export function failuresNotice({ connection, causes }: Omit<FailuresNotice, 'kind'>, key: string, now: number): Item {
  const item = unsentItem(connection, `failures#${key}`, now, now);
  return { ...item, kind: 'failures', causes: JSON.stringify(causes) };
}

/** The item of a notice that failures are over. @param key sets it apart from others of the connection */
export function recoveryNotice(
  { connection, since, causes }: Omit<RecoveryNotice, 'kind'>,
  key: string,
  now: number,
): Item {
  const item = unsentItem(connection, `recovered#${key}`, now, now);
  return { ...item, kind: 'recovered', since, causes: JSON.stringify(causes) };
}

/** An item of a connection that waits to be told. @param until milliseconds since the epoch, from which on it is kept for some time more */
function unsentItem(connection: string, sk: string, until: number, now: number): Item {
  return { ...waitingItem({ pk: noticePartition(connection), sk }, until, now), connection };
}

function waitingItem(key: Key, until: number, now: number): Item {
  return {
    ...key,
    gsi1pk: UNSENT_NOTICES,
    // By time, and apart from others of the same millisecond.
    gsi1sk: `${idPrefix(now)}#${key.pk}#${key.sk}`,
    ttl: Math.ceil(until / 1000) + KEPT_SECONDS,
  };
}

/** Makes a notice of a connection that is still there, unless it has been made before. */
export async function makeNotice(table: Table, notice: TokenNotice | RhythmNotice, now = Date.now()): Promise<void> {
  const write = 'token' in notice ? noticeWrite(notice, now) : rhythmWrite(notice, now);
  await table.write([write, { check: connectionKey(notice.connection), condition: { is: 'present' } }]);
}

function rhythmWrite({ connection, ...rest }: RhythmNotice, now: number): Write {
  const item = unsentItem(connection, `${rest.kind}#${rest.since}`, now, now);
  return { put: { ...item, ...rest }, condition: ABSENT };
}

/** Makes the notice of an alarm, unless it has been made before. @returns its key */
export async function makeAlarmNotice(table: Table, notice: AlarmNotice, now = Date.now()): Promise<Key> {
  const key = { pk: DEPLOYMENT_NOTICES, sk: `alarm#${notice.alarm}#${notice.at}` };
  await table.write([{ put: { ...waitingItem(key, now, now), ...notice }, condition: ABSENT }]);
  return key;
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

/**
 * Reserves a notice for whoever is about to send it: the stream, the schedule and whoever made it may come at the same time.
 * @param milliseconds after which it is free again, when nothing has become of it
 * @returns false when it is somebody else's
 */
export async function claimNotice(table: Table, { pk, sk }: Item, milliseconds: number): Promise<boolean> {
  const now = Date.now();
  const condition = { is: 'notSince', attribute: CLAIMED, before: new Date(now - milliseconds).toISOString() } as const;
  const failed = await table.write([
    { update: { pk, sk }, set: { [CLAIMED]: new Date(now).toISOString() }, condition },
  ]);
  return failed.length === 0;
}

const CLAIMED = 'claimedAt';

/** Frees a notice that could not be sent, for the next attempt. */
export async function releaseNotice(table: Table, { pk, sk }: Item): Promise<void> {
  await table.write([{ update: { pk, sk }, remove: [CLAIMED], condition: { is: 'present' } }]);
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

/** Whether a notice that waits was made before this. @param milliseconds since the epoch */
export function isMadeBefore(item: Item, milliseconds: number): boolean {
  return textOf(item, 'gsi1sk') < idPrefix(milliseconds);
}

/** Reads what was written here. */
export function noticeFrom(item: Item): Notice {
  const kind = item['kind'];
  if (kind === 'alarm') return alarmFrom(item);
  const connection = textOf(item, 'connection');
  switch (kind) {
    case 'failures':
      return { kind, connection, causes: causesFrom(textOf(item, 'causes')) };
    case 'recovered':
      return { kind, connection, since: textOf(item, 'since'), causes: causesFrom(textOf(item, 'causes')) };
    case 'silent':
    case 'quarantined':
      return { kind, connection, since: textOf(item, 'since') };
    default:
      return tokenNoticeFrom(connection, item);
  }
}

function alarmFrom(item: Item): AlarmNotice {
  return {
    kind: 'alarm',
    alarm: textOf(item, 'alarm'),
    isOver: item['isOver'] === true,
    meaning: textOf(item, 'meaning'),
    reason: textOf(item, 'reason'),
    at: textOf(item, 'at'),
  };
}

function tokenNoticeFrom(connection: string, item: Item): TokenNotice {
  const common = { connection, token: textOf(item, 'token'), expiresAt: textOf(item, 'expiresAt') };
  if (item['kind'] === 'tokenRotated') {
    return { ...common, kind: 'tokenRotated', earlierUntil: textOf(item, 'earlierUntil') };
  }
  const days = EXPIRY_DAYS.find((each) => each === numberOf(item, 'days')) ?? 0;
  return { ...common, kind: 'tokenExpires', days };
}

/** What `failuresNotice` and `recoveryNotice` wrote as JSON. */
function causesFrom(text: string): readonly FailedCause[] {
  return JSON.parse(text) as readonly FailedCause[];
}
