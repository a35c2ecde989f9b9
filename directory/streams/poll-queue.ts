import { numberOf, textOf, type Item, type ItemValue, type Key } from '../store/item';
import { streamPartition } from '../store/keys';
import type { Table } from '../store/table';
import type { Write } from '../store/write';
import { newVersion } from '../store/version';
import { EVENT_TYPES, type EventType, type LoggedEvent } from '../events/event';
import { LANES } from '../events/lanes';

/*
 * The tokens that a polling receiver was given and has not acknowledged. Tokens are stored without
 * their content: it is read from the event log each time, so that nothing of a user who is erased
 * is kept here.
 */

/** A token that was given to a receiver, or is about to be. */
export interface Outstanding {
  /** Its place in the stream, counted from 1. */
  readonly order: number;
  /** Id of the token. */
  readonly jti: string;
  /** When the token was issued, in seconds since the epoch. */
  readonly issuedAt: number;
  /** The event that it is about. */
  readonly event: Pick<LoggedEvent, 'id' | 'type' | 'connection'>;
}

/** Tokens that are added in one transaction at most. */
export const MOST_ADDED = 90;

/** The outstanding tokens of a stream, and its place in the event log. */
export class PollQueue {
  private constructor(
    private readonly table: Table,
    private readonly stream: string,
    /** The tokens, oldest first. */
    readonly outstanding: readonly Outstanding[],
    /** Position in each lane of the log up to which events are outstanding or acknowledged. */
    readonly positions: readonly number[],
    private readonly last: number,
    private readonly version: string,
  ) {}

  /** Creates the item with the state of a new stream. @param positions the ends of the lanes */
  static newState(stream: string, positions: readonly number[]): Item {
    return stateItem(stream, positions, 0);
  }

  /** Returns the key of the state of a stream. */
  static stateKey(stream: string): Key {
    return { pk: streamPartition(stream), sk: STATE };
  }

  /** Reads the queue. @returns undefined if the stream was deleted */
  static async load(table: Table, stream: string): Promise<PollQueue | undefined> {
    const outstanding: Outstanding[] = [];
    let state: Item | undefined;
    for await (const item of table.queryAll(streamPartition(stream))) {
      if (item.sk === STATE) state = item;
      else if (item.sk.startsWith(SET)) outstanding.push(...outstandingFrom(item));
    }
    if (state === undefined) return undefined;
    const positions = positionsFrom(state['positions']);
    const [last, version] = [numberOf(state, 'last'), textOf(state, 'version')];
    return new PollQueue(table, stream, outstanding, positions, last, version);
  }

  /** Removes tokens that were acknowledged or can never be delivered. */
  async remove(tokens: readonly Outstanding[]): Promise<PollQueue> {
    await this.table.writeEach(tokens.map(({ order }) => ({ delete: setKey(this.stream, order) })));
    const left = this.outstanding.filter((token) => !tokens.includes(token));
    const { table, stream, positions, last, version } = this;
    return new PollQueue(table, stream, left, positions, last, version);
  }

  /**
   * Adds tokens, and goes on in the log.
   * @returns undefined if another request has done so first
   */
  async add(
    tokens: readonly Omit<Outstanding, 'order'>[],
    positions: readonly number[],
  ): Promise<PollQueue | undefined> {
    const { table, stream, version } = this;
    const added = tokens.map((token, index) => ({ ...token, order: this.last + index + 1 }));
    const last = this.last + tokens.length;
    const state = stateItem(stream, positions, last);
    const writes: readonly Write[] = [
      { put: state, condition: { is: 'version', version } },
      ...added.map((token) => ({ put: setItem(stream, token) })),
    ];
    if ((await table.write(writes)).length > 0) return undefined;
    const outstanding = [...this.outstanding, ...added];
    return new PollQueue(table, stream, outstanding, positions, last, textOf(state, 'version'));
  }
}

const STATE = 'state';
const SET = 'set#';

function stateItem(stream: string, positions: readonly number[], last: number): Item {
  const pk = streamPartition(stream);
  return { pk, sk: STATE, version: newVersion(), positions: [...positions], last };
}

function setKey(stream: string, order: number): Key {
  return { pk: streamPartition(stream), sk: `${SET}${String(order).padStart(15, '0')}` };
}

function setItem(stream: string, { order, jti, issuedAt, event }: Outstanding): Item {
  const { id, type, connection } = event;
  return { ...setKey(stream, order), jti, issuedAt, event: id, type, connection };
}

function outstandingFrom(item: Item): readonly Outstanding[] {
  const type: EventType | undefined = EVENT_TYPES.find((each) => each === item['type']);
  // A later release may have added one of another type.
  if (type === undefined) return [];
  return [
    {
      order: Number(item.sk.slice(SET.length)),
      jti: textOf(item, 'jti'),
      issuedAt: numberOf(item, 'issuedAt'),
      event: { id: textOf(item, 'event'), type, connection: textOf(item, 'connection') },
    },
  ];
}

function positionsFrom(value: ItemValue | undefined): readonly number[] {
  const list: readonly ItemValue[] = Array.isArray(value) ? value : [];
  return Array.from({ length: LANES }, (_, lane) => Number(list[lane] ?? 0));
}
