/** The same work done by cdk-scim and by peers. */
export interface Contest {
  readonly name: string;
  readonly ours: () => unknown;
  /** Work of each peer by name; promises are awaited. */
  readonly peers: Readonly<Record<string, () => unknown>>;
}

/** Smallest acceptable ratio of every comparison. */
const WANTED = 2;

/**
 * Runs both sides of each contest in turns and prints the median ratio of adjacent turns. Sets exit
 * code 1 if a ratio is below `WANTED`.
 * @param turnMs length of a turn in milliseconds
 */
export async function compare(
  contests: readonly Contest[],
  turnCount: number,
  turnMs: number,
): Promise<void> {
  print('| work | peer | cdk-scim, per ms | peer, per ms | ratio (median of turns) |');
  print('|---|---|---|---|---|');
  for (const { name, ours, peers } of contests) {
    for (const [peer, theirs] of Object.entries(peers)) {
      await rate(ours, turnMs);
      await rate(theirs, turnMs);
      const turns: { readonly ours: number; readonly theirs: number }[] = [];
      for (let turn = 0; turn < turnCount; turn += 1)
        turns.push({ ours: await rate(ours, turnMs), theirs: await rate(theirs, turnMs) });
      const ratio = median(turns.map((turn) => turn.ours / turn.theirs));
      const [fast, slow] = [
        median(turns.map((turn) => turn.ours)),
        median(turns.map((turn) => turn.theirs)),
      ];
      print(
        `| ${name} | ${peer} | ${fast.toFixed(1)} | ${slow.toFixed(1)} | ${ratio.toFixed(1)} |`,
      );
      if (ratio < WANTED) process.exitCode = 1;
    }
  }
}

/** Measures the runs per millisecond in one turn. */
async function rate(work: () => unknown, turnMs: number): Promise<number> {
  const start = process.hrtime.bigint();
  const end = start + BigInt(turnMs) * 1_000_000n;
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
