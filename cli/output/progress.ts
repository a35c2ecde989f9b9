/** Progress bar on standard error. Without a terminal, it prints a line now and then. */
export class Progress {
  private readonly started = Date.now();
  private shownAt = 0;
  /** The number at the beginning: work that goes on began earlier. */
  private first: number | undefined;

  constructor(private readonly label: string) {}

  /** @param all the total, or undefined if it is unknown */
  show(done: number, all?: number): void {
    const now = Date.now();
    const every = process.stderr.isTTY ? 100 : 10_000;
    if (now - this.shownAt < every && done !== all) return;
    this.shownAt = now;
    this.first ??= done;
    const line =
      all === undefined
        ? `${this.label} ${format(done)}`
        : `${this.label} ${bar(done / all)} ${format(done)} of ${format(all)}`;
    const text = `${line}, ${this.pace(done, all, (now - this.started) / 1000)}`;
    process.stderr.write(process.stderr.isTTY ? `\r${text}${CLEAR_LINE}` : `${text}\n`);
  }

  /** Returns the rate and, if the total is known, the time that is left. */
  private pace(done: number, all: number | undefined, seconds: number): string {
    const rate = (done - (this.first ?? 0)) / Math.max(1, seconds);
    const elapsed = `${Math.round(seconds)} s`;
    if (rate < 1) return elapsed;
    const left = all === undefined ? '' : `, ${Math.ceil((all - done) / rate)} s left`;
    return `${elapsed}, ${format(Math.round(rate))} a second${left}`;
  }

  /** Ends the line of the progress bar. */
  end(): void {
    if (process.stderr.isTTY && this.shownAt > 0) process.stderr.write('\n');
  }
}

/** Erases what an earlier, longer line left behind. */
const CLEAR_LINE = '\u001b[K';

const WIDTH = 30;

function bar(share: number): string {
  const full = Math.round(Math.min(1, share) * WIDTH);
  return `[${'#'.repeat(full)}${' '.repeat(WIDTH - full)}]`;
}

function format(number: number): string {
  return number.toLocaleString('en-US');
}
