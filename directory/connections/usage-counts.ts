import { numberOf } from '../store/item';
import { usagePartition } from '../store/keys';
import type { Table } from '../store/table';

/** How long the counts of a day are kept, in seconds. */
const KEPT_SECONDS = 90 * 86_400;

/** The requests of a connection on one day. */
export interface DayOfUse {
  /** `2026-01-31`, in UTC. */
  readonly day: string;
  readonly requests: number;
  readonly failures: number;
}

/** Adds requests to the counts of the present day. */
export async function countUse(
  table: Table,
  connection: string,
  { requests, failures }: Omit<DayOfUse, 'day'>,
  now = Date.now(),
): Promise<void> {
  await table.write([
    {
      update: { pk: usagePartition(connection), sk: dayOf(now) },
      add: { requests, failures },
      set: { ttl: Math.ceil(now / 1000) + KEPT_SECONDS },
    },
  ]);
}

/**
 * Returns the counts of the last days, oldest first. A day without requests has zeros.
 * @param days how many, with the present one
 */
export async function daysOfUse(
  table: Table,
  connection: string,
  days: number,
  now = Date.now(),
): Promise<readonly DayOfUse[]> {
  const wanted = Array.from({ length: days }, (_, index) =>
    dayOf(now - (days - 1 - index) * 86_400_000),
  );
  const between = [wanted[0] ?? '', wanted.at(-1) ?? ''] as const;
  const { items } = await table.query(usagePartition(connection), { between });
  return wanted.map((day) => {
    const item = items.find(({ sk }) => sk === day);
    const count = (name: string): number => (item === undefined ? 0 : numberOf(item, name));
    return { day, requests: count('requests'), failures: count('failures') };
  });
}

function dayOf(milliseconds: number): string {
  return new Date(milliseconds).toISOString().slice(0, 10);
}
