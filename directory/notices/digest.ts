import type { FailureEntry } from '../log/failure-entry';
import { numberOf, textOf, type Item, type ItemValue, type Key } from '../store/item';
import { connectionKey, digestKey, DIGESTS, idPrefix } from '../store/keys';
import { failuresNotice, recoveryNotice, type FailedCause, type ToldCause } from './notices';
import type { Table } from '../store/table';
import { newVersion } from '../store/version';
import { ABSENT, PRESENT, type Condition, type Write } from '../store/write';

/*
 * What a connection's recipients are told of failures: one digest of those that a batch of the table's stream brings, grouped by cause. A cause that was told is muted for a day, and then
 * summed up. What was told and what is muted is an item, changed in the transaction that makes the notice: whoever comes twice tells nothing twice.
 */

/** How long a cause that was told is not told again. */
const MUTED_MS = 86_400_000;

/** Names of a cause that are kept: one more than are told, so that it is known whether there are others. */
const EXAMPLES = 4;

/** Causes with an attribute of their own that one mail tells, at most. */
const TOLD = 20;

/** Causes that are remembered, at most; beyond it those that were told first are forgotten. */
const REMEMBERED = 50;

/** Causes that keep everybody out. Any request that succeeds shows that they have ended; of all other causes only a change that succeeds does. */
const ACCESS = new Set(['tokenRefused', 'connectionDisabled']);

/** What a connection's log says, as the stream brings it. */
export interface StreamedEntry {
  /** Its place in the stream of its partition: later ones are greater. */
  readonly sequence: string;
  /** A failure, or that a request went well while the connection was failing. */
  readonly entry: FailureEntry | 'success';
}

interface Muted {
  /** Milliseconds since the epoch. */
  readonly until: number;
  /** Failures of the cause since it was told. */
  readonly since: number;
}

interface State {
  readonly lastSequence: string;
  /** When failures began that were told and are not over: milliseconds since the epoch. */
  readonly failingSince: number | undefined;
  /** Whether some of them concern other than who gets in: then it takes a change to show that they are over. */
  readonly isChangeFailing: boolean;
  /** By cause and attribute. */
  readonly muted: ReadonlyMap<string, Muted>;
}

/** What comes of new entries. */
interface Outcome {
  readonly next: State;
  /** Causes to tell now. */
  readonly told: readonly FailedCause[];
  readonly isRecovered: boolean;
}

/**
 * Makes the notices that new entries of a connection's log call for.
 * @param entries as the stream brings them, in its order; none to sum up what was muted
 * @returns keys of the notices that were made
 */
export async function digest(
  table: Table,
  connection: string,
  entries: readonly StreamedEntry[],
  now = Date.now(),
): Promise<readonly Key[]> {
  for (let attempt = 1; ; attempt += 1) {
    const item = await table.get(digestKey(connection));
    const state = stateFrom(item);
    const news = entries.filter(({ sequence }) => isLater(sequence, state.lastSequence));
    if (news.length === 0 && entries.length > 0) return [];
    const outcome = news.length === 0 ? sumUp(state, now) : follow(state, news, now);
    const notices = noticesOf(connection, state, outcome, now);
    const writes = [
      { put: stateItem(connection, outcome.next), condition: versionOf(item) },
      connectionWrite(connection, outcome),
      ...notices.map((put): Write => ({ put, condition: ABSENT })),
    ];
    const failed = await table.write(writes);
    if (failed.length === 0) return notices.map(({ pk, sk }) => ({ pk, sk }));
    // The connection is gone, or somebody else came first.
    if (failed.some(({ index }) => index === 1)) return [];
    await table.retries.pause(attempt);
  }
}

/** Connections whose muted causes can be summed up. @param now milliseconds since the epoch */
export async function dueDigests(table: Table, now = Date.now()): Promise<readonly string[]> {
  const { items } = await table.query(DIGESTS, { index: 'inverse', between: ['0', idPrefix(now)], limit: 100 });
  const found = await table.getMany(items.map(({ pk, sk }) => ({ pk, sk })));
  return found.map((item) => textOf(item, 'connection'));
}

/** What new entries make of what was known. */
function follow(state: State, news: readonly StreamedEntry[], now: number): Outcome {
  const muted = new Map(state.muted);
  const told: FailedCause[] = [];
  const groups = groupsOf(news);
  for (const [key, group] of groups) {
    const before = muted.get(key);
    if (before !== undefined && before.until > now) {
      muted.set(key, { ...before, since: before.since + group.count });
      continue;
    }
    told.push({ ...group, count: group.count + (before?.since ?? 0) });
    muted.delete(key);
    muted.set(key, { until: now + MUTED_MS, since: 0 });
  }
  for (const key of [...muted.keys()].slice(0, Math.max(0, muted.size - REMEMBERED))) muted.delete(key);
  const isRecovered = state.failingSince !== undefined && isOver(news);
  const failing = told.filter(({ status }) => status >= 400);
  const isChangeFailing = failing.some(({ cause }) => !ACCESS.has(cause));
  // Whoever gets in again and then does not is in trouble anew, and nobody would know.
  if (isRecovered) for (const key of muted.keys()) if (ACCESS.has(key.split(' ')[0] ?? '')) muted.delete(key);
  return {
    next: {
      lastSequence: news.at(-1)?.sequence ?? state.lastSequence,
      failingSince: isRecovered ? undefined : (state.failingSince ?? (failing.length > 0 ? now : undefined)),
      isChangeFailing: !isRecovered && (state.isChangeFailing || isChangeFailing),
      muted,
    },
    told,
    isRecovered,
  };
}

