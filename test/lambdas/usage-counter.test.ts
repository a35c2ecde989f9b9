import { UsageCounter } from '../../lambdas/observability/usage-counter';
import { Table } from '../../directory/store/table';
import type { FailedCondition } from '../../directory/store/failed-conditions';
import type { Check, Write } from '../../directory/store/write';

/** Notes what is added to the table, which is tried with an engine in test/e2e/console. */
class NotingTable extends Table {
  readonly added: [number, number][] = [];

  constructor() {
    super({ call: () => Promise.reject(new Error('not called')) }, 'none');
  }

  override write(writes: readonly (Write | Check)[]): Promise<readonly FailedCondition[]> {
    for (const write of writes) {
      if ('update' in write && write.add !== undefined) {
        this.added.push([write.add['requests'] ?? 0, write.add['failures'] ?? 0]);
      }
    }
    return Promise.resolve([]);
  }
}

const START = Date.parse('2026-01-01T00:00:00Z');

test('requests are added at first one by one, then by fifty or after ten seconds', async () => {
  const [counter, table] = [new UsageCounter(), new NotingTable()];
  await counter.countRequest(table, 'acme', START);
  for (let count = 0; count < 55; count += 1) await counter.countRequest(table, 'acme', START + 1);
  expect(table.added).toEqual([
    [1, 0],
    [50, 0],
  ]);
  await counter.countRequest(table, 'other', START + 2);
  await counter.countRequest(table, 'acme', START + 10_001);
  expect(table.added.slice(2)).toEqual([
    [1, 0],
    [6, 0],
  ]);
});

test('twenty failures in ten seconds are added at once, more of them with requests', async () => {
  const [counter, table] = [new UsageCounter(), new NotingTable()];
  for (let count = 0; count < 25; count += 1) {
    await counter.countRequest(table, 'acme', START);
    await counter.countFailure(table, 'acme', START);
  }
  expect(sumOf(table)).toEqual([20, 20]);
  await counter.countRequest(table, 'acme', START + 10_000);
  expect(sumOf(table)).toEqual([26, 25]);
  await counter.countFailure(table, 'acme', START + 10_000);
  expect(sumOf(table)).toEqual([26, 26]);
});

function sumOf({ added }: NotingTable): readonly number[] {
  return [0, 1].map((index) => added.reduce((sum, counts) => sum + (counts[index] ?? 0), 0));
}
