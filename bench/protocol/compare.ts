/** The same work done by us and by others. */
export interface Contest {
  readonly name: string;
  readonly ours: () => unknown;
  /** By the peer's name; a promise is awaited. */
  readonly peers: Readonly<Record<string, () => unknown>>;
}

/** How many turns each side has, and how long one is. */
const TURNS = 15;
const TURN_MILLISECONDS = 60;

/** What the issue of this library asks of each comparison. */
const WANTED = 2;

/**
 * Lets both sides of each contest take turns, and prints the median of the ratios of neighbouring turns; exit status 1 when one of them is
 * below what is wanted.
 */
export async function compare(contests: readonly Contest[]): Promise<void> {
  print('| work | peer | ours, per ms | peer, per ms | ratio (median of turns) |');
  print('|---|---|---|---|---|');
  for (const { name, ours, peers } of contests) {
    for (const [peer, theirs] of Object.entries(peers)) {
      await rate(ours);
      await rate(theirs);
      const turns: { readonly ours: number; readonly theirs: number }[] = [];
      for (let turn = 0; turn < TURNS; turn += 1) turns.push({ ours: await rate(ours), theirs: await rate(theirs) });
      const ratio = median(turns.map((turn) => turn.ours / turn.theirs));
      const [fast, slow] = [median(turns.map((turn) => turn.ours)), median(turns.map((turn) => turn.theirs))];
      print(`| ${name} | ${peer} | ${fast.toFixed(1)} | ${slow.toFixed(1)} | ${ratio.toFixed(1)} |`);
      if (ratio < WANTED) process.exitCode = 1;
    }
  }
}

/** Runs per millisecond of one turn. */
async function rate(work: () => unknown): Promise<number> {
  const start = process.hrtime.bigint();
  const end = start + BigInt(TURN_MILLISECONDS) * 1_000_000n;
  let runs = 0;
  let now = start;
  while (now < end) {
    for (let index = 0; index < 20; index += 1) {
      const result = work();
      if (result instanceof Promise) await result;
    }
    runs += 20;
    now = process.hrtime.bigint();
  }
  return runs / (Number(now - start) / 1_000_000);
}

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;
}

function print(line: string): void {
  process.stdout.write(`${line}\n`);
}
