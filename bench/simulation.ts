import type { Effort } from './support/effort';
import { table } from './support/statistics';

/** Request units of one request, measured by `units` and including the read of the connection. */
interface Cost {
  readonly reads: number;
  readonly writes: number;
  /** Writes to the busiest partition: the users, or the members and the item of a group. */
  readonly hottestWrites: number;
}

/** Typical requests of identity providers in steady state: mostly lookups, few changes. */
const MIXTURE: readonly (readonly [number, string, Cost])[] = [
  [0.4, '`userName eq`', { reads: 3.5, writes: 0, hottestWrites: 0 }],
  [0.25, 'get by id', { reads: 3, writes: 0, hottestWrites: 0 }],
  [0.2, 'PATCH a user', { reads: 3, writes: 1, hottestWrites: 1 }],
  [0.05, 'create a user', { reads: 3, writes: 10, hottestWrites: 2 }],
  [0.1, 'add or remove a member', { reads: 5, writes: 6, hottestWrites: 2 }],
];

/**
 * Units per second that a DynamoDB partition supports.
 * @see https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/bp-partition-key-design.html
 */
const PARTITION_READS = 3000;
const PARTITION_WRITES = 1000;

const CONNECTIONS = 10_000;
const USERS_EACH = 1000;

/**
 * Simulates a load that does not fit on this machine: 10,000 connections with 1,000 users each and
 * random requests, most of which go to a few connections (Zipf's law). Nothing is stored; the
 * measured units are added up per partition and second.
 */
export function simulation({ seconds }: Effort): string {
  const rows = [100, 1000, 5000].map((perSecond) => [
    perSecond.toLocaleString('en-US'),
    ...simulate(perSecond, seconds),
  ]);
  return `Simulation of ${CONNECTIONS.toLocaleString('en-US')} connections with \
${USERS_EACH.toLocaleString('en-US')} users each, for ${seconds} s. Requests are distributed over \
connections by Zipf's law (the first gets a tenth of them): \
${MIXTURE.map(([share, name]) => `${share * 100} % ${name}`).join(', ')}.

A partition supports ${PARTITION_READS} reads and ${PARTITION_WRITES} writes per second.

${table(
  [
    'requests/s',
    'reads/s',
    'writes/s',
    'busiest partition: reads/s',
    'writes/s',
    'of its limits',
    'DynamoDB, USD per month',
  ],
  rows,
)}`;
}

function simulate(perSecond: number, seconds: number): readonly string[] {
  const random = randomNumbers(7);
  const cumulative = zipf(CONNECTIONS);
  let [reads, writes, mostReads, mostWrites] = [0, 0, 0, 0];
  for (let second = 0; second < seconds; second += 1) {
    const hot = new Map<number, { reads: number; writes: number }>();
    for (let request = 0; request < perSecond; request += 1) {
      const connection = pick(cumulative, random());
      const cost = operation(random());
      reads += cost.reads;
      writes += cost.writes;
      const of = hot.get(connection) ?? { reads: 0, writes: 0 };
      hot.set(connection, { reads: of.reads + cost.reads, writes: of.writes + cost.hottestWrites });
    }
    for (const of of hot.values()) {
      mostReads = Math.max(mostReads, of.reads);
      mostWrites = Math.max(mostWrites, of.writes);
    }
  }
  const monthly = ((reads * 0.125 + writes * 0.625) / 1e6 / seconds) * 86_400 * 30;
  const share = Math.max(mostReads / PARTITION_READS, mostWrites / PARTITION_WRITES);
  return [
    (reads / seconds).toFixed(0),
    (writes / seconds).toFixed(0),
    mostReads.toFixed(0),
    mostWrites.toFixed(0),
    `${(share * 100).toFixed(0)} %`,
    Math.round(monthly).toLocaleString('en-US'),
  ];
}

function operation(dice: number): Cost {
  let left = dice;
  for (const [share, , cost] of MIXTURE) {
    if (left < share) return cost;
    left -= share;
  }
  return { reads: 0, writes: 0, hottestWrites: 0 };
}

/** Returns the cumulative shares of the first, the second, … of `count` connections. */
function zipf(count: number): readonly number[] {
  let sum = 0;
  const sums = Array.from({ length: count }, (_, index) => (sum += 1 / (index + 1)));
  return sums.map((value) => value / sum);
}

function pick(cumulative: readonly number[], dice: number): number {
  let [low, high] = [0, cumulative.length - 1];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((cumulative[middle] ?? 1) < dice) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** Creates a deterministic random number generator (constants of Numerical Recipes). */
function randomNumbers(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}
