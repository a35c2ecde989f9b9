import { FailureLimits } from '../../lambdas/observability/failure-limits';

describe('a burst of failures', () => {
  test('is logged up to a limit; the next entry counts the failures in between', () => {
    const limits = new FailureLimits();
    const counts = Array.from({ length: 100 }, () => limits.take('c', 'cause', 0));
    expect(counts.filter((count) => count !== undefined)).toEqual([
      ...Array.from({ length: 25 }, () => 1),
      25,
      50,
    ]);
    for (let index = 0; index < 10; index += 1)
      expect(limits.take('c', 'cause', 1)).toBeUndefined();
    expect(limits.take('c', 'cause', 60_000)).toBe(11);
    expect(limits.take('c', 'cause', 60_001)).toBe(1);
  });

  test('does not suppress entries of other connections or causes', () => {
    const limits = new FailureLimits();
    for (let index = 0; index < 100; index += 1) limits.take('c', 'cause', 0);
    expect([limits.take('c', 'other', 0), limits.take('d', 'cause', 0)]).toEqual([1, 1]);
  });

  test('is limited to 20 distinct causes per connection', () => {
    const limits = new FailureLimits();
    const counts = Array.from({ length: 5000 }, (_, index) =>
      limits.take('c', `cause ${index}`, 0),
    );
    expect(counts.filter((count) => count !== undefined)).toHaveLength(20);
  });
});
