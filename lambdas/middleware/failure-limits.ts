/** Failures of one cause that are written down in a minute, by each environment of a function. */
const WRITTEN = 25;

/** Causes of one connection that are written down in a minute, by each environment of a function. */
const CAUSES = 20;

const MINUTE_MS = 60_000;

interface Minute {
  readonly since: number;
  readonly causes: Map<string, number>;
}

/**
 * Says which failures are written down when there are many: a burst of a hundred thousand costs some hundred writes. Those that are not are counted, and the next one of the
 * same cause that is written stands for them, too. What an environment has counted and not written when it ends is lost: counts are "at least".
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
    const written = causes.get(cause) ?? 0;
    if (written >= WRITTEN || (written === 0 && causes.size >= CAUSES)) {
      if (this.waiting.has(key) || this.waiting.size < 1000) this.waiting.set(key, (this.waiting.get(key) ?? 0) + 1);
      return undefined;
    }
    causes.set(cause, written + 1);
    const waited = this.waiting.get(key) ?? 0;
    this.waiting.delete(key);
    return waited + 1;
  }

  private minuteOf(connection: string, now: number): Minute {
    const found = this.minutes.get(connection);
    if (found !== undefined && now - found.since < MINUTE_MS) return found;
    for (const [id, { since }] of this.minutes) if (now - since >= MINUTE_MS) this.minutes.delete(id);
    const minute = { since: now, causes: new Map<string, number>() };
    this.minutes.set(connection, minute);
    return minute;
  }
}
