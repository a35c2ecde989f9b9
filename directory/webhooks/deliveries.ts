import { v7 as uuidv7 } from 'uuid';
import type { NewEvent } from '../events/event';
import { indexOfEntry } from '../log/entry-item';
import { numberOf, textOf, type Item } from '../store/item';
import { answerPartition, deliveryPartition } from '../store/keys';
import type { Table } from '../store/table';
import type { BatchWrite } from '../store/write';

/** How long attempts are kept, in seconds. */
const KEPT_SECONDS = 30 * 86_400;

/** One attempt to deliver an event to an endpoint. */
export interface Delivery {
  readonly id: string;
  /** Id, type, subject and connection of the event. */
  readonly event: Pick<NewEvent, 'id' | 'subject' | 'connection'> & { readonly type: string };
  /** Counted from 1. */
  readonly attempt: number;
  /** RFC 3339. */
  readonly at: string;
  readonly isAccepted: boolean;
  /** Status of the answer; undefined if there was none. */
  readonly status?: number;
  /** Why there was no answer. */
  readonly error?: string;
  /** Milliseconds. */
  readonly latency: number;
  /** The first kilobyte of the answer. */
  readonly answer?: string;
  /** RFC 3339; undefined if there will be no further attempt. */
  readonly nextAttemptAt?: string;
}

/** Returns an id and time for a new delivery. */
export function newDelivery(now = Date.now()): Pick<Delivery, 'id' | 'at'> {
  return { id: uuidv7({ msecs: now }), at: new Date(now).toISOString() };
}

/**
 * Creates the writes that store an attempt. The answer is an item of the event's connection, so
 * that it is removed with the connection, or with the user that it may name.
 * @param userId the user that the event is about
 */
export function deliveryWrites(
  webhook: string,
  { id, event, answer, ...rest }: Delivery,
  userId: string | undefined,
): readonly BatchWrite[] {
  const ttl = Math.ceil(Date.parse(rest.at) / 1000) + KEPT_SECONDS;
  const { connection } = event;
  return [
    {
      put: {
        pk: deliveryPartition(webhook),
        sk: id,
        ...rest,
        event: event.id,
        type: event.type,
        subject: event.subject,
        connection,
        ttl,
      },
    },
    ...(answer === undefined
      ? []
      : [
          {
            put: {
              pk: answerPartition(connection),
              sk: id,
              ...indexOfEntry(connection, id, userId),
              entry: 'answer',
              answer,
              ttl,
            },
          },
        ]),
  ];
}

/** A page of deliveries. */
export interface DeliveriesPage {
  readonly deliveries: readonly Delivery[];
  /** Id to continue after; undefined on the last page. */
  readonly next: string | undefined;
}

/** Most deliveries that are read for one page. */
const READ_LIMIT = 2000;

/**
 * Returns a page of an endpoint's deliveries, newest first.
 * @param isWanted filters them
 * @param after id to continue after
 */
export async function deliveriesOf(
  table: Table,
  webhook: string,
  { limit, after }: { readonly limit: number; readonly after: string | undefined },
  isWanted: (delivery: Delivery) => boolean,
): Promise<DeliveriesPage> {
  const pk = deliveryPartition(webhook);
  const found: Delivery[] = [];
  let read = 0;
  let next: string | undefined;
  const start = after === undefined ? undefined : { pk, sk: after };
  for await (const item of table.queryAll(pk, { after: start, backward: true, limit: 100 })) {
    read += 1;
    const delivery = deliveryFromItem(item);
    if (isWanted(delivery)) found.push(delivery);
    if (found.length === limit || read === READ_LIMIT) {
      next = item.sk;
      break;
    }
  }
  return { deliveries: await withAnswers(table, found), next };
}

async function withAnswers(
  table: Table,
  deliveries: readonly Delivery[],
): Promise<readonly Delivery[]> {
  const items = await table.getMany(
    deliveries.map(({ id, event }) => ({ pk: answerPartition(event.connection), sk: id })),
  );
  const answers = new Map(items.map((item) => [item.sk, item['answer']]));
  return deliveries.map((delivery) => {
    const answer = answers.get(delivery.id);
    return typeof answer === 'string' ? { ...delivery, answer } : delivery;
  });
}

function deliveryFromItem(item: Item): Delivery {
  const { status, error, nextAttemptAt } = item;
  return {
    id: item.sk,
    event: {
      id: textOf(item, 'event'),
      type: textOf(item, 'type'),
      subject: textOf(item, 'subject'),
      connection: textOf(item, 'connection'),
    },
    attempt: numberOf(item, 'attempt'),
    at: textOf(item, 'at'),
    isAccepted: item['isAccepted'] === true,
    ...(typeof status === 'number' ? { status } : {}),
    ...(typeof error === 'string' ? { error } : {}),
    latency: numberOf(item, 'latency'),
    ...(typeof nextAttemptAt === 'string' ? { nextAttemptAt } : {}),
  };
}
