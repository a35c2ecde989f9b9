import type { LoggedEvent } from '../../directory/events/event';
import type { WebhookEndpoint } from '../../directory/webhooks/endpoint';
import type { Attempt } from './send';

/** An event to send: from the log, or a test. */
export interface Message {
  readonly id: string;
  readonly type: string;
  readonly subject: string;
  readonly connection: string;
  /** Id of the user that the event is about. */
  readonly userId?: string | undefined;
  /** Whether the answer is kept. @default false */
  readonly keepsAnswer?: boolean;
  /** The body of the request. */
  readonly body: string;
}

/** An attempt with its number, and when the next one is due in milliseconds since the epoch. */
export interface NumberedAttempt extends Attempt {
  readonly number: number;
  readonly nextAt: number | undefined;
}

/** The actions of a worker outside of its queue. */
export interface Effects {
  /** Sends an event to an endpoint. */
  readonly send: (endpoint: WebhookEndpoint, message: Message) => Promise<Attempt>;
  readonly messageOf: (event: LoggedEvent) => Message;
  readonly testMessage: (inline: string) => Message;
  /** Records an attempt. */
  readonly onAttempt: (
    endpoint: WebhookEndpoint,
    message: Message,
    attempt: NumberedAttempt,
  ) => Promise<void>;
  /** Called after a failure, to tell people or to disable the endpoint. */
  readonly onFailing: (
    endpoint: WebhookEndpoint,
    failing: { readonly since: string; readonly isGone: boolean },
  ) => Promise<void>;
}
