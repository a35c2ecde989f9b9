/** Failures of one cause in a minute that are written down one by one, by each environment of a function; after them one is each time that the number has doubled. */
export const WRITTEN = 25;

/** Causes of one connection that are written down in a minute, by each environment of a function. */
const CAUSES = 20;

const MINUTE_MS = 60_000;

interface Minute {
  readonly since: number;
  readonly causes: Map<string, Seen>;
}

/** Failures of one cause in a minute. */
interface Seen {
  readonly count: number;
  /** The count at which one is written again. */
  readonly next: number;
}

/**
 * Says which failures are written down when there are many: a burst of a hundred thousand costs some hundred writes. Those that are not are counted, and the next one of the
 * same cause that is written stands for them, too. What an environment has counted and not written when a burst ends may be lost: counts are "at least", and more than half of what there was.
 */
export class FailureLimits {
  private readonly minutes = new Map<string, Minute>();
  private readonly waiting = new Map<string, number>();

  /**
   * @param cause what makes failures the same
   * @param now milliseconds since the epoch
   * @returns how many failures the one that is to be written stands for; undefined for one that is not to be written
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
    causes.set(cause, { count, next: count < WRITTEN ? count + 1 : 2 * count });
    const waited = this.waiting.get(key) ?? 0;
    this.waiting.delete(key);
    return waited + 1;
  }

  private wait(key: string): void {
    if (this.waiting.has(key) || this.waiting.size < 1000) this.waiting.set(key, (this.waiting.get(key) ?? 0) + 1);
  }

  private minuteOf(connection: string, now: number): Minute {
    const found = this.minutes.get(connection);
    if (found !== undefined && now - found.since < MINUTE_MS) return found;
    for (const [id, { since }] of this.minutes) if (now - since >= MINUTE_MS) this.minutes.delete(id);
    const minute = { since: now, causes: new Map<string, Seen>() };
    this.minutes.set(connection, minute);
    return minute;
  }
}
