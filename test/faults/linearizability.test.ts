import { isLinearizable, type Observed } from './linearizability';

const write = (
  start: number,
  end: number,
  value: string,
  isUncertain = false,
): Observed<string> => ({
  start,
  end,
  isUncertain,
  apply: () => value,
});
const read = (start: number, end: number, value: string): Observed<string> => ({
  start,
  end,
  apply: (state) => (state === value ? state : undefined),
});

test.each<[string, readonly Observed<string>[], boolean]>([
  ['accepts an empty history', [], true],
  ['accepts a read after a write', [write(0, 1, 'a'), read(2, 3, 'a')], true],
  [
    'rejects a read of a value that was overwritten before the read began',
    [write(0, 1, 'a'), write(2, 3, 'b'), read(4, 5, 'a')],
    false,
  ],
  [
    'accepts reads of either value during a write',
    [write(0, 9, 'a'), read(1, 2, ''), read(3, 4, 'a')],
    true,
  ],
  [
    'rejects reads during a write that return the new value before the old one',
    [write(0, 9, 'a'), read(1, 2, 'a'), read(3, 4, '')],
    false,
  ],
  ['rejects a lost write', [write(0, 1, 'a'), read(2, 3, '')], false],
  [
    'accepts an uncertain write that is seen late',
    [write(0, 1, 'a', true), read(2, 3, ''), read(4, 5, 'a')],
    true,
  ],
  ['accepts an uncertain write that is never seen', [write(0, 1, 'a', true), read(2, 3, '')], true],
  [
    'rejects an uncertain write that is seen and then disappears',
    [write(0, 1, 'a', true), read(2, 3, 'a'), read(4, 5, '')],
    false,
  ],
])('isLinearizable %s', (_, history, expected) => {
  expect(isLinearizable('', history)).toBe(expected);
});
