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
  ['nothing', [], true],
  ['a read behind a write', [write(0, 1, 'a'), read(2, 3, 'a')], true],
  [
    'a read of what was overwritten before it began',
    [write(0, 1, 'a'), write(2, 3, 'b'), read(4, 5, 'a')],
    false,
  ],
  ['a read during a write, of either', [write(0, 9, 'a'), read(1, 2, ''), read(3, 4, 'a')], true],
  [
    'two reads during a write, the new before the old',
    [write(0, 9, 'a'), read(1, 2, 'a'), read(3, 4, '')],
    false,
  ],
  ['a lost write', [write(0, 1, 'a'), read(2, 3, '')], false],
  [
    'a write that nobody knows of, seen late',
    [write(0, 1, 'a', true), read(2, 3, ''), read(4, 5, 'a')],
    true,
  ],
  ['a write that nobody knows of, never seen', [write(0, 1, 'a', true), read(2, 3, '')], true],
  [
    'a write that nobody knows of, seen and gone',
    [write(0, 1, 'a', true), read(2, 3, 'a'), read(4, 5, '')],
    false,
  ],
])('%s', (_, history, isPossible) => {
  expect(isLinearizable('', history)).toBe(isPossible);
});
