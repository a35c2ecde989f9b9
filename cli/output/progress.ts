/** Progress bar on standard error. Without a terminal, it prints a line now and then. */
export class Progress {
  private readonly started = Date.now();
  private shownAt = 0;

  constructor(private readonly label: string) {}

  /** @param all the total, or undefined if it is unknown */
  show(done: number, all?: number): void {
    const now = Date.now();
    const every = process.stderr.isTTY ? 100 : 10_000;
    if (now - this.shownAt < every && done !== all) return;
    this.shownAt = now;
    const line =
      all === undefined
        ? `${this.label} ${format(done)}`
        : `${this.label} ${bar(done / all)} ${format(done)} of ${format(all)}`;
    const seconds = Math.round((now - this.started) / 1000);
    process.stderr.write(
      process.stderr.isTTY ? `\r${line}, ${seconds} s ` : `${line}, ${seconds} s\n`,
    );
  }

  /** Ends the line of the progress bar. */
  end(): void {
    if (process.stderr.isTTY && this.shownAt > 0) process.stderr.write('\n');
  }
}

const WIDTH = 30;

function bar(share: number): string {
  const full = Math.round(Math.min(1, share) * WIDTH);
  return `[${'#'.repeat(full)}${' '.repeat(WIDTH - full)}]`;
}

function format(number: number): string {
  return number.toLocaleString('en-US');
}
