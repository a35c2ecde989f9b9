import { createServer, type Server } from 'node:http';
import { text } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';
import { isObject, parseJson } from '../../scim/json';
import { InvocationError, type LocalFunction } from '../local-function';
import { isForeign } from '../loopback';
import { functionArn } from '../template';

/** Path of the API action Invoke. */
const INVOCATION = /^\/2015-03-31\/functions\/([^/]+)\/invocations$/;

/** How long `waitForInvocations` waits: some tasks wait for a time that has not come yet. */
const LONGEST_WAIT_MS = 5000;

/**
 * Lambda stand-in that implements the API action Invoke, so that functions invoke each other with
 * their regular client. A failed asynchronous invocation is dropped, which Lambda does after its
 * retries.
 * @see https://docs.aws.amazon.com/lambda/latest/api/API_Invoke.html
 */
export class LocalLambda {
  private readonly running = new Set<Promise<unknown>>();

  constructor(private readonly functions: readonly LocalFunction[]) {}

  createServer(): Server {
    return createServer((request, response) => {
      const arn = decodeURIComponent(INVOCATION.exec(request.url ?? '')?.[1] ?? '');
      const fn = this.functions.find(({ logicalId }) => functionArn(logicalId) === arn);
      const answer = (
        status: number,
        body: unknown,
        headers: Record<string, string> = {},
      ): void => {
        response.writeHead(status, { 'Content-Type': 'application/json', ...headers });
        response.end(body === undefined ? '' : JSON.stringify(body));
      };
      if (isForeign(request) || fn === undefined) {
        answer(404, { Message: `There is no function "${arn}".` });
        return;
      }
      text(request)
        .then(async (body) => {
          const event = parseJson(body === '' ? '{}' : body);
          const invocation = fn.invoke(isObject(event) ? event : {});
          if (request.headers['x-amz-invocation-type'] === 'Event') {
            this.follow(invocation);
            answer(202, undefined);
          } else {
            answer(200, await invocation);
          }
        })
        .catch((error: unknown) => {
          const message = error instanceof InvocationError ? error.message : String(error);
          answer(200, { errorMessage: message }, { 'X-Amz-Function-Error': 'Unhandled' });
        });
    });
  }

  /** Waits a while for the asynchronous invocations that are running. */
  async waitForInvocations(): Promise<void> {
    await Promise.race([
      Promise.all(this.running),
      sleep(LONGEST_WAIT_MS, undefined, { ref: false }),
    ]);
  }

  private follow(invocation: Promise<unknown>): void {
    const ended = invocation.catch(() => undefined).finally(() => this.running.delete(ended));
    this.running.add(ended);
  }
}
