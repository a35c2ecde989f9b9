/** Failures of one cause that are logged one by one per minute and function instance. */
export const LOGGED_ONE_BY_ONE = 25;

/** Distinct causes per connection that are logged per minute and function instance. */
const CAUSES = 20;

/** Counters kept for failures that were not logged. */
const MAXIMUM_WAITING = 1000;

const MINUTE_MS = 60_000;

interface Minute {
  readonly since: number;
  readonly causes: Map<string, Seen>;
}

/** Failures of one cause within a minute. */
interface Seen {
  readonly count: number;
  /** The count at which the next one is logged. */
  readonly next: number;
}

/**
 * Bounds what a burst of failures writes: after the first ones, a failure is logged whenever their
 * number has doubled, so that 100,000 failures cost about 60 writes. Failures in between are
 * counted, and the next entry of the same cause stands for them. Counts that are pending when a
 * burst ends are lost, so a count means "at least"; it is more than half of the true number.
 */
export class FailureLimits {
  private readonly minutes = new Map<string, Minute>();
  private readonly waiting = new Map<string, number>();

  /**
   * Counts a failure and decides whether to log it.
   * @param cause identifies failures that count as the same
   * @param now milliseconds since the epoch
   * @returns how many failures the entry stands for; undefined if this one is not to be logged
   */
  take(connection: string, cause: string, now = Date.now()): number | undefined {
    const { causes } = this.minuteOf(connection, now);
    const key = `${connection} ${cause}`;
    const seen = causes.get(cause);
    if (seen === undefined && causes.size >= CAUSES) {
      this.wait(key);
      return undefined;
    }
    const count = (seen?.count ?? 0) + 1;
    const next = seen?.next ?? 1;
    if (count < next) {
      causes.set(cause, { count, next });
      this.wait(key);
      return undefined;
    }
    causes.set(cause, { count, next: count < LOGGED_ONE_BY_ONE ? count + 1 : 2 * count });
    const waited = this.waiting.get(key) ?? 0;
    this.waiting.delete(key);
    return waited + 1;
  }

  private wait(key: string): void {
    if (this.waiting.has(key) || this.waiting.size < MAXIMUM_WAITING) {
      this.waiting.set(key, (this.waiting.get(key) ?? 0) + 1);
    }
  }

  private minuteOf(connection: string, now: number): Minute {
    const found = this.minutes.get(connection);
    if (found !== undefined && now - found.since < MINUTE_MS) return found;
    for (const [id, { since }] of this.minutes) {
      if (now - since >= MINUTE_MS) this.minutes.delete(id);
    }
    const minute = { since: now, causes: new Map<string, Seen>() };
    this.minutes.set(connection, minute);
    return minute;
  }
}
