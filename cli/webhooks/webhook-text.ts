import type { Delivery, Webhook } from '../../client';
import { color, printFields, printJson, timeText } from '../output/output';

/** Returns the state of a webhook for people. */
export function stateOf({ enabled, disabledReason = 'operator', failingSince }: Webhook): string {
  if (!enabled) return `disabled (${disabledReason})`;
  return failingSince === undefined ? 'enabled' : `failing since ${timeText(failingSince)}`;
}

/** Returns the result of an attempt for people. */
export function resultOf({ status, statusCode, error }: Delivery): string {
  const answer = statusCode ?? error ?? '';
  return status === 'succeeded'
    ? color.green(`succeeded (${answer})`)
    : color.red(`failed (${answer})`);
}

/** Prints a webhook. */
export function show(webhook: Webhook, json: true | undefined): void {
  if (json === true) {
    printJson(webhook);
    return;
  }
  printFields({
    Webhook: webhook.id,
    URL: webhook.url,
    Description: webhook.description || undefined,
    State: stateOf(webhook),
    'Last success': timeText(webhook.lastSuccessAt),
    Types: webhook.types.join(' ') || 'all',
    Connections: webhook.connections.join(' ') || 'all',
    'Earlier secret':
      webhook.previousSecretUntil !== undefined &&
      Date.parse(webhook.previousSecretUntil) > Date.now()
        ? `signs until ${timeText(webhook.previousSecretUntil)}`
        : undefined,
    Created: timeText(webhook.createdAt),
  });
}
