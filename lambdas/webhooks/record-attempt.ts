import type { Table } from '../../directory/store/table';
import { deliveryWrites, newDelivery } from '../../directory/webhooks/deliveries';
import type { Message, NumberedAttempt } from '../../events/webhooks/receiver';
import { reportUndelivered } from '../observability/metrics';

/**
 * Records an attempt to deliver an event. An event that is not attempted again is reported.
 * @param receiver id of the webhook or stream
 */
export async function recordAttempt(
  table: Table,
  receiver: string,
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
  await table.writeEach(deliveryWrites(receiver, delivery, userId));
  if (isAccepted || nextAt !== undefined) return;
  reportUndelivered('failedWebhooks', 1, { webhook: receiver, event, type });
}
