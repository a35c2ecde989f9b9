import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { LoggedEvent } from '../../directory/events/event';
import { readLogState } from '../../directory/events/log-state';
import { LANES } from '../../directory/events/lanes';
import { nextReferences } from '../../directory/events/next-references';
import { eventsOf } from '../../directory/events/read';
import { inParallel } from '../../directory/store/batches';
import type { Table } from '../../directory/store/table';
import {
  subjectKey,
  type ParkedSubject,
  type WaitingEvent,
} from '../../directory/webhooks/delivery-state';
import { endLease, LEASE_MS, renewLease, takeLease } from '../../directory/webhooks/lease';
import { DeliveryQueue } from './queue';
import type { Message, OpenReceiver, Receiver } from './receiver';
import { nextAttempt } from './schedule';

/** Events that are read and sent at a time. */
const BATCH = 50;

/** Events of one lane among them. */
const LANE_BATCH = 25;

/** Subjects that events are sent for in parallel. */
const WIDTH = 8;

/** Time that an attempt may take: 15 seconds for the answer, and some to record it. */
const ATTEMPT_MS = 20_000;

/** Without this much time, no batch is begun. */
const BATCH_MS = 2 * ATTEMPT_MS;

/** An attempt that is due this soon is waited for; the schedule finds later ones. */
const WORTH_WAITING_MS = 10_000;

/** How often a worker that waits looks at the clock. */
const TICK_MS = 100;

/**
 * Delivers what a receiver is due, while there is time, unless another worker is at it.
 * @param id of the receiver: a webhook or a stream
 */
export async function deliverTo(table: Table, id: string, open: OpenReceiver): Promise<void> {
  let isBehind = true;
  while (isBehind && table.retries.timeLeft > BATCH_MS) {
    const owner = randomUUID();
    if (!(await takeLease(table, id, owner))) return;
    const worker = new Worker(table, id, owner, open);
    const renewal = setInterval(() => {
      worker.renew().catch(() => undefined);
    }, LEASE_MS / 3);
    try {
      await worker.run();
    } finally {
      clearInterval(renewal);
      await endLease(table, id, owner);
    }
    // Events that came after the last look were left to the worker that had the lease.
    isBehind = await worker.isBehind();
  }
}

/** The outcome of an attempt; without a next one, the event is not attempted again. */
interface Outcome {
  readonly isAccepted: boolean;
  readonly nextAt?: number | undefined;
}

class Worker {
  private isReplaced = false;
  private isDone = false;
  /** The positions that the last look at the log was from. */
  private ends: readonly number[] = [];
  private firstLane = Math.floor(Math.random() * LANES);

  constructor(
    private readonly table: Table,
    private readonly id: string,
    private readonly owner: string,
    private readonly open: OpenReceiver,
  ) {}

  async renew(): Promise<void> {
    if (!(await renewLease(this.table, this.id, this.owner))) this.isReplaced = true;
  }

  /** Returns whether the log has grown since the worker has found nothing to do. */
  async isBehind(): Promise<boolean> {
    if (!this.isDone || this.ends.length === 0) return false;
    const { positions } = await readLogState(this.table);
    return positions.some((end, lane) => end > (this.ends[lane] ?? 0));
  }

  async run(): Promise<void> {
    while (!this.isReplaced && this.table.retries.timeLeft > BATCH_MS) {
      const receiver = await this.open();
      if (receiver === undefined) return;
      const queue = await DeliveryQueue.load(this.table, this.id, this.owner);
      if (queue === undefined) return;
      if (await this.step(receiver, queue)) {
        if (!(await queue.save())) return;
        continue;
      }
      this.isDone = true;
      const { nextDue } = queue;
      if (nextDue === undefined || nextDue - Date.now() > WORTH_WAITING_MS) return;
      // In steps, because the clock of a local system can be advanced.
      while (Date.now() < nextDue) await sleep(TICK_MS);
    }
  }

  /** Does some of what is due. @returns whether there was anything */
  private async step(receiver: Receiver, queue: DeliveryQueue): Promise<boolean> {
    const { waitUntil } = queue.state;
    if (waitUntil !== undefined) {
      if (Date.now() < waitUntil) return false;
      const { oldest } = queue;
      const isUp = oldest === undefined || (await this.attemptParked(receiver, queue, oldest));
      if (isUp) queue.resume();
      else queue.wait();
      return true;
    }
    const due = queue.due(BATCH);
    if (due.length === 0) return this.readOn(receiver, queue);
    await inParallel(due, WIDTH, async (subject) => {
      if (this.table.retries.timeLeft < ATTEMPT_MS) return;
      await this.attemptParked(receiver, queue, subject);
    });
    queue.checkWhetherDown();
    return true;
  }

