import { gunzipSync, gzipSync } from 'node:zlib';
import { asText, isObject, parseJson, type JsonObject } from '../../scim/json';
import {
  deleteIntent,
  handOver,
  intentWrite,
  newRequestTask,
  type RequestTask,
} from '../store/intents';
import { textOf, type Item } from '../store/item';
import { BATCHES, batchKey, intentKey } from '../store/keys';
import type { Table } from '../store/table';
import { ABSENT, PRESENT } from '../store/write';
import {
  headerItem,
  outcomeFrom,
  resultItem,
  resultRange,
  type OperationResult,
  type Outcome,
} from './result-item';

/*
 * Requests that are performed after their answer. An intent has the request and its batches the
 * body, until all operations are performed; their results stay for a week.
 */

/** Characters of a batch. An item may have 400 KB. */
const BATCH_CHARACTERS = 350 * 1024;

/** How long results are kept, in seconds. */
export const RESULT_SECONDS = 7 * 86_400;

/** A request as its function has accepted it. */
export interface AcceptedRequest {
  /** The request without its body. */
  readonly details: JsonObject;
  readonly body: string;
  /** Whether a worker has begun to perform it before. */
  readonly isRepeated: boolean;
}

/** The requests of a connection that are performed after their answer. */
export class AcceptedRequests {
  constructor(
    private readonly table: Table,
    private readonly connection: string,
  ) {}

  /**
   * Stores a request, and hands it over to the function `requests`.
   * @param txn id of the request
   * @param operations how many a bulk request has; undefined for any other request
   */
  async add(
    txn: string,
    { details, body }: Pick<AcceptedRequest, 'details' | 'body'>,
    operations: number | undefined,
  ): Promise<void> {
    const task = newRequestTask(this.connection, txn);
    const header = headerItem(this.connection, { txn, operations, expires: expiry() });
    await this.table.write([
      intentWrite(task, { details: JSON.stringify(details) }),
      { put: header, condition: ABSENT },
    ]);
    const parts = partsOf(gzipSync(body).toString('base64'));
    await this.table.writeEach(
      parts.map((part, index) => ({
        put: { ...batchKey(this.connection, task.id, index), part },
      })),
    );
    await handOver(this.table, task);
  }

  /**
   * Takes a request, so that no other worker performs it meanwhile.
   * @param until when the worker has ended at the latest, in milliseconds since the epoch
   * @returns undefined if another worker performs it or has performed it, and if its function died
   *   before it accepted it
   */
  async take(task: RequestTask, until: number): Promise<AcceptedRequest | undefined> {
    const { id, txn } = task;
    const key = intentKey(this.connection, id);
    const item = await this.table.get(key);
    if (item?.['handedOver'] === undefined) return undefined;
    const failed = await this.table.write([
      {
        update: key,
        set: { leaseUntil: until },
        condition: { is: 'unleased', now: Date.now() },
      },
    ]);
    if (failed.length > 0) return undefined;
    // Its worker died while it removed the intent: parts of the body may be gone.
    if ((await this.outcome(txn))?.isComplete === true) {
      await this.complete(task);
      return undefined;
    }
    const parts: string[] = [];
    for await (const batch of this.table.queryAll(key.pk, { between: BATCHES })) {
      parts.push(textOf(batch, 'part'));
    }
    const details = parseJson(textOf(item, 'details'));
    return {
      details: isObject(details) ? details : {},
      body: gunzipSync(Buffer.from(parts.join(''), 'base64')).toString(),
      isRepeated: item['leaseUntil'] !== undefined,
    };
  }

  /**
   * Stores the result of an operation, unless there is one.
   */
  async addResult(result: Omit<OperationResult, 'at'>): Promise<void> {
    const timed = { ...result, at: new Date().toISOString(), expires: expiry() };
    await this.table.write([{ put: resultItem(this.connection, timed), condition: ABSENT }]);
  }

  /** Returns what is known of a request; undefined if there is none, or none any more. */
  async outcome(txn: string): Promise<Outcome | undefined> {
    const { pk, between } = resultRange(this.connection, txn);
    const items: Item[] = [];
    for await (const item of this.table.queryAll(pk, { between })) items.push(item);
    return outcomeFrom(items);
  }

  /** Ends a request whose operations all have their results. */
  async complete(task: RequestTask): Promise<void> {
    await deleteIntent(this.table, task);
  }

  /** Ends the lease of a worker, so that another one can go on with the request. */
  async giveBack({ id }: RequestTask): Promise<void> {
    const update = intentKey(this.connection, id);
    await this.table.write([{ update, set: { leaseUntil: 0 }, condition: PRESENT }]);
  }
}

/** Splits a text so that each part fits into a batch. */
function partsOf(text: string): readonly string[] {
  const length = Math.ceil(text.length / BATCH_CHARACTERS);
  return Array.from({ length }, (_, index) =>
    text.slice(index * BATCH_CHARACTERS, (index + 1) * BATCH_CHARACTERS),
  );
}

function expiry(): number {
  return Math.ceil(Date.now() / 1000) + RESULT_SECONDS;
}

/**
 * Hands an abandoned request over again, or forgets one whose function died before it answered.
 * @returns whether nothing is left to do
 */
export async function reviveRequest(table: Table, task: RequestTask): Promise<boolean> {
  const item = await table.get(intentKey(task.connection, task.id));
  if (item === undefined) return true;
  if (item['handedOver'] === undefined) {
    await deleteIntent(table, task);
    return true;
  }
  const isTaken = Number(asText(item['leaseUntil']) || 0) > Date.now();
  if (!isTaken) await handOver(table, task);
  return false;
}
