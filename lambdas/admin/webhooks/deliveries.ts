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
import { existingStream } from '../streams/acts';
import { audited, existingWebhook } from './acts';

/*
 * Deliveries to webhook endpoints, and to the receivers of streams that are pushed;
 * docs/reference/admin-api.md describes each call.
 */

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
  await enqueue(
    services,
    'webhook.test',
    { kind: 'webhook', id },
    {
      key: `test-${event.id}`,
      events: [{ id: event.id, type: event.type, connection: '' }],
      attempts: 0,
      dueAt: Date.now(),
      inline: JSON.stringify(event),
    },
  );
  return jsonAnswer(202, { eventId: event.id });
}

/**
 * `POST /webhooks/{id}/replay` and `POST /streams/{id}/replay`: sends the events again that came
 * after an event.
 */
export async function replay(services: Services, request: ApiRequest): Promise<Answer> {
  const { after } = readBody(REPLAY, request.body);
  const { kind, id } = await existingReceiver(services, request);
  const from = timeOf(after) - REPLAY_MARGIN_MS;
  const item = replayItem(id, await positionsAt(services.table, from));
  await audited(services, `${kind}.replay`, {}, { [kind]: id, after }, async (alongside) => {
    await services.table.write([{ put: item }, ...alongside]);
  });
  await services.startDelivery();
  return jsonAnswer(202, { id, from: new Date(from).toISOString() });
}

/** `GET /webhooks/{id}/deliveries` and `GET /streams/{id}/deliveries`. */
export async function listDeliveries(services: Services, request: ApiRequest): Promise<Answer> {
  const { id } = await existingReceiver(services, request);
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

/**
 * `POST /webhooks/{id}/deliveries/{eventId}/resend`, and the same of a stream: sends one event
 * again.
 */
export async function resend(services: Services, request: ApiRequest): Promise<Answer> {
  const receiver = await existingReceiver(services, request);
  const eventId = request.parameter('eventId');
  const page = { limit: 1, after: undefined };
  const isOfEvent = ({ event }: Delivery): boolean => event.id === eventId;
  const [delivery] = (await deliveriesOf(services.table, receiver.id, page, isOfEvent)).deliveries;
  const type = EVENT_TYPES.find((each) => each === delivery?.event.type);
  if (delivery === undefined || type === undefined || type === 'webhook.test') {
    const event = shortened(eventId);
    const detail = `No delivery of the event "${event}" to this ${receiver.kind} is known.`;
    throw new Problem(404, detail);
  }
  await enqueue(services, `${receiver.kind}.resend`, receiver, {
    key: `resend-${eventId}-${randomUUID()}`,
    events: [{ id: eventId, type, connection: delivery.event.connection }],
    attempts: 0,
    dueAt: Date.now(),
  });
  return jsonAnswer(202, { eventId });
}

/** A webhook, or a stream that is pushed. */
interface DeliveryReceiver {
  readonly kind: 'webhook' | 'stream';
  readonly id: string;
}

/** Returns the webhook or stream that a request names. @throws Problem 404, 409 */
async function existingReceiver(
  services: Services,
  request: ApiRequest,
): Promise<DeliveryReceiver> {
  if (!request.route.startsWith('/streams/')) {
    return { kind: 'webhook', id: (await existingWebhook(services, request)).id };
  }
  const { id, delivery } = await existingStream(services, request);
  if (delivery === 'push') return { kind: 'stream', id };
  throw new Problem(409, 'The receiver of this stream polls: nothing is delivered to it.');
}

/** Lets an event wait for its delivery, and starts it. */
async function enqueue(
  services: Services,
  action: ActionName,
  { kind, id }: DeliveryReceiver,
  subject: ParkedSubject,
): Promise<void> {
  const event = subject.events[0]?.id ?? '';
  await audited(services, action, {}, { [kind]: id, event }, async (alongside) => {
    await services.table.write([{ put: parkedToItem(id, subject) }, ...alongside]);
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