  /** Attempts the first event of a parked subject. @returns whether it was accepted */
  private async attemptParked(
    receiver: Receiver,
    queue: DeliveryQueue,
    subject: ParkedSubject,
  ): Promise<boolean> {
    const [first, ...others] = subject.events;
    const message =
      first === undefined ? undefined : await this.messageFor(receiver, subject, first);
    const attempts = subject.attempts + 1;
    // Without a message, the event has expired or its connection was deleted.
    const { isAccepted, nextAt }: Outcome =
      message === undefined
        ? { isAccepted: true }
        : await this.attempt(receiver, queue, message, attempts);
    if (!isAccepted && nextAt !== undefined) queue.park({ ...subject, attempts, dueAt: nextAt });
    else if (others.length === 0) queue.unpark(subject.key);
    else queue.park({ ...subject, events: others, attempts: 0, dueAt: Date.now() });
    return isAccepted;
  }

  private async messageFor(
    receiver: Receiver,
    { inline }: ParkedSubject,
    event: WaitingEvent,
  ): Promise<Message | undefined> {
    if (inline !== undefined) return receiver.testMessage(inline);
    const found = (await eventsOf(this.table, [event])).get(event.id);
    return found === undefined ? undefined : receiver.messageOf(found);
  }

  /** Sends an event, and records what became of it. */
  private async attempt(
    receiver: Receiver,
    queue: DeliveryQueue,
    message: Message,
    number: number,
  ): Promise<Outcome> {
    const attempt = await receiver.send(message);
    const now = Date.now();
    const isLast = attempt.isAccepted || attempt.isFinal === true;
    const nextAt = isLast ? undefined : nextAttempt(number, now, attempt.retryAfter);
    await receiver.onAttempt(message, { ...attempt, number, nextAt });
    const at = new Date(now).toISOString();
    if (attempt.isAccepted) {
      const { failingSince: _, ...state } = queue.state;
      queue.state = { ...state, lastSuccessAt: at };
    } else {
      const { failingSince: since = at } = queue.state;
      queue.state = { ...queue.state, failingSince: since };
      await receiver.onFailing({ since, isGone: attempt.status === 410 });
    }
    return { isAccepted: attempt.isAccepted, nextAt };
  }

  /** Sends the next events of the log. @returns whether there were any */
  private async readOn(receiver: Receiver, queue: DeliveryQueue): Promise<boolean> {
    this.firstLane += 1;
    const { references, positions, hasMoved, ends } = await nextReferences(
      this.table,
      queue.state.positions,
      { atMost: BATCH, ofLane: LANE_BATCH, firstLane: this.firstLane },
    );
    this.ends = ends;
    if (references.length === 0 && !hasMoved) return false;
    const wanted = references.filter((reference) => receiver.isWanted(reference));
    const events = await eventsOf(this.table, wanted);
    const bySubject = new Map<string, LoggedEvent[]>();
    for (const { id } of wanted) {
      const event = events.get(id);
      if (event === undefined) continue;
      const key = subjectKey({ ...event, subject: receiver.subjectOf(event) });
      bySubject.set(key, [...(bySubject.get(key) ?? []), event]);
    }
    await inParallel([...bySubject], WIDTH, ([key, list]) =>
      this.sendInOrder(receiver, queue, key, receiver.select(list)),
    );
    queue.state = { ...queue.state, positions };
    queue.checkWhetherDown();
    return true;
  }

  /** Sends the events of one subject; from the first that is not accepted on, they are parked. */
  private async sendInOrder(
    receiver: Receiver,
    queue: DeliveryQueue,
    key: string,
    events: readonly LoggedEvent[],
  ): Promise<void> {
    for (const [index, event] of events.entries()) {
      const parked = queue.get(key);
      if (parked !== undefined) {
        queue.park({ ...parked, events: [...parked.events, ...events.slice(index)] });
        return;
      }
      // Without time for an attempt, the rest waits for the next run.
      if (this.table.retries.timeLeft < ATTEMPT_MS) {
        queue.park({ key, events: events.slice(index), attempts: 0, dueAt: Date.now() });
        return;
      }
      const message = receiver.messageOf(event);
      if (message === undefined) continue;
      const { isAccepted, nextAt } = await this.attempt(receiver, queue, message, 1);
      if (isAccepted || nextAt === undefined) continue;
      queue.park({ key, events: [event], attempts: 1, dueAt: nextAt });
    }
  }
}
