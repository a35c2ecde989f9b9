import { numberOf, textOf, type Item, type Key } from '../store/item';
import { idPrefix } from '../store/key-texts';
import { DEPLOYMENT_NOTICES, noticePartition, UNSENT_NOTICES } from '../store/keys';
import { ABSENT, type Write } from '../store/write';
import {
  ADOPTION_REMINDERS,
  EXPIRY_DAYS,
  type AlarmNotice,
  type FailedCause,
  type FailuresNotice,
  type Notice,
  type RecoveryNotice,
  type TokenNotice,
  type UsageNotice,
  type WebhookNotice,
} from './notice';

/** Seconds that a notice is kept after its token's end, or after it was made. */
const KEPT_SECONDS = 30 * 86_400;

/** Creates the write for a token's notice; its condition fails if the notice was made before. */
export function tokenNoticeWrite(notice: TokenNotice, now = Date.now()): Write {
  const { connection, ...rest } = notice;
  const name = tokenNoticeName(notice);
  const until = Date.parse(notice.expiresAt);
  const item = unsentItem(connection, `${notice.token}#${name}`, until, now);
  return { put: { ...item, ...rest }, condition: ABSENT };
}

function tokenNoticeName(notice: TokenNotice): string {
  switch (notice.kind) {
    case 'tokenExpires':
    case 'secretExpires':
      return `expires-${notice.days}`;
    case 'tokenRotated':
      return 'rotated';
    case 'tokenNotAdopted':
      return `notAdopted-${notice.reminder}`;
  }
}

/** Creates the write for a usage notice; its condition fails if the notice was made before. */
export function usageNoticeWrite({ connection, ...rest }: UsageNotice, now: number): Write {
  const item = unsentItem(connection, `${rest.kind}#${rest.since}`, now, now);
  return { put: { ...item, ...rest }, condition: ABSENT };
}

/**
 * Creates the item of a failures notice.
 * @param key distinguishes it from the connection's others
 */
export function failuresNoticeItem(
  { connection, causes }: Omit<FailuresNotice, 'kind'>,
  key: string,
  now: number,
): Item {
  const item = unsentItem(connection, `failures#${key}`, now, now);
  return { ...item, kind: 'failures', causes: JSON.stringify(causes) };
}

/**
 * Creates the item of a recovery notice.
 * @param key distinguishes it from the connection's others
 */
export function recoveryNoticeItem(
  { connection, since, causes }: Omit<RecoveryNotice, 'kind'>,
  key: string,
  now: number,
): Item {
  const item = unsentItem(connection, `recovered#${key}`, now, now);
  return { ...item, kind: 'recovered', since, causes: JSON.stringify(causes) };
}

/** Creates the item of an alarm's notice. */
export function alarmNoticeItem(notice: AlarmNotice, now: number): Item {
  const key = { pk: DEPLOYMENT_NOTICES, sk: `alarm#${notice.alarm}#${notice.at}` };
  return { ...queuedItem(key, now, now), ...notice };
}

/**
 * Creates the write for a notice about a webhook endpoint; its condition fails if there was one
 * like it: the first failure is reported once a day at most.
 */
export function webhookNoticeWrite(notice: WebhookNotice, now = Date.now()): Write {
  const { webhook, state, since } = notice;
  const occasion = state === 'failing' ? new Date(now).toISOString().slice(0, 10) : since;
  const key = { pk: DEPLOYMENT_NOTICES, sk: `webhook#${webhook}#${state}#${occasion}` };
  return { put: { ...queuedItem(key, now, now), ...notice }, condition: ABSENT };
}

/** @param until milliseconds since the epoch; the item is kept for 30 more days */
function unsentItem(connection: string, sk: string, until: number, now: number): Item {
  return { ...queuedItem({ pk: noticePartition(connection), sk }, until, now), connection };
}

/** An item in the queue of unsent notices, ordered by time. */
function queuedItem(key: Key, until: number, now: number): Item {
  return {
    ...key,
    // The stream's reader recognizes new notices by it.
    entry: 'notice',
    gsi1pk: UNSENT_NOTICES,
    // The key makes it distinct from others of the same millisecond.
    gsi1sk: `${idPrefix(now)}#${key.pk}#${key.sk}`,
    ttl: Math.ceil(until / 1000) + KEPT_SECONDS,
  };
}

/** Reads a notice's item. */
export function noticeFromItem(item: Item): Notice {
  const kind = item['kind'];
  if (kind === 'alarm') return alarmFrom(item);
  if (kind === 'webhook') return webhookFrom(item);
  const connection = textOf(item, 'connection');
  switch (kind) {
    case 'failures':
      return { kind, connection, causes: causesFrom(item) };
    case 'recovered':
      return { kind, connection, since: textOf(item, 'since'), causes: causesFrom(item) };
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

const WEBHOOK_STATES: readonly WebhookNotice['state'][] = [
  'failing',
  'failingForADay',
  'disabledAsGone',
  'disabledAsFailing',
];

function webhookFrom(item: Item): WebhookNotice {
  return {
    kind: 'webhook',
    webhook: textOf(item, 'webhook'),
    isStream: item['isStream'] === true,
    host: textOf(item, 'host'),
    state: WEBHOOK_STATES.find((state) => state === item['state']) ?? 'failing',
    since: textOf(item, 'since'),
  };
}

function tokenNoticeFrom(connection: string, item: Item): TokenNotice {
  const common = {
    connection,
    token: textOf(item, 'token'),
    expiresAt: textOf(item, 'expiresAt'),
  };
  if (item['kind'] === 'tokenRotated') {
    return { ...common, kind: 'tokenRotated', earlierUntil: textOf(item, 'earlierUntil') };
  }
  if (item['kind'] === 'tokenNotAdopted') {
    const reminder = ADOPTION_REMINDERS.find((each) => each === item['reminder']) ?? '1';
    return {
      ...common,
      kind: 'tokenNotAdopted',
      earlierUntil: textOf(item, 'earlierUntil'),
      reminder,
    };
  }
  const days = EXPIRY_DAYS.find((each) => each === numberOf(item, 'days')) ?? 0;
  return item['kind'] === 'secretExpires'
    ? { ...common, kind: 'secretExpires', days, client: textOf(item, 'client') }
    : { ...common, kind: 'tokenExpires', days };
}

/** Reads the JSON that this module wrote. */
function causesFrom(item: Item): readonly FailedCause[] {
  return JSON.parse(textOf(item, 'causes')) as readonly FailedCause[];
}
