import { isAboutDirectory, type LoggedEvent } from '../../directory/events/event';
import type { EventReference } from '../../directory/events/event-item';
import type { Table } from '../../directory/store/table';
import type { WebhookEndpoint } from '../../directory/webhooks/endpoint';
import { WebhookEndpoints } from '../../directory/webhooks/endpoints';
import { toEnvelope, type EventEnvelope } from '../../events/envelope';
import type { Message, Receiver } from '../../events/webhooks/receiver';
import { send } from '../../events/webhooks/send';
import { signedHeaders } from '../../events/webhooks/signature';
import { erasable } from './erasable';
import { recordAttempt } from './record-attempt';
import { reportFailing } from './report-failing';
import type { WebhookSecrets } from './webhook-secrets';

/** The dependencies of deliveries to webhooks. */
export interface WebhookServices {
  readonly table: Table;
  /** Name of the deployment. */
  readonly deployment: string;
  readonly secrets: WebhookSecrets;
  /** Whether webhooks may be sent to this machine, for development. */
  readonly allowsLoopback: boolean;
}

/** Returns a webhook as a receiver; undefined if it was deleted or disabled. */
export async function openWebhook(
  services: WebhookServices,
  id: string,
): Promise<Receiver | undefined> {
  const { table, deployment, secrets, allowsLoopback } = services;
  const endpoints = new WebhookEndpoints(table);
  const endpoint = await endpoints.find(id);
  if (endpoint?.enabled !== true) return undefined;
  return {
    isWanted: (reference) => isFor(endpoint, reference),
    select: (events) => events,
    subjectOf: ({ subject }) => subject,
    messageOf: (event) => messageOf(deployment, event),
    testMessage: (inline) => ({
      ...(JSON.parse(inline) as Pick<EventEnvelope, 'id' | 'type' | 'subject'>),
      connection: '',
      body: inline,
    }),
    send: async (message) => {
      const timestamp = Math.floor(Date.now() / 1000);
      const headers = {
        'content-type': 'application/json',
        'user-agent': 'cdk-scim',
        ...signedHeaders({ ...message, timestamp }, await secrets.signingSecrets(endpoint)),
      };
      return send(endpoint.url, headers, message.body, { allowsLoopback });
    },
    onAttempt: (message, attempt) => recordAttempt(table, id, message, attempt),
    onFailing: async (failing) => {
      const disabledReason = await reportFailing(
        table,
        { id, url: endpoint.url, isStream: false },
        failing,
      );
      if (disabledReason === undefined) return;
      await endpoints.change(id, (current) =>
        current.enabled ? { ...current, enabled: false, disabledReason } : current,
      );
    },
  };
}

function isFor(
  { types, connections }: WebhookEndpoint,
  { type, connection }: EventReference,
): boolean {
  return (
    (types.length === 0 ? isAboutDirectory(type) : types.includes(type)) &&
    (connections.length === 0 || connections.includes(connection))
  );
}

function messageOf(deployment: string, event: LoggedEvent): Message {
  const { id, type, subject, connection, time } = event;
  const body = JSON.stringify({ ...toEnvelope(deployment, event), timestamp: time });
  return { id, type, subject, connection, ...erasable(event), body };
}
