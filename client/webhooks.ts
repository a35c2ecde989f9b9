import { createHmac, timingSafeEqual } from 'node:crypto';
import { WebhookVerificationError } from './errors';
import type { WebhookEvent } from './types';

/** A request that a webhook endpoint received. */
export interface WebhookRequest {
  /** The headers of Node.js, Express, API Gateway, or of a `Request`. */
  readonly headers: Headers | Readonly<Record<string, string | readonly string[] | undefined>>;
  /** The body exactly as it was sent: text or bytes, not parsed JSON. */
  readonly body: string | Uint8Array;
}

/** Most seconds between the time of a request and now. */
const TOLERANCE_SECONDS = 300;

const SECRET_PREFIX = 'whsec_';

/** Standard Webhooks asks for keys of 24 to 64 bytes. */
const LEAST_KEY_BYTES = 24;

/**
 * Verifies the signature of a webhook and returns its event.
 * @param secrets the endpoint's secret, or both during a rotation
 * @throws WebhookVerificationError
 * @see https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md
 */
export function verifyWebhook(
  { headers, body }: WebhookRequest,
  secrets: string | readonly string[],
): WebhookEvent {
  const id = header(headers, 'webhook-id');
  const timestamp = header(headers, 'webhook-timestamp');
  const signatures = header(headers, 'webhook-signature').split(' ');
  const age = Math.abs(Date.now() / 1000 - Number(timestamp));
  if (!(age <= TOLERANCE_SECONDS)) {
    throw new WebhookVerificationError(
      'The time of the webhook is not within five minutes of the clock of this machine.',
    );
  }
  const text = typeof body === 'string' ? body : Buffer.from(body).toString('utf8');
  const isSigned = [secrets].flat().some((secret) => {
    const key = Buffer.from(secret.replace(SECRET_PREFIX, ''), 'base64');
    // Anybody can sign with an empty key, which a missing setting would be.
    if (key.length < LEAST_KEY_BYTES) {
      throw new WebhookVerificationError('The secret is not one of a webhook (whsec_…).');
    }
    const digest = createHmac('sha256', key).update(`${id}.${timestamp}.${text}`).digest('base64');
    return signatures.some((signature) => isEqual(signature, `v1,${digest}`));
  });
  if (!isSigned) {
    throw new WebhookVerificationError(
      'No signature of the webhook matches. Pass the body as it was sent, and the current secret.',
    );
  }
  return JSON.parse(text) as WebhookEvent;
}

function isEqual(left: string, right: string): boolean {
  const [a, b] = [Buffer.from(left), Buffer.from(right)];
  return a.length === b.length && timingSafeEqual(a, b);
}

function header(headers: WebhookRequest['headers'], name: string): string {
  const value = headers instanceof Headers ? headers.get(name) : ownHeader(headers, name);
  if (typeof value === 'string' && value !== '') return value;
  throw new WebhookVerificationError(`The webhook has no header ${name}.`);
}

function ownHeader(
  headers: Readonly<Record<string, string | readonly string[] | undefined>>,
  name: string,
): string | undefined {
  const found = Object.entries(headers).find(([key]) => key.toLowerCase() === name)?.[1];
  return typeof found === 'string' ? found : found?.[0];
}
