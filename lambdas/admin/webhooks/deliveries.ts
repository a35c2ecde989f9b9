import { randomUUID } from 'node:crypto';
import * as z from 'zod/mini';
import type { ActionName } from '../../../directory/connections/audit';
import { EVENT_TYPES } from '../../../directory/events/event';
import { positionsAt, timeOf } from '../../../directory/events/positions-at';
import { isIssuedId } from '../../../directory/store/resource-ids';
import {
  parkedToItem,
  replayItem,
  type ParkedSubject,
} from '../../../directory/webhooks/delivery-state';
import { deliveriesOf, newDelivery, type Delivery } from '../../../directory/webhooks/deliveries';
import { shortened } from '../../../scim/errors/scim-error';
import { jsonAnswer, type Answer } from '../../http/answer';
import { nextCursor, pageOf, type ApiRequest } from '../../json-api/api-request';
import { Problem } from '../../json-api/problem';
import { readBody } from '../../json-api/read-body';
import type { Services } from '../services';
import { audited, existingWebhook } from './acts';

/* Deliveries to webhook endpoints; docs/reference/admin-api.md describes each call. */

const REPLAY = z.strictObject({
  after: z.string().check(z.refine(isIssuedId, 'must be the id of an event')),
});

/** Time before an event from which a replay starts: events are not strictly sorted by time. */
const REPLAY_MARGIN_MS = 300_000;

/** `POST /webhooks/{id}/test`: sends a `webhook.test` event. */
export async function testWebhook(services: Services, request: ApiRequest): Promise<Answer> {
  const { id } = await existingWebhook(services, request);
  const { id: eventId, at: time } = newDelivery();
  const event = {
    specversion: '1.0',
    id: eventId,
    source: `urn:cdk-scim:${services.deployment}:webhooks`,
    type: 'webhook.test',
    time,
    subject: `webhooks/${id}`,
    datacontenttype: 'application/json',
    data: { webhook: { id } },
    timestamp: time,
  } as const;
  await enqueue(services, 'webhook.test', id, {
    key: `test-${event.id}`,
    events: [{ id: event.id, type: event.type, connection: '' }],
    attempts: 0,
    dueAt: Date.now(),
    inline: JSON.stringify(event),
  });
  return jsonAnswer(202, { eventId: event.id });
}

/** `POST /webhooks/{id}/replay`: sends the events again that came after an event. */
export async function replay(services: Services, request: ApiRequest): Promise<Answer> {
  const { after } = readBody(REPLAY, request.body);
  const { id } = await existingWebhook(services, request);
  const from = timeOf(after) - REPLAY_MARGIN_MS;
  const item = replayItem(id, await positionsAt(services.table, from));
  await audited(services, 'webhook.replay', {}, { webhook: id, after }, async (alongside) => {
    await services.table.write([{ put: item }, ...alongside]);
  });
  await services.startDelivery();
  return jsonAnswer(202, { id, from: new Date(from).toISOString() });
}

/** `GET /webhooks/{id}/deliveries`. */
export async function listDeliveries(services: Services, request: ApiRequest): Promise<Answer> {
  const { id } = await existingWebhook(services, request);
  const page = pageOf(request, isIssuedId);
  const { status } = request.query;
  if (status !== undefined && status !== 'failed' && status !== 'succeeded') {
    throw new Problem(400, '"status" must be failed or succeeded.');
  }
  const isWanted = ({ isAccepted }: Delivery): boolean =>
    status === undefined || isAccepted === (status === 'succeeded');
  const { deliveries, next } = await deliveriesOf(services.table, id, page, isWanted);
  return jsonAnswer(200, { deliveries: deliveries.map(describeDelivery), ...nextCursor(next) });
}

/** `POST /webhooks/{id}/deliveries/{eventId}/resend`: sends one event again. */
export async function resend(services: Services, request: ApiRequest): Promise<Answer> {
  const { id } = await existingWebhook(services, request);
  const eventId = request.parameter('eventId');
  const page = { limit: 1, after: undefined };
  const isOfEvent = ({ event }: Delivery): boolean => event.id === eventId;
  const [delivery] = (await deliveriesOf(services.table, id, page, isOfEvent)).deliveries;
  const type = EVENT_TYPES.find((each) => each === delivery?.event.type);
  if (delivery === undefined || type === undefined || type === 'webhook.test') {
    const detail = `No delivery of the event "${shortened(eventId)}" to this webhook is known.`;
    throw new Problem(404, detail);
  }
  await enqueue(services, 'webhook.resend', id, {
    key: `resend-${eventId}-${randomUUID()}`,
    events: [{ id: eventId, type, connection: delivery.event.connection }],
    attempts: 0,
    dueAt: Date.now(),
  });
  return jsonAnswer(202, { eventId });
}

/** Lets an event wait for its delivery, and starts it. */
async function enqueue(
  services: Services,
  action: ActionName,
  webhook: string,
  subject: ParkedSubject,
): Promise<void> {
  const event = subject.events[0]?.id ?? '';
  await audited(services, action, {}, { webhook, event }, async (alongside) => {
    await services.table.write([{ put: parkedToItem(webhook, subject) }, ...alongside]);
  });
  await services.startDelivery();
}

function describeDelivery({ id, event, isAccepted, status, ...rest }: Delivery): object {
  return {
    id,
    eventId: event.id,
    type: event.type,
    subject: event.subject,
    connection: event.connection,
    status: isAccepted ? 'succeeded' : 'failed',
    ...(status === undefined ? {} : { statusCode: status }),
    ...rest,
  };
}