/** Whether requests went well, and none failed behind the first that did. */
function isOver(news: readonly StreamedEntry[]): boolean {
  const first = news.findIndex(({ entry }) => entry === 'success');
  return first !== -1 && news.slice(first).every(({ entry }) => entry === 'success');
}

/** Tells how often causes have come that were muted until now. */
function sumUp(state: State, now: number): Outcome {
  const muted = new Map<string, Muted>();
  const told: FailedCause[] = [];
  for (const [key, { until, since }] of state.muted) {
    if (until > now) muted.set(key, { until, since });
    else if (since > 0) {
      told.push({ ...causeFromKey(key), status: 0, count: since, names: [] });
      muted.set(key, { until: now + MUTED_MS, since: 0 });
    }
  }
  return { next: { ...state, muted }, told, isRecovered: false };
}

function groupsOf(news: readonly StreamedEntry[]): ReadonlyMap<string, FailedCause> {
  const groups = new Map<string, FailedCause>();
  for (const { entry } of news) {
    if (entry === 'success') continue;
    const { cause, attribute, status, detail, received, name, count } = entry;
    const own = `${cause} ${attribute ?? ''}`;
    // A mail has room for so many; beyond them attributes are not told apart.
    const isOwn = groups.size < TOLD || groups.has(own);
    const key = isOwn ? own : `${cause} `;
    const before = groups.get(key) ?? {
      cause,
      status,
      count: 0,
      names: [],
      ...(attribute === undefined || !isOwn ? {} : { attribute }),
      ...(detail === undefined || !isOwn ? {} : { detail }),
      ...(received === undefined || !isOwn ? {} : { received }),
    };
    const names = name === undefined || before.names.includes(name) ? before.names : [...before.names, name];
    groups.set(key, { ...before, count: before.count + count, names: names.slice(0, EXAMPLES) });
  }
  return groups;
}

function noticesOf(
  connection: string,
  before: State,
  { next, told, isRecovered }: Outcome,
  now: number,
): readonly Item[] {
  const { failingSince } = before;
  // What comes with entries is told once for them; a summing-up has none of its own.
  const key = next.lastSequence === before.lastSequence ? `sum#${now}` : next.lastSequence;
  return [
    ...(told.length === 0 ? [] : [failuresNotice({ connection, causes: told }, key, now)]),
    ...(isRecovered
      ? [
          recoveryNotice(
            { connection, since: new Date(failingSince ?? now).toISOString(), causes: toldCauses(next) },
            key,
            now,
          ),
        ]
      : []),
  ];
}

/** Causes that were told in the last day: what they were about may go wrong again. */
function toldCauses({ muted }: State): readonly ToldCause[] {
  return [...muted.keys()].map(causeFromKey);
}

function causeFromKey(key: string): ToldCause {
  const [cause = '', attribute = ''] = key.split(' ');
  return attribute === '' ? { cause } : { cause, attribute };
}

/** Has requests say when they go well, for as long as the connection is failing. */
function connectionWrite(connection: string, { next }: Outcome): Write {
  const key = connectionKey(connection);
  if (next.failingSince === undefined) return { update: key, remove: ['failing'], condition: PRESENT };
  return { update: key, set: { failing: next.isChangeFailing ? 'change' : 'request' }, condition: PRESENT };
}

function stateItem(connection: string, { lastSequence, failingSince, isChangeFailing, muted }: State): Item {
  const due = [...muted.values()].filter(({ since }) => since > 0).map(({ until }) => until);
  const causes: Record<string, ItemValue> = {};
  for (const [key, { until, since }] of muted) causes[key] = { until, since };
  return {
    ...digestKey(connection),
    version: newVersion(),
    connection,
    lastSequence,
    isChangeFailing,
    muted: causes,
    ...(failingSince === undefined ? {} : { failingSince }),
    ...(due.length === 0 ? {} : { gsi1pk: DIGESTS, gsi1sk: `${idPrefix(Math.min(...due))}#${connection}` }),
  };
}

function stateFrom(item: Item | undefined): State {
  if (item === undefined)
    return { lastSequence: '', failingSince: undefined, isChangeFailing: false, muted: new Map() };
  const causes = item['muted'];
  const entries = typeof causes === 'object' && causes !== null && !Array.isArray(causes) ? Object.entries(causes) : [];
  return {
    lastSequence: textOf(item, 'lastSequence'),
    failingSince: item['failingSince'] === undefined ? undefined : numberOf(item, 'failingSince'),
    isChangeFailing: item['isChangeFailing'] === true,
    muted: new Map(
      entries
        .map(([key, value]) => [key, mutedFrom(value)] as const)
        // A map of DynamoDB has no order: those that were told first come first.
        .sort(([, a], [, b]) => a.until - b.until),
    ),
  };
}

function mutedFrom(value: unknown): Muted {
  const { until, since } = value as { readonly until?: unknown; readonly since?: unknown };
  return { until: Number(until), since: Number(since) };
}

function versionOf(item: Item | undefined): Condition {
  return item === undefined ? ABSENT : { is: 'version', version: textOf(item, 'version') };
}

/** Sequence numbers are decimals of any length. */
function isLater(one: string, other: string): boolean {
  return one.length === other.length ? one > other : one.length > other.length;
}
