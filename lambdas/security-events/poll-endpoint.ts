import { setTimeout as sleep } from 'node:timers/promises';
import * as z from 'zod/mini';
import type { Table } from '../../directory/store/table';
import type { Stream } from '../../directory/streams/stream';
import { isFinalError } from '../../events/security-events/errors';
import { poll } from '../../events/security-events/poll';
import { shortened } from '../../scim/errors/scim-error';
import { jsonAnswer, type Answer } from '../http/answer';
import { Problem } from '../json-api/problem';
import { integerBetween, readBody } from '../json-api/read-body';
import { reportUndelivered } from '../observability/metrics';
import type { TokenIssuer } from './token-issuer';

/** Tokens in one answer at most. */
const MOST_TOKENS = 100;

/** How long a poll without tokens waits for one. API Gateway waits 29 seconds for an answer. */
const WAIT_MS = 20_000;

/** How often it looks. */
const LOOK_MS = 1000;

/** Time that signing and answering may take. */
const ANSWER_MS = 3000;

const tokenIds = z.array(z.string().check(z.maxLength(64))).check(z.maxLength(1000));
const REQUEST = z.object({
  maxEvents: z._default(integerBetween(0, Number.MAX_SAFE_INTEGER), MOST_TOKENS),
  returnImmediately: z._default(z.boolean(), false),
  ack: z._default(tokenIds, []),
  setErrs: z._default(
    z
      .record(z.string().check(z.maxLength(64)), z.object({ err: z.string() }))
      .check(z.refine((errors) => Object.keys(errors).length <= 100, 'must have 100 at most')),
    {},
  ),
});

/**
 * Answers a poll for security event tokens. Without tokens, it waits for one unless the receiver
 * asks for an answer at once.
 * @param open finds the stream, or throws Problem if the receiver may not have it
 * @param body JSON, or empty
 * @throws Problem 400, 404
 * @see https://www.rfc-editor.org/rfc/rfc8936#section-2
 */
export async function answerPoll(
  table: Table,
  issuer: TokenIssuer,
  open: () => Promise<Stream>,
  body: string,
): Promise<Answer> {
  const request = readBody(REQUEST, body);
  const refused = new Map(
    Object.entries(request.setErrs).filter(([, { err }]) => isFinalError(err)),
  );
  let acknowledged = new Set([...request.ack, ...refused.keys()]);
  const timeUp = Date.now() + table.retries.timeLeft - ANSWER_MS;
  const until = request.returnImmediately ? Date.now() : Math.min(timeUp, Date.now() + WAIT_MS);
  const maxEvents = Math.min(request.maxEvents, MOST_TOKENS);
  for (;;) {
    // Read each time: a stream that is disabled, or whose token is replaced, gives out nothing.
    const stream = await open();
    const result = await poll(table, stream, { maxEvents, acknowledged, until: timeUp });
    if (result === undefined) throw new Problem(404, `There is no stream "${stream.id}".`);
    const { tokens, moreAvailable, done } = result;
    for (const jti of done) {
      const error = refused.get(jti)?.err;
      if (error === undefined) continue;
      const about = { stream: stream.id, jti, error: shortened(error) };
      reportUndelivered('failedWebhooks', 1, about);
    }
    if (tokens.length > 0 || maxEvents === 0 || Date.now() + LOOK_MS > until) {
      const sets = await issuer.signAll(stream, tokens);
      return jsonAnswer(200, { sets, ...(moreAvailable ? { moreAvailable } : {}) });
    }
    acknowledged = new Set();
    await sleep(LOOK_MS);
  }
}
