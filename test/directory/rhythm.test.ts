import fc from 'fast-check';
import { afterUse, silenceOf, slownessOf, type Rhythm } from '../../directory/rhythm';

/** When a connection counts as silent, or as one that its identity provider only tries now and then. */

const HOUR = 3_600_000;
const BEGIN = Date.parse('2026-01-05T00:00:00Z');

/** The rhythm of uses with these pauses between them, in hours, and the time of the last one. */
function used(...pauses: readonly number[]): { readonly rhythm: Rhythm; readonly last: number } {
  let last = BEGIN;
  let rhythm = afterUse(undefined, new Date(last));
  for (const pause of pauses) {
    last += pause * HOUR;
    rhythm = afterUse(rhythm, new Date(last));
  }
  return { rhythm, last };
}

const hourly = (days: number): number[] => Array.from({ length: days * 24 }, () => 1);
/** Used every hour from nine to five, from Monday to Friday. */
const week = [...Array.from({ length: 4 }, () => [1, 1, 1, 1, 1, 1, 1, 17]).flat(), 1, 1, 1, 1, 1, 1, 1, 65];

test.each<[string, number[], number, boolean]>([
  ['hourly, five hours ago', hourly(8), 5, false],
  ['hourly, seven hours ago', hourly(8), 7, true],
  ['hourly for two days, a week ago', hourly(2), 168, false],
  ['daily, a day and a half ago', Array.from({ length: 10 }, () => 24), 36, false],
  ['daily, two days ago', Array.from({ length: 10 }, () => 24), 49, true],
  ['by office hours, over a weekend', [...week, ...week], 65, false],
  ['by office hours, over a long weekend', [...week, ...week], 89, false],
  ['by office hours, for a week', [...week, ...week], 168, true],
])('%s', (_, pauses, hours, isSilent) => {
  const { rhythm, last } = used(...pauses);
  const silence = silenceOf(rhythm, last + hours * HOUR);
  expect(silence?.since).toBe(isSilent ? new Date(last).toISOString() : undefined);
});

test('a pause is forgotten after four weeks', () => {
  const { rhythm, last } = used(...hourly(8), 100, ...hourly(30));
  expect(silenceOf(rhythm, last + 7 * HOUR)).toBeDefined();
});

test('whoever calls twice in a row much later than usual only tries; who does so all the time has another rhythm', () => {
  const before = used(...hourly(8));
  const since = new Date(before.last).toISOString();
  expect(slownessOf(used(...hourly(8), 6).rhythm)).toBeUndefined();
  expect(slownessOf(used(...hourly(8), 6, 12).rhythm)).toBe(since);
  expect(slownessOf(used(...hourly(8), 6, 12, 24, 24, 24).rhythm)).toBe(since);
  expect(slownessOf(used(...hourly(8), 6, 12, 24, 1).rhythm)).toBeUndefined();
  expect(slownessOf(used(...hourly(8), ...Array.from({ length: 40 }, () => 24)).rhythm)).toBeUndefined();
  expect(slownessOf(used(...week, ...week, ...week).rhythm)).toBeUndefined();
});

test('whatever pauses there were, it is silent after more than twice the longest, and not before', () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 1, max: 60 }), { minLength: 170, maxLength: 200 }), (pauses) => {
      const { rhythm, last } = used(...pauses);
      const kept = Math.max(...Object.values(rhythm.longest));
      const limit = Math.max(6 * HOUR, 2 * kept);
      expect(silenceOf(rhythm, last + limit)).toBeUndefined();
      expect(silenceOf(rhythm, last + limit + 1)).toBeDefined();
      expect(Object.keys(rhythm.longest).length).toBeLessThanOrEqual(5);
    }),
  );
});
