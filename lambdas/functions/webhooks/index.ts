import { inParallel } from '../../../directory/store/batches';
import type { Table } from '../../../directory/store/table';
import { Streams } from '../../../directory/streams/streams';
import { WebhookEndpoints } from '../../../directory/webhooks/endpoints';
import type { OpenReceiver } from '../../../events/webhooks/receiver';
import { deliverTo } from '../../../events/webhooks/worker';
import { ENVIRONMENT } from '../../contract';
import { logFailure } from '../../observability/log';
import { openTable, variable } from '../../runtime/environment';
import type { Invocation } from '../../runtime/invocation';
import type { DeliveryTask } from '../../runtime/tasks';
import { openSecurityEvents } from '../../security-events/open-issuer';
import { openStream } from '../../security-events/stream-receiver';
import { openWebhook } from '../../webhooks/webhook-receiver';
import { WebhookSecrets } from '../../webhooks/webhook-secrets';

const shared = openTable();
const deployment = variable(ENVIRONMENT.deployment);
const allowsLoopback = variable(ENVIRONMENT.loopback, '') !== '';
const secrets = new WebhookSecrets(deployment);

const securityEvents = openSecurityEvents();

/** Receivers that are delivered to in parallel. */
const WIDTH = 8;

/**
 * Sends events to webhooks, and security event tokens to the receivers of streams. `dispatcher`
 * invokes it for new events, and a schedule for what waits to be attempted again.
 */
export async function handler(_: DeliveryTask, invocation: Invocation): Promise<void> {
  const { awsRequestId: requestId } = invocation;
  const table = shared.forRequest(Date.now() + invocation.getRemainingTimeInMillis());
  const receivers = [...(await webhooksOf(table)), ...(await streamsOf(table))];
  const failed: unknown[] = [];
  await inParallel(receivers, WIDTH, async ([id, open]) => {
    try {
      await deliverTo(table, id, open);
    } catch (error) {
      // One receiver must not stop the others.
      logFailure(error, requestId);
      failed.push(error);
    }
  });
  // The alarm counts failed invocations.
  if (failed.length > 0) throw new Error(`${failed.length} receivers could not be served.`);
}

/** Returns the webhooks that events are sent to, by id. */
async function webhooksOf(table: Table): Promise<readonly (readonly [string, OpenReceiver])[]> {
  const services = { table, deployment, secrets, allowsLoopback };
  const endpoints = await new WebhookEndpoints(table).list();
  return endpoints
    .filter(({ enabled }) => enabled)
    .map(({ id }) => [id, () => openWebhook(services, id)]);
}

/** Returns the streams that tokens are pushed to, by id. */
async function streamsOf(table: Table): Promise<readonly (readonly [string, OpenReceiver])[]> {
  if (securityEvents === undefined) return [];
  const services = { table, issuer: securityEvents.issuer, allowsLoopback };
  const streams = await new Streams(table).list();
  return streams
    .filter(({ delivery, enabled }) => delivery === 'push' && enabled)
    .map(({ id }) => [id, () => openStream(services, id)]);
}
