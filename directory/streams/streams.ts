import { readLogState } from '../events/log-state';
import { STREAMS, streamPartition, webhookPartition } from '../store/keys';
import { textOf } from '../store/item';
import type { Table } from '../store/table';
import { ABSENT, type Write } from '../store/write';
import { newState, stateToItem } from '../webhooks/delivery-state';
import { PollQueue } from './poll-queue';
import { STREAM_ID, streamFromItem, streamKey, streamToItem, type Stream } from './stream';

/** Most streams of a deployment: each event is checked for each stream that is pushed. */
export const MOST_STREAMS = 50;

/** The streams of security event tokens of a deployment. */
export class Streams {
  constructor(private readonly table: Table) {}

  /** Returns all streams, in the order of their ids. */
  async list(): Promise<readonly Stream[]> {
    const { items } = await this.table.query(STREAMS);
    return items.map(streamFromItem);
  }

  /** Returns a stream; undefined if there is none. */
  async find(id: string): Promise<Stream | undefined> {
    if (!STREAM_ID.test(id)) return undefined;
    const item = await this.table.get(streamKey(id));
    return item === undefined ? undefined : streamFromItem(item);
  }

  /**
   * Adds a stream. It has the events that happen from now on.
   * @returns false if there is one with this id
   */
  async add(stream: Stream, alongside: readonly Write[] = []): Promise<boolean> {
    const { positions } = await readLogState(this.table);
    const state =
      stream.delivery === 'poll'
        ? PollQueue.newState(stream.id, positions)
        : stateToItem(stream.id, newState(positions));
    const failed = await this.table.write([
      { put: streamToItem(stream), condition: ABSENT },
      { put: state },
      ...alongside,
    ]);
    return failed.length === 0;
  }

  /**
   * Changes a stream with optimistic locking.
   * @param compute the changed stream; called again if another change came first
   * @param alongside writes of the same transaction
   * @returns the changed stream; undefined if there is none
   */
  async change(
    id: string,
    compute: (stream: Stream) => Stream,
    alongside: (before: Stream, after: Stream) => readonly Write[] = () => [],
  ): Promise<Stream | undefined> {
    for (let attempt = 1; ; attempt += 1) {
      const item = STREAM_ID.test(id) ? await this.table.get(streamKey(id)) : undefined;
      if (item === undefined) return undefined;
      const before = streamFromItem(item);
      const after = compute(before);
      const failed = await this.table.write([
        {
          put: streamToItem(after),
          condition: { is: 'version', version: textOf(item, 'version') },
        },
        ...alongside(before, after),
      ]);
      if (failed.length === 0) return after;
      await this.table.retries.pause(attempt);
    }
  }

  /** Removes a stream and what waits for its receiver. */
  async remove(id: string, alongside: readonly Write[] = []): Promise<void> {
    // Without its state, a poll that is under way adds nothing more.
    await this.table.write([
      { delete: streamKey(id) },
      { delete: PollQueue.stateKey(id) },
      ...alongside,
    ]);
    const keys: Write[] = [];
    for (const partition of [streamPartition(id), webhookPartition(id)]) {
      for await (const { pk, sk } of this.table.queryAll(partition)) {
        keys.push({ delete: { pk, sk } });
      }
    }
    for (const write of keys) await this.table.write([write]);
  }
}
