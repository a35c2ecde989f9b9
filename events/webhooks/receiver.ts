import type { LoggedEvent } from '../../directory/events/event';
import type { EventReference } from '../../directory/events/event-item';
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
  /** The body of the request; that of a token before it is signed. */
  readonly body: string;
}

/** An attempt with its number, and when the next one is due in milliseconds since the epoch. */
export interface NumberedAttempt extends Attempt {
  readonly number: number;
  readonly nextAt: number | undefined;
}

/** A receiver of events over HTTPS, in its present settings. */
export interface Receiver {
  /** Returns whether the receiver gets an event. */
  readonly isWanted: (reference: EventReference) => boolean;
  /** Returns the events of one subject to send, in their order. */
  readonly select: (events: readonly LoggedEvent[]) => readonly LoggedEvent[];
  /** Returns the subject whose later events wait for an event. */
  readonly subjectOf: (event: LoggedEvent) => string;
  /** Returns an event as it is sent; undefined if there is nothing to tell. */
  readonly messageOf: (event: LoggedEvent) => Message | undefined;
  /** Returns a test as it is sent; undefined if there are none. @param inline the event as JSON */
  readonly testMessage: (inline: string) => Message | undefined;
  readonly send: (message: Message) => Promise<Attempt>;
  /** Records an attempt. */
  readonly onAttempt: (message: Message, attempt: NumberedAttempt) => Promise<void>;
  /** Called after a failure, to tell people or to disable the receiver. */
  readonly onFailing: (failing: {
    readonly since: string;
    readonly isGone: boolean;
  }) => Promise<void>;
}

/** Returns a receiver; undefined if it was deleted or disabled. */
export type OpenReceiver = () => Promise<Receiver | undefined>;
