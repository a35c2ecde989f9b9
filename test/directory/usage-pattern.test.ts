import fc from 'fast-check';
import {
  afterUse,
  silentSince,
  quarantinedSince,
  type UsagePattern,
} from '../../directory/connections/usage-pattern';

/** When a connection is silent, and when its identity provider has put it into quarantine. */

const HOUR = 3_600_000;
const BEGIN = Date.parse('2026-01-05T00:00:00Z');

/** Returns the pattern of uses with these pauses in hours, and the time of the last use. */
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
/** The pauses of a connection that is used hourly from nine to five, Monday to Friday. */
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
  ['used hourly: not silent after five hours', every(1, 8), 5, false],
  ['used hourly: silent after seven hours', every(1, 8), 7, true],
  ['used hourly for only two days: not silent after a week', every(1, 2), 168, false],
  ['used daily: not silent after a day and a half', every(24, 10), 36, false],
  ['used daily: silent after more than two days', every(24, 10), 49, true],
  ['used in office hours: not silent over a weekend', [...week, ...week], 65, false],
  ['used in office hours: not silent over a long weekend', [...week, ...week], 89, false],
  ['used in office hours: silent after a week', [...week, ...week], 168, true],
  [
    'used hourly again after a pause of three days: silent after seven hours',
    [...every(1, 8), 72, ...every(1, 1)],
    7,
    true,
  ],
  [
    'used daily instead of hourly: not silent after a day and a half',
    [...every(1, 8), 24, 24, 24],
    36,
    false,
  ],
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
  ['one long pause: not in quarantine', [...every(1, 8), 7], false],
  ['consecutive long pauses: in quarantine', [...every(1, 8), 7, 13], true],
  ['daily attempts for weeks: in quarantine', [...every(1, 8), 7, 13, ...every(24, 20)], true],
  [
    'daily attempts until they are usual: not in quarantine',
    [...every(1, 8), 7, 13, ...every(24, 40)],
    false,
  ],
  ['hourly use between long pauses: not in quarantine', [...every(1, 8), 7, 1, 13], false],
  ['long pauses in the first week: not in quarantine', [1, 1, 1, 7, 13], false],
  [
    'office hours and two uses on a weekend: not in quarantine',
    [...week, ...week.slice(0, -1), 20, 24, 21],
    false,
  ],
])('%s', (_, pauses, isQuarantined) => {
  const { usagePattern } = used(...pauses);
  expect(quarantinedSince(usagePattern) !== undefined).toBe(isQuarantined);
});

test('a connection is silent after twice its longest pause or six hours, and not before', () => {
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
