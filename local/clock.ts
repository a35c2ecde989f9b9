import { isObject, parseJson } from '../scim/json';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { text } from 'node:stream/consumers';

/** Path at which the clock is read and moved. */
export const CLOCK_PATH = '/clock';

/** The longest that one request may move the clock: ten years, as a token lives at most. */
const MOST_SECONDS = 3650 * 86_400;

interface Task {
  readonly everyMs: number;
  readonly run: () => Promise<unknown>;
  last: number;
}

/**
 * The time that the functions see. It runs with this machine's and can be moved ahead, so that the end of a token can be seen without waiting
 * for it. What happens at intervals, such as the template's schedules, goes by it.
 */
export class Clock {
  /** Shared with the functions' threads: milliseconds by which they are ahead. */
  readonly ahead = new SharedArrayBuffer(Float64Array.BYTES_PER_ELEMENT);
  private readonly offset = new Float64Array(this.ahead);
  private readonly tasks = new Set<Task>();

  /** Milliseconds since the epoch. */
  now(): number {
    return Date.now() + (this.offset[0] ?? 0);
  }

  /** Runs something at an interval, a failure being its own matter. @returns what ends it */
  every(everyMs: number, run: () => Promise<unknown>): () => void {
    const task: Task = { everyMs, run, last: this.now() };
    this.tasks.add(task);
    const timer = setInterval(() => void this.runWhenDue(task), everyMs);
    return () => {
      clearInterval(timer);
      this.tasks.delete(task);
    };
  }

  /** Moves the clock ahead, and waits until what is due by then has been done, once each. */
  async advance(milliseconds: number): Promise<void> {
    this.offset[0] = (this.offset[0] ?? 0) + milliseconds;
    for (const task of this.tasks) await this.runWhenDue(task);
  }

  private async runWhenDue(task: Task): Promise<void> {
    // The timer of the interval may be a moment early.
    if (this.now() - task.last < task.everyMs * 0.99) return;
    task.last = this.now();
    await task.run().catch(() => undefined);
  }

  /** Answers `GET /clock` with `{now}`, and `POST /clock {advanceSeconds}` with the same once what is due has been done. */
  async serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    if (request.method === 'POST') {
      const seconds = secondsFrom(await text(request));
      if (seconds === undefined) {
        const detail = `Send {"advanceSeconds": N}, N from 1 to ${MOST_SECONDS}. The clock cannot be moved back.`;
        answer(response, 400, { title: 'Bad Request', status: 400, detail });
        return;
      }
      await this.advance(seconds * 1000);
    }
    answer(response, 200, { now: new Date(this.now()).toISOString() });
  }
}

function secondsFrom(body: string): number | undefined {
  try {
    const json = parseJson(body);
    const seconds = isObject(json) ? json['advanceSeconds'] : undefined;
    return typeof seconds === 'number' && seconds > 0 && seconds <= MOST_SECONDS ? seconds : undefined;
  } catch {
    return undefined;
  }
}

function answer(response: ServerResponse, status: number, body: object): void {
  response.writeHead(status, { 'Content-Type': 'application/json' });
  response.end(JSON.stringify(body));
}
