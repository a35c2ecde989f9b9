import type { LoggedEvent } from '../../../directory/events/event';
import { webhookNoticeWrite } from '../../../directory/notices/notice-item';
import type { WebhookNotice } from '../../../directory/notices/notice';
import { inParallel } from '../../../directory/store/batches';
import type { Table } from '../../../directory/store/table';
import { deliveryWrites, newDelivery } from '../../../directory/webhooks/deliveries';
import type { WebhookEndpoint } from '../../../directory/webhooks/endpoint';
import { WebhookEndpoints } from '../../../directory/webhooks/endpoints';
import { toEnvelope, type EventEnvelope } from '../../../events/envelope';
import { DISABLED_AFTER_MS } from '../../../events/webhooks/schedule';
import { send } from '../../../events/webhooks/send';
import { signedHeaders } from '../../../events/webhooks/signature';
import type { Effects, Message, NumberedAttempt } from '../../../events/webhooks/effects';
import { deliverTo } from '../../../events/webhooks/worker';
import { ENVIRONMENT } from '../../contract';
import { logFailure } from '../../observability/log';
import { reportUndelivered } from '../../observability/metrics';
import { openTable, variable } from '../../runtime/environment';
import type { Invocation } from '../../runtime/invocation';
import type { DeliveryTask } from '../../runtime/tasks';
import { WebhookSecrets } from '../../webhooks/webhook-secrets';

const shared = openTable();
const deployment = variable(ENVIRONMENT.deployment);
const allowsLoopback = variable(ENVIRONMENT.loopback, '') !== '';
const secrets = new WebhookSecrets(deployment);

/** Endpoints that are delivered to in parallel. */
const WIDTH = 8;

const DAY_MS = 86_400_000;

/**
 * Sends events to webhook endpoints. `dispatcher` invokes it for new events, and a schedule for
 * what waits to be attempted again.
 */
export async function handler(_: DeliveryTask, invocation: Invocation): Promise<void> {
  const { awsRequestId: requestId } = invocation;
  const table = shared.forRequest(Date.now() + invocation.getRemainingTimeInMillis());
  const endpoints = await new WebhookEndpoints(table).list();
  const enabled = endpoints.filter((endpoint) => endpoint.enabled);
  const failed: unknown[] = [];
  await inParallel(enabled, WIDTH, async ({ id }) => {
    try {
      await deliverTo(table, id, effectsOn(table));
    } catch (error) {
      // One endpoint must not stop the others.
      logFailure(error, requestId);
      failed.push(error);
    }
  });
  // The alarm counts failed invocations.
  if (failed.length > 0) throw new Error(`${failed.length} endpoints could not be served.`);
}

function effectsOn(table: Table): Effects {
  return {
    send: async (endpoint, { id, body }) => {
      const timestamp = Math.floor(Date.now() / 1000);
      const headers = {
        'content-type': 'application/json',
        'user-agent': 'cdk-scim',
        ...signedHeaders({ id, timestamp, body }, await secrets.signingSecrets(endpoint)),
      };
      return send(endpoint.url, headers, body, { allowsLoopback });
    },
    messageOf,
    testMessage: (inline) => ({
      ...(JSON.parse(inline) as Pick<EventEnvelope, 'id' | 'type' | 'subject'>),
      connection: '',
      body: inline,
    }),
    onAttempt: (endpoint, message, attempt) => recordAttempt(table, endpoint, message, attempt),
    onFailing: (endpoint, failing) => reportFailing(table, endpoint, failing),
  };
}

function messageOf(event: LoggedEvent): Message {
  const { id, type, subject, connection, time, personal } = event;
  // `Users/<id>`, or `Groups/<id>/members/<memberId>`
  const [kind, id1, , memberId] = subject.split('/');
  const userId = kind === 'Users' ? id1 : memberId;
  const body = { ...toEnvelope(deployment, event), timestamp: time };
  return {
    id,
    type,
    subject,
    connection,
    ...(userId === undefined ? {} : { userId }),
    // After a user is erased or a connection deleted, no new personal data may be stored.
    keepsAnswer: personal !== undefined || /^(?:group|connection\.(?!deleted))/.test(type),
    body: JSON.stringify(body),
  };
}

async function recordAttempt(
  table: Table,
  { id }: WebhookEndpoint,
  { id: event, type, subject, connection, userId, keepsAnswer = false }: Message,
  { number: attempt, nextAt, isAccepted, status, error, latency, answer }: NumberedAttempt,
): Promise<void> {
  const delivery = {
    ...newDelivery(),
    event: { id: event, type, subject, connection },
    attempt,
    isAccepted,
    ...(status === undefined ? {} : { status }),
    ...(error === undefined ? {} : { error }),
    latency,
    ...(answer === undefined || !keepsAnswer ? {} : { answer }),
    ...(nextAt === undefined ? {} : { nextAttemptAt: new Date(nextAt).toISOString() }),
  };
  await table.writeEach(deliveryWrites(id, delivery, userId));
  if (isAccepted || nextAt !== undefined) return;
  reportUndelivered('failedWebhooks', 1, { webhook: id, event, type });
}

/** Tells people about an endpoint that accepts nothing, and disables it after five days. */
async function reportFailing(
  table: Table,
  { id, url }: WebhookEndpoint,
  { since, isGone }: { readonly since: string; readonly isGone: boolean },
): Promise<void> {
  const failingFor = Date.now() - Date.parse(since);
  const isDisabled = isGone || failingFor >= DISABLED_AFTER_MS;
  const state: WebhookNotice['state'] = isGone
    ? 'disabledAsGone'
    : isDisabled
      ? 'disabledAsFailing'
      : failingFor >= DAY_MS
        ? 'failingForADay'
        : 'failing';
  const notice = { kind: 'webhook', webhook: id, host: new URL(url).host, state, since } as const;
  await table.write([webhookNoticeWrite(notice)]);
  if (!isDisabled) return;
  const disabledReason = isGone ? 'gone' : 'failing';
  await new WebhookEndpoints(table).change(id, (endpoint) =>
    endpoint.enabled ? { ...endpoint, enabled: false, disabledReason } : endpoint,
  );
}
