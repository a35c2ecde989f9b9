import { createHash } from 'node:crypto';
import type { LoggedEvent } from '../../directory/events/event';
import { LANES } from '../../directory/events/lanes';
import { nextReferences } from '../../directory/events/next-references';
import { eventsOf } from '../../directory/events/read';
import type { Table } from '../../directory/store/table';
import { MOST_ADDED, PollQueue, type Outstanding } from '../../directory/streams/poll-queue';
import { hasEventsOf, type Stream } from '../../directory/streams/stream';
import type { JsonObject } from '../../scim/json';
import { eventClaims } from './claims';
import { withoutRepetitions } from './repetitions';

/** Bytes of the claims in one answer: base64 adds a third, and Lambda returns 6 MB at most. */
const ANSWER_BYTES = 4 * 1024 * 1024;

/** A request of a receiver (RFC 8936 section 2.2). */
export interface PollRequest {
  /** The most tokens to return; 0 only acknowledges. */
  readonly maxEvents: number;
  /** Ids of tokens that the receiver has stored. */
  readonly acknowledged: ReadonlySet<string>;
  /** When to stop reading the log, in milliseconds since the epoch. */
  readonly until: number;
}

/** A token before it is signed. */
export interface UnsignedToken {
  readonly jti: string;
  /** Seconds since the epoch. */
  readonly issuedAt: number;
  readonly claims: JsonObject;
}

/** The answer to a poll, before its tokens are signed. */
export interface PollResult {
  readonly tokens: readonly UnsignedToken[];
  /** Whether there are more tokens than were asked for. */
  readonly moreAvailable: boolean;
  /** Ids of the tokens that this request has acknowledged. */
  readonly done: readonly string[];
}

/**
 * Answers a poll: removes what the receiver acknowledges, repeats what it has not acknowledged yet,
 * and goes on in the event log. A token keeps its id until it is acknowledged.
 * @returns undefined if the stream was deleted
 * @see https://www.rfc-editor.org/rfc/rfc8936#section-2
 */
export async function poll(
  table: Table,
  stream: Stream,
  { maxEvents, acknowledged, until }: PollRequest,
): Promise<PollResult | undefined> {
  let queue = await PollQueue.load(table, stream.id);
  if (queue === undefined) return undefined;
  const acknowledgedNow = queue.outstanding.filter(({ jti }) => acknowledged.has(jti));
  if (acknowledgedNow.length > 0) queue = await queue.remove(acknowledgedNow);
  const done = acknowledgedNow.map(({ jti }) => jti);
  if (maxEvents === 0) return { tokens: [], moreAvailable: queue.outstanding.length > 0, done };
  let isAtEnd = false;
  // One more than asked for tells whether there are more.
  while (!isAtEnd && Date.now() < until && queue.outstanding.length <= maxEvents) {
    const next = await readOn(table, stream, queue);
    // Another request of the same receiver was faster; its tokens are outstanding now.
    queue = next === undefined ? await PollQueue.load(table, stream.id) : next.queue;
    if (queue === undefined) return undefined;
    isAtEnd = next?.isAtEnd ?? false;
  }
  const given = queue.outstanding.slice(0, maxEvents);
  const { tokens, lost } = await render(table, stream, given);
  if (lost.length > 0) await queue.remove(lost);
  const moreAvailable = queue.outstanding.length > tokens.length + lost.length;
  return { tokens, moreAvailable, done };
}

/** Adds the next events of the log. @returns undefined if another request has done so first */
async function readOn(
  table: Table,
  stream: Stream,
  queue: PollQueue,
): Promise<{ readonly queue: PollQueue; readonly isAtEnd: boolean } | undefined> {
  const { references, positions, hasMoved } = await nextReferences(table, queue.positions, {
    atMost: MOST_ADDED,
    ofLane: MOST_ADDED,
    firstLane: Math.floor(Math.random() * LANES),
    connection: stream.connection,
  });
  if (references.length === 0 && !hasMoved) return { queue, isAtEnd: true };
  const events = await eventsOf(
    table,
    references.filter(({ connection }) => hasEventsOf(stream, connection)),
  );
  const inOrder = references.flatMap(({ id }) => events.get(id) ?? []);
  const wanted = inOrder.filter((event) => eventClaims(event, stream.mode) !== undefined);
  const issuedAt = Math.floor(Date.now() / 1000);
  const tokens = withoutRepetitions(wanted, stream.mode).map((event) => ({
    jti: tokenId(stream, event),
    issuedAt,
    event,
  }));
  const added = await queue.add(tokens, positions);
  return added === undefined ? undefined : { queue: added, isAtEnd: false };
}

/** Returns the id of the token about an event: always the same, and another one in each stream. */
export function tokenId({ id }: Pick<Stream, 'id'>, event: Pick<LoggedEvent, 'id'>): string {
  return createHash('sha256').update(`${id} ${event.id}`).digest('hex').slice(0, 32);
}

/** Returns tokens with their content, as many as an answer can hold. */
async function render(
  table: Table,
  stream: Stream,
  given: readonly Outstanding[],
): Promise<{ readonly tokens: readonly UnsignedToken[]; readonly lost: readonly Outstanding[] }> {
  const events = await eventsOf(
    table,
    given.map(({ event }) => event),
  );
  const tokens: UnsignedToken[] = [];
  // Events expire, and those of a deleted connection are removed.
  const lost: Outstanding[] = [];
  let bytes = 0;
  for (const token of given) {
    const event = events.get(token.event.id);
    const claims = event === undefined ? undefined : eventClaims(event, stream.mode);
    if (claims === undefined) {
      lost.push(token);
      continue;
    }
    bytes += Buffer.byteLength(JSON.stringify(claims));
    if (bytes > ANSWER_BYTES && tokens.length > 0) break;
    tokens.push({ jti: token.jti, issuedAt: token.issuedAt, claims });
  }
  return { tokens, lost };
}
