import type { Item } from './item';
import { uuidFrom } from './key-texts';
import type { Table } from './table';

/** Queries in flight per scan. */
const WIDTH = 8;

/** First and last id of a range, both inclusive. */
type Range = readonly [string, string];

/**
 * Reads a partition whose sort keys are UUIDv7, with several queries at a time. If one page is not
 * enough, the remaining range of ids is halved, and so is the rest of every range that takes more
 * than a page. Ids contain the time they were issued, so if most of them were issued within
 * minutes, it takes several steps until all readers have work.
 * @param visit called with each page, in no order
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
    // Other readers start on the new ranges while this one evaluates its page.
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

/** Splits a range in two. One that is too short stays whole, and an empty one is dropped. */
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
  return uuidFrom(number.toString(16).padStart(32, '0'));
}
