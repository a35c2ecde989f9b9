import type { Item } from './item';
import type { Table } from './table';

/** Readers of one scan. */
const WIDTH = 8;

/** Ids from one to another, both included. */
type Range = readonly [string, string];

/**
 * Reads a partition whose sort keys are ids, by several readers at once. The first page tells whether one is enough; then what is left is halved
 * by the time at which ids were given out, for as long as a reader has nothing to do. Where most of them were given out within minutes, it takes
 * some halvings before the others can help.
 * @param visit is given each page, in no order
 * @throws what a query or `visit` throws; the first failure ends the scan
 */
export async function scanPartition(
  table: Table,
  partition: string,
  visit: (items: readonly Item[]) => Promise<void>,
): Promise<void> {
  const first = await table.query(partition);
  await visit(first.items);
  if (first.next === undefined) return;
  const { items: last } = await table.query(partition, { backward: true, limit: 1 });
  const ranges: Range[] = [...halves([successor(first.next.sk), last[0]?.sk ?? first.next.sk])];
  const running = new Set<Promise<void>>();
  const failures: unknown[] = [];

  const read = async (range: Range): Promise<void> => {
    const { items, next } = await table.query(partition, { between: range });
    if (next !== undefined) ranges.push(...halves([successor(next.sk), range[1]]));
    // Others read on while this one evaluates.
    start();
    await visit(items);
  };
  const start = (): void => {
    for (let range = ranges[0]; range !== undefined && running.size < WIDTH; range = ranges[0]) {
      ranges.shift();
      const work = read(range)
        .catch((error: unknown) => failures.push(error))
        .then(() => {
          running.delete(work);
        });
      running.add(work);
    }
  };
  start();
  while (running.size > 0) {
    await Promise.race(running);
    if (failures.length > 0) throw failures[0];
    start();
  }
}

/** A range as two; as itself when it has no middle, and as nothing when it ends before it begins. */
function halves([from, to]: Range): readonly Range[] {
  const [low, high] = [toNumber(from), toNumber(to)];
  if (high < low) return [];
  const middle = (low + high) / 2n;
  return middle === high
    ? [[from, to]]
    : [
        [from, toId(middle)],
        [toId(middle + 1n), to],
      ];
}

function successor(id: string): string {
  return toId(toNumber(id) + 1n);
}

function toNumber(id: string): bigint {
  return BigInt(`0x${id.replaceAll('-', '')}`);
}

function toId(number: bigint): string {
  const hex = number.toString(16).padStart(32, '0');
  return [
    hex.slice(0, 8),
    hex.slice(8, 12),
    hex.slice(12, 16),
    hex.slice(16, 20),
    hex.slice(20),
  ].join('-');
}
