import type { Table } from '../../directory/store/table';
import type { Write } from '../../directory/store/write';
import { webhookPartition } from '../../directory/store/keys';
import {
  OPTIONAL_STATE,
  parkedFromItem,
  parkedKey,
  parkedToItem,
  QUEUE_RANGE,
  replayFromItem,
  stateAttributes,
  stateFromItem,
  stateKey,
  type DeliveryState,
  type ParkedSubject,
} from '../../directory/webhooks/delivery-state';
import { nextProbe } from './schedule';

/** With more parked subjects than this, an endpoint counts as down and waits as a whole. */
const MOST_PARKED = 100;

/** Events that one subject parks at most: an item holds 400 KB. */
const MOST_WAITING = 2000;

/** Writes of one transaction besides that of the state. */
const MOST_WRITES = 95;

/** The events that wait for an endpoint. One worker at a time has the lease to change them. */
export class DeliveryQueue {
  private readonly parked = new Map<string, ParkedSubject>();
  /** Keys of parked subjects to write or to delete. */
  private readonly touched = new Set<string>();

  private constructor(
    private readonly table: Table,
    private readonly webhook: string,
    private readonly owner: string,
    public state: DeliveryState,
    /** Requests to replay events, which `state` has taken into account. */
    private readonly replays: readonly Write[],
    parked: readonly ParkedSubject[],
  ) {
    for (const subject of parked) this.parked.set(subject.key, subject);
  }

  /** Reads the queue. @returns undefined if the lease has another owner */
  static async load(
    table: Table,
    webhook: string,
    owner: string,
  ): Promise<DeliveryQueue | undefined> {
    const item = await table.get(stateKey(webhook));
    if (item?.['owner'] !== owner) return undefined;
    let state = stateFromItem(item);
    const replays: Write[] = [];
    const parked: ParkedSubject[] = [];
    const partition = webhookPartition(webhook);
    for await (const each of table.queryAll(partition, { between: QUEUE_RANGE })) {
      const from = replayFromItem(each);
      if (from === undefined) {
        parked.push(parkedFromItem(each));
        continue;
      }
      const positions = state.positions.map((position, lane) =>
        Math.min(position, from[lane] ?? position),
      );
      state = { ...state, positions };
      replays.push({ delete: { pk: each.pk, sk: each.sk } });
    }
    return new DeliveryQueue(table, webhook, owner, state, replays.slice(0, 10), parked);
  }

  /** Stores what has changed. @returns false if the lease has another owner */
  async save(): Promise<boolean> {
    const set = stateAttributes(this.state);
    const writes: Write[] = [...this.touched].map((key) => {
      const subject = this.parked.get(key);
      return subject === undefined
        ? { delete: parkedKey(this.webhook, key) }
        : { put: parkedToItem(this.webhook, subject) };
    });
    const state: Write = {
      update: stateKey(this.webhook),
      set,
      remove: OPTIONAL_STATE.filter((name) => set[name] === undefined),
      condition: { is: 'leasedBy', owner: this.owner },
    };
    return (await this.table.write([state, ...this.replays, ...writes])).length === 0;
  }

  get(key: string): ParkedSubject | undefined {
    return this.parked.get(key);
  }

  park(subject: ParkedSubject): void {
    this.parked.set(subject.key, subject);
    this.touched.add(subject.key);
  }

  unpark(key: string): void {
    this.parked.delete(key);
    this.touched.add(key);
  }

  /** Returns the subjects whose attempt is due, those first that have waited longest. */
  due(limit: number, now = Date.now()): readonly ParkedSubject[] {
    return this.byTime.filter(({ dueAt }) => dueAt <= now).slice(0, limit);
  }

  /** The subject that has waited longest. */
  get oldest(): ParkedSubject | undefined {
    return this.byTime[0];
  }

  private get byTime(): readonly ParkedSubject[] {
    return [...this.parked.values()].sort((a, b) => a.dueAt - b.dueAt);
  }

  /** When something is due, in milliseconds since the epoch; undefined if nothing waits. */
  get nextDue(): number | undefined {
    return this.state.waitUntil ?? this.oldest?.dueAt;
  }

  /** Lets an endpoint wait as a whole if too much waits for it. */
  checkWhetherDown(): void {
    const isFull = [...this.parked.values()].some(({ events }) => events.length >= MOST_WAITING);
    if (this.parked.size > MOST_PARKED || isFull) this.wait();
  }

  /** Lets an endpoint wait until its next probe. */
  wait(): void {
    const probes = this.state.probes + 1;
    this.state = { ...this.state, probes, waitUntil: nextProbe(probes, Date.now()) };
  }

  /** Ends the waiting of an endpoint that is up again: what waits is due now. */
  resume(): void {
    const { waitUntil: _, ...state } = this.state;
    this.state = { ...state, probes: 0 };
    const now = Date.now();
    for (const subject of this.byTime.filter(({ dueAt }) => dueAt > now)) {
      // The others come when they are due.
      if (this.touched.size + this.replays.length >= MOST_WRITES) return;
      this.park({ ...subject, dueAt: now });
    }
  }
}
