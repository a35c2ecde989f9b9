import { isDeepStrictEqual } from 'node:util';
import { readLogState } from '../events/log-state';
import { textOf } from '../store/item';
import { webhookPartition, WEBHOOKS } from '../store/keys';
import type { Table } from '../store/table';
import { ABSENT, type Write } from '../store/write';
import { newState, stateToItem } from './delivery-state';
import {
  WEBHOOK_ID,
  webhookFromItem,
  webhookKey,
  webhookToItem,
  type WebhookEndpoint,
} from './endpoint';

/** Most endpoints of a deployment: each event is checked for each of them. */
export const MOST_ENDPOINTS = 50;

/** The webhook endpoints of a deployment. */
export class WebhookEndpoints {
  constructor(private readonly table: Table) {}

  /** Returns all endpoints, in the order of their ids. */
  async list(): Promise<readonly WebhookEndpoint[]> {
    const { items } = await this.table.query(WEBHOOKS);
    return items.map(webhookFromItem);
  }

  /** Returns an endpoint; undefined if there is none. */
  async find(id: string): Promise<WebhookEndpoint | undefined> {
    if (!WEBHOOK_ID.test(id)) return undefined;
    const item = await this.table.get(webhookKey(id));
    return item === undefined ? undefined : webhookFromItem(item);
  }

  /** Adds an endpoint. It receives the events that happen from now on. */
  async add(endpoint: WebhookEndpoint, alongside: readonly Write[]): Promise<void> {
    const { positions } = await readLogState(this.table);
    await this.table.write([
      { put: webhookToItem(endpoint), condition: ABSENT },
      { put: stateToItem(endpoint.id, newState(positions)) },
      ...alongside,
    ]);
  }

  /**
   * Changes an endpoint with optimistic locking.
   * @param compute the changed endpoint; called again if another change came first
   * @param alongside writes of the same transaction
   * @returns the changed endpoint; undefined if there is none
   */
  async change(
    id: string,
    compute: (endpoint: WebhookEndpoint) => WebhookEndpoint,
    alongside: (before: WebhookEndpoint, after: WebhookEndpoint) => readonly Write[] = () => [],
  ): Promise<WebhookEndpoint | undefined> {
    for (let attempt = 1; ; attempt += 1) {
      const item = WEBHOOK_ID.test(id) ? await this.table.get(webhookKey(id)) : undefined;
      if (item === undefined) return undefined;
      const before = webhookFromItem(item);
      const after = compute(before);
      if (isDeepStrictEqual(before, after)) return before;
      const failed = await this.table.write([
        {
          put: webhookToItem(after),
          condition: { is: 'version', version: textOf(item, 'version') },
        },
        ...alongside(before, after),
      ]);
      if (failed.length === 0) return after;
      await this.table.retries.pause(attempt);
    }
  }

  /** Removes an endpoint and what waits for it. Its deliveries expire by themselves. */
  async remove(id: string, alongside: readonly Write[]): Promise<void> {
    await this.table.write([{ delete: webhookKey(id) }, ...alongside]);
    const partition = webhookPartition(id);
    const keys: Write[] = [];
    for await (const { pk, sk } of this.table.queryAll(partition))
      keys.push({ delete: { pk, sk } });
    for (const write of keys) await this.table.write([write]);
  }
}
