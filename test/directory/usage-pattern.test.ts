import fc from 'fast-check';
import {
  afterUse,
  silentSince,
  quarantinedSince,
  type UsagePattern,
} from '../../directory/connections/usage-pattern';

/** When a connection counts as silent, or as one that its identity provider only tries now and then. */

const HOUR = 3_600_000;
const BEGIN = Date.parse('2026-01-05T00:00:00Z');

/** The usagePattern of uses with these pauses between them, in hours, and the time of the last one. */
function used(...pauses: readonly number[]): {
  readonly usagePattern: UsagePattern;
  readonly last: number;
} {
  let last = BEGIN;
  let usagePattern = afterUse(undefined, new Date(last));
  for (const pause of pauses) {
    last += pause * HOUR;
    usagePattern = afterUse(usagePattern, new Date(last));
  }
  return { usagePattern, last };
}

const every = (hours: number, days: number): number[] =>
  Array.from({ length: (days * 24) / hours }, () => hours);
/** Used every hour from nine to five, from Monday to Friday. */
const week = [
  ...Array.from({ length: 4 }, () => [1, 1, 1, 1, 1, 1, 1, 17]).flat(),
  1,
  1,
  1,
  1,
  1,
  1,
  1,
  65,
];

test.each<[string, number[], number, boolean]>([
  ['hourly, five hours ago', every(1, 8), 5, false],
  ['hourly, seven hours ago', every(1, 8), 7, true],
  ['hourly for two days, a week ago', every(1, 2), 168, false],
  ['daily, a day and a half ago', every(24, 10), 36, false],
  ['daily, two days ago', every(24, 10), 49, true],
  ['by office hours, over a weekend', [...week, ...week], 65, false],
  ['by office hours, over a long weekend', [...week, ...week], 89, false],
  ['by office hours, for a week', [...week, ...week], 168, true],
  [
    'hourly, seven hours ago, and for three days the day before',
    [...every(1, 8), 72, ...every(1, 1)],
    7,
    true,
  ],
  ['daily since it was hourly, a day and a half ago', [...every(1, 8), 24, 24, 24], 36, false],
])('%s', (_, pauses, hours, isSilent) => {
  const { usagePattern, last } = used(...pauses);
  expect(silentSince(usagePattern, last + hours * HOUR)).toBe(
    isSilent ? new Date(last).toISOString() : undefined,
  );
});

test('a pause is forgotten after four weeks', () => {
  const [soon, later] = [
    used(...week, ...week, ...every(1, 3)),
    used(...week, ...week, ...every(1, 30)),
  ];
  expect(silentSince(soon.usagePattern, soon.last + 7 * HOUR)).toBeUndefined();
  expect(silentSince(later.usagePattern, later.last + 7 * HOUR)).toBeDefined();
});

test.each<[string, number[], boolean]>([
  ['a pause', [...every(1, 8), 7], false],
  ['one after the other', [...every(1, 8), 7, 13], true],
  ['daily for weeks', [...every(1, 8), 7, 13, ...every(24, 20)], true],
  ['so many that they are the usagePattern', [...every(1, 8), 7, 13, ...every(24, 40)], false],
  ['a pause, and all is as it was', [...every(1, 8), 7, 1, 13], false],
  ['before there was a week', [1, 1, 1, 7, 13], false],
  ['office hours, and two uses on a weekend', [...week, ...week.slice(0, -1), 20, 24, 21], false],
])('it is only tried: %s', (_, pauses, isTried) => {
  const { usagePattern } = used(...pauses);
  expect(quarantinedSince(usagePattern) !== undefined).toBe(isTried);
});

test('whatever pauses there were, it is silent after more than twice the longest, and not before', () => {
  fc.assert(
    fc.property(
      fc.array(fc.integer({ min: 1, max: 60 }), { minLength: 170, maxLength: 200 }),
      (pauses) => {
        const { usagePattern, last } = used(...pauses);
        const longest = Math.max(
          ...Object.values(usagePattern.longest),
          usagePattern.unusual?.longest ?? 0,
        );
        const limit = Math.max(6 * HOUR, 2 * longest);
        expect(silentSince(usagePattern, last + limit)).toBeUndefined();
        expect(silentSince(usagePattern, last + limit + 1)).toBeDefined();
        expect(Object.keys(usagePattern.longest).length).toBeLessThanOrEqual(4);
      },
    ),
  );
});
