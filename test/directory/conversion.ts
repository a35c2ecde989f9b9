import type { DynamoDB } from '../../directory/store/client/dynamodb';
import type { FailedCondition } from '../../directory/store/failed-conditions';
import type { Item } from '../../directory/store/item';
import { Table } from '../../directory/store/table';
import type { Check, Write } from '../../directory/store/write';

/** Stages of a conversion at which requests are made. */
export const STAGES = ['before', 'while', 'after'] as const;
export type Stage = (typeof STAGES)[number];

/** Time after which a conversion begins. */
export const DELAY_MS = 30 * 60_000;

/** A conversion of a table that an earlier release wrote. */
type Convert = (
  table: Table,
  now: number,
  onFailure: (item: Item, error: unknown) => void,
) => Promise<boolean>;

/** Returns a conversion that ends with the error of the first item that cannot be converted. */
export function strict(convert: Convert): (table: Table, now: number) => Promise<boolean> {
  return (table, now) =>
    convert(table, now, ({ pk, sk }, error) => {
      throw error instanceof Error ? error : new Error(`${pk} ${sk}: ${String(error)}`);
    });
}

/** Dies at its third transaction, and writes nothing from then on. */
class DyingTable extends Table {
  private transactions = 0;
  private readonly begun: Promise<unknown>[] = [];
  override write(writes: readonly (Write | Check)[]): Promise<readonly FailedCondition[]> {
    this.transactions += writes.length > 1 ? 1 : 0;
    if (this.transactions >= 3) return Promise.reject(new Error('died'));
    const written = super.write(writes);
    this.begun.push(written);
    return written;
  }
  /** Waits for the writes that it had begun: `verify` reads the table while nobody writes. */
  async settle(): Promise<void> {
    await Promise.allSettled(this.begun);
  }
}

/** Runs a conversion up to a stage; it dies once in between. @param name of the table */
export async function convertUpTo(
  stage: Stage,
  convert: (table: Table, now: number) => Promise<boolean>,
  client: DynamoDB,
  name: string,
): Promise<void> {
  if (stage === 'before') return;
  const table = new Table(client, name);
  const now = Date.now();
  expect(await convert(table, now)).toBe(false);
  // Functions of the earlier release may still write.
  expect(await convert(table, now + DELAY_MS - 1)).toBe(false);
  const dying = new DyingTable(client, name);
  await expect(convert(dying, now + DELAY_MS)).rejects.toThrow('died');
  await dying.settle();
  if (stage === 'while') return;
  expect(await convert(table, now + DELAY_MS)).toBe(true);
  expect(await convert(table, now + DELAY_MS)).toBe(true);
}
