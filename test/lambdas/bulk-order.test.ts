import { addDependencies, type BulkTask } from '../../lambdas/endpoints/bulk/order';
import type { BulkOperation } from '../../scim/bulk/request';

/* The order of operations that may compete for a value, which in a race would be random. */

/** Returns how many tasks each operation waits for. */
function dependenciesOf(operations: readonly object[], unique: readonly string[]): number[] {
  const tasks = operations.map((operation): BulkTask => ({
    operation: operation as BulkOperation,
    dependents: new Set(),
    dependencies: 0,
    isDone: false,
  }));
  addDependencies(
    tasks,
    () => undefined,
    () => unique,
  );
  return tasks.map(({ dependencies }) => dependencies);
}

const create = (data: object): object => ({ method: 'POST', path: '/Devices', data });

test('new resources with the same unique value are created in their order', () => {
  const operations = [
    create({ serial: 'A', label: '1' }),
    create({ serial: 'B', label: '2' }),
    create({ Serial: 'a', label: '3' }),
  ];
  expect(dependenciesOf(operations, ['serial'])).toEqual([0, 0, 1]);
});

test('new resources without a unique value, or with different ones, do not wait', () => {
  const operations = [create({}), create({}), create({ serial: 'A' }), create({ serial: 'B' })];
  expect(dependenciesOf(operations, ['serial'])).toEqual([0, 0, 0, 0]);
  const alike = [create({ label: '1' }), create({ label: '1' })];
  expect(dependenciesOf(alike, ['serial'])).toEqual([0, 0]);
});

test('a resource waits for each value that it competes for', () => {
  const operations = [
    create({ serial: 'A', code: '1' }),
    create({ serial: 'B', code: '2' }),
    create({ serial: 'A', code: '2' }),
  ];
  expect(dependenciesOf(operations, ['serial', 'code'])).toEqual([0, 0, 2]);
});
