import { isObject, parseJson } from '../scim/json';
import { readJsonLines, writeJsonLines } from './state/files';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { text } from 'node:stream/consumers';

/** Path of the endpoint that reads and advances the clock. */
export const CLOCK_PATH = '/clock';

/** The most that one request may advance the clock: ten years, the longest lifetime of a token. */
const MOST_SECONDS = 3650 * 86_400;

interface Task {
  readonly everyMs: number;
  readonly run: () => Promise<unknown>;
  last: number;
  /** The latest run, so that runs follow each other and an advance can wait for them. */
  running: Promise<unknown>;
}

/** Delivers what is in the stream, without waiting for batching windows. */
type StreamReader = () => Promise<void>;

/**
 * Clock of the local functions. It follows the clock of this machine and can be advanced, for
 * example to see a token expire. Recurring tasks such as the template's schedules follow it too.
 * Stored data has times of this clock, so the advance is kept with the data between runs.
 */
export class Clock {
  /** Milliseconds by which the clock is ahead, shared with the functions' worker threads. */
  readonly ahead = new SharedArrayBuffer(Float64Array.BYTES_PER_ELEMENT);
  private readonly offset = new Float64Array(this.ahead);
  private readonly tasks = new Set<Task>();
  private readonly readers = new Set<StreamReader>();

  /**
   * @param file where the advance is kept; without it, each run starts at the time of this machine
   * @throws Error that says how to start over if the file is damaged
   */
  constructor(private readonly file?: string) {
    const [kept] = file === undefined ? [] : readJsonLines(file);
    const milliseconds = isObject(kept) ? kept['aheadMilliseconds'] : undefined;
    if (typeof milliseconds === 'number') this.offset[0] = milliseconds;
  }

  /** Milliseconds since the epoch. */
  now(): number {
    return Date.now() + this.aheadMs();
  }

  /** Milliseconds by which the clock is ahead of this machine's. */
  aheadMs(): number {
    return this.offset[0] ?? 0;
  }

  /** Runs a task at an interval and ignores its failures. @returns a function that ends it */
  every(everyMs: number, run: () => Promise<unknown>): () => void {
    const task: Task = { everyMs, run, last: this.now(), running: Promise.resolve() };
    this.tasks.add(task);
    const timer = setInterval(() => void this.runWhenDue(task), everyMs);
    return () => {
      clearInterval(timer);
      this.tasks.delete(task);
    };
  }

  /**
   * Runs a reader of the stream before and after each advance: before, so that it dates earlier
   * writes correctly; after, so that it delivers what has become due and what the tasks wrote.
   * @returns a function that ends it
   */
  aroundAdvances(read: StreamReader): () => void {
    this.readers.add(read);
    return () => this.readers.delete(read);
  }

  /**
   * Advances the clock, runs each task that has become due once, and delivers the stream without
   * waiting for batching windows.
   */
  async advance(milliseconds: number): Promise<void> {
    for (const read of this.readers) await read();
    const aheadMilliseconds = this.aheadMs() + milliseconds;
    if (this.file !== undefined) writeJsonLines(this.file, [{ aheadMilliseconds }]);
    this.offset[0] = aheadMilliseconds;
    for (const task of this.tasks) await this.runWhenDue(task);
    for (const read of this.readers) await read();
  }

  private async runWhenDue(task: Task): Promise<void> {
    // The interval timer may fire slightly early.
    if (this.now() - task.last >= task.everyMs * 0.99) {
      task.last = this.now();
      task.running = task.running.then(task.run).catch(() => undefined);
    }
    await task.running;
  }

  /**
   * Answers `GET /clock` with `{now}`. Answers `POST /clock {advanceSeconds}` with the same, after
   * everything that became due has run.
   */
  async serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    if (request.method === 'POST') {
      const seconds = secondsFrom(await text(request));
      if (seconds === undefined) {
        const detail = `Send {"advanceSeconds": N} to move forward; N is 1 to ${MOST_SECONDS}.`;
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
    return typeof seconds === 'number' && seconds > 0 && seconds <= MOST_SECONDS
      ? seconds
      : undefined;
  } catch {
    return undefined;
  }
}

function answer(response: ServerResponse, status: number, body: object): void {
  response.writeHead(status, { 'Content-Type': 'application/json' });
  response.end(JSON.stringify(body));
}
