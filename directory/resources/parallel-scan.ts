import type { Item } from '../store/item';
import { uuidFrom } from '../store/key-texts';
import { IMPORTED_MARK } from '../store/resource-ids';
import type { Table } from '../store/table';

/** Queries in flight per scan. */
const WIDTH = 8;

/** First and last sort key of a range, both inclusive. */
type Range = readonly [string, string];

/**
 * Reads a partition whose sort keys are those of resources, with several queries at a time. If one
 * page is not enough, the remaining range is halved, and so is the rest of every range that takes
 * more than a page. Ids contain the time they were issued, so if most of them were issued within
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

/** The last sort key that an import can give, and the first one of the ids that are issued here. */
const LAST_IMPORTED = IMPORTED_MARK + 'z'.repeat(64);
const FIRST_ISSUED = toId(0n);

/** Splits a range in two. One that is too short stays whole, and an empty one is dropped. */
function halves([from, to]: Range): readonly Range[] {
  if (to < from) return [];
  if (isImported(from) && !isImported(to)) {
    return [...halves([from, LAST_IMPORTED]), ...halves([FIRST_ISSUED, to])];
  }
  const middle = isImported(from) ? middleOfTexts(from, to) : middleOfIds(from, to);
  return middle < from || middle >= to
    ? [[from, to]]
    : [
        [from, middle],
        [successor(middle), to],
      ];
}

function isImported(key: string): boolean {
  return key.startsWith(IMPORTED_MARK);
}

/** Returns the least key that is greater than another one. */
function successor(key: string): string {
  // The mark is also the least character of an id.
  return isImported(key) ? `${key}${IMPORTED_MARK}` : toId(toNumber(key) + 1n);
}

function middleOfIds(from: string, to: string): string {
  return toId((toNumber(from) + toNumber(to)) / 2n);
}

function toNumber(id: string): bigint {
  return BigInt(`0x${id.replaceAll('-', '')}`);
}

function toId(number: bigint): string {
  return uuidFrom(number.toString(16).padStart(32, '0'));
}

/** The characters of imported ids, in their order. */
const CHARACTERS = '-0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ_abcdefghijklmnopqrstuvwxyz';
const BASE = BigInt(CHARACTERS.length + 1);
const DIGITS = 66;

/**
 * Returns a text about halfway between two imported keys, or one that is not between them. Texts
 * are compared as fractions, in which the digit 0 stands for the end of a text.
 */
function middleOfTexts(from: string, to: string): string {
  let rest = (fractionOf(from) + fractionOf(to)) / 2n;
  let text = '';
  for (let place = DIGITS - 1; place >= 0; place -= 1) {
    const unit = BASE ** BigInt(place);
    const digit = Number(rest / unit);
    if (digit === 0) break;
    text += CHARACTERS.charAt(digit - 1);
    rest %= unit;
  }
  return text;
}

function fractionOf(text: string): bigint {
  let fraction = 0n;
  for (let index = 0; index < DIGITS; index += 1) {
    fraction = fraction * BASE + BigInt(CHARACTERS.indexOf(text.charAt(index) || '\0') + 1);
  }
  return fraction;
}
