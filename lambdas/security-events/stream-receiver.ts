import type { LoggedEvent } from '../../directory/events/event';
import type { Table } from '../../directory/store/table';
import { hasEventsOf, type Stream } from '../../directory/streams/stream';
import { Streams } from '../../directory/streams/streams';
import { eventClaims } from '../../events/security-events/claims';
import { isFinalError } from '../../events/security-events/errors';
import { tokenId } from '../../events/security-events/poll';
import { withoutRepetitions } from '../../events/security-events/repetitions';
import { TOKEN_MEDIA_TYPE } from '../../events/security-events/token';
import type { Message, Receiver } from '../../events/webhooks/receiver';
import { send, type Attempt } from '../../events/webhooks/send';
import { asText, isObject, parseJson, type JsonObject } from '../../scim/json';
import { logFailure } from '../observability/log';
import { erasable } from '../webhooks/erasable';
import { recordAttempt } from '../webhooks/record-attempt';
import { reportFailing } from '../webhooks/report-failing';
import type { TokenIssuer } from './token-issuer';

/** The dependencies of deliveries to streams. */
export interface StreamServices {
  readonly table: Table;
  readonly issuer: TokenIssuer;
  /** Whether tokens may be sent to this machine, for development. */
  readonly allowsLoopback: boolean;
}

/** Returns a stream that is pushed as a receiver; undefined if it was deleted or disabled. */
export async function openStream(
  { table, issuer, allowsLoopback }: StreamServices,
  id: string,
): Promise<Receiver | undefined> {
  const streams = new Streams(table);
  const stream = await streams.find(id);
  if (stream?.enabled !== true || stream.url === undefined) return undefined;
  const { url, mode } = stream;
  return {
    isWanted: (reference) => hasEventsOf(stream, reference.connection),
    select: (events) => withoutRepetitions(events, mode),
    // The members of a group are a part of it.
    subjectOf: ({ subject }) => subject.split('/').slice(0, 2).join('/'),
    messageOf: (event) => messageOf(stream, event),
    testMessage: () => undefined,
    send: async (message) => {
      const issuedAt = Math.floor(Date.now() / 1000);
      const [jti, claims] = [tokenId(stream, message), claimsIn(message.body)];
      const token = await signed(() => issuer.sign(stream, { jti, issuedAt, claims }));
      if (typeof token !== 'string') return token;
      const headers = {
        'content-type': TOKEN_MEDIA_TYPE,
        accept: 'application/json',
        'user-agent': 'cdk-scim',
      };
      return outcome(await send(url, headers, token, { allowsLoopback }));
    },
    onAttempt: (message, attempt) => recordAttempt(table, id, message, attempt),
    onFailing: async (failing) => {
      const disabledReason = await reportFailing(table, { id, url, isStream: true }, failing);
      if (disabledReason === undefined) return;
      await streams.change(id, (current) =>
        current.enabled ? { ...current, enabled: false, disabledReason } : current,
      );
    },
  };
}

/** Returns the message about an event: its claims, which are signed when they are sent. */
function messageOf(stream: Stream, event: LoggedEvent): Message | undefined {
  const claims = eventClaims(event, stream.mode);
  if (claims === undefined) return undefined;
  const { id, type, subject, connection } = event;
  return { id, type, subject, connection, ...erasable(event), body: JSON.stringify(claims) };
}

/** Returns a token, or a failed attempt: KMS may sign it later. */
async function signed(sign: () => Promise<string>): Promise<string | Attempt> {
  const begun = Date.now();
  try {
    return await sign();
  } catch (error) {
    logFailure(error, '');
    const latency = Date.now() - begun;
    return { isAccepted: false, error: 'The token could not be signed.', latency };
  }
}

function claimsIn(body: string): JsonObject {
  const claims = parseJson(body);
  return isObject(claims) ? claims : {};
}

/** Returns what an answer means to a transmitter (RFC 8935 sections 2.2 and 2.3). */
function outcome(attempt: Attempt): Attempt {
  const { status, answer = '' } = attempt;
  if (status === 202) return attempt;
  if (attempt.isAccepted) {
    const error = `The receiver answered ${status} instead of 202.`;
    return { ...attempt, isAccepted: false, error };
  }
  return status === 400 && isFinal(answer) ? { ...attempt, isFinal: true } : attempt;
}

/** Returns whether an answer says that the token would be refused again. */
function isFinal(answer: string): boolean {
  try {
    const message = parseJson(answer);
    return isObject(message) && isFinalError(asText(message['err']));
  } catch {
    return false;
  }
}
