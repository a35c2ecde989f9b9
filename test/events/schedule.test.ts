import fc from 'fast-check';
import { cursorText, readCursor } from '../../directory/events/cursor';
import { LANES, laneOf } from '../../directory/events/lanes';
import { nextAttempt, nextProbe } from '../../events/webhooks/schedule';

test('attempts follow the schedule of Standard Webhooks, ten in all', () => {
  const seconds = [5, 300, 1800, 7200, 18_000, 36_000, 50_400, 72_000, 86_400];
  for (const [index, delay] of seconds.entries()) {
    const at = nextAttempt(index + 1, 0) ?? 0;
    expect(Math.abs(at / 1000 - delay)).toBeLessThanOrEqual(delay * 0.1 + 1);
  }
  expect(nextAttempt(10, 0)).toBeUndefined();
});

test('Retry-After can only delay an attempt, by a day at most', () => {
  expect(nextAttempt(1, 0, 60)).toBe(60_000);
  expect(nextAttempt(2, 0, 1)).toBeGreaterThan(200_000);
  expect(nextAttempt(1, 0, 1e9)).toBe(86_400_000);
});

test('an endpoint that is down is tried for good', () => {
  for (const probes of [1, 9, 10, 1000]) expect(nextProbe(probes, 0)).toBeGreaterThan(0);
});

test('a cursor reads back as it was written, and nothing else is a cursor', () => {
  const position = fc.integer({ min: 0, max: 1e12 });
  const positions = fc.array(fc.tuple(fc.integer({ min: 0, max: LANES - 1 }), position));
  fc.assert(
    fc.property(fc.uuid(), positions, (epoch, list) => {
      const cursor = { epoch, positions: new Map(list) };
      expect(readCursor(cursorText(cursor))).toEqual(cursor);
    }),
  );
  fc.assert(
    fc.property(fc.string(), (text) => {
      expect(readCursor(text)).toBeUndefined();
    }),
  );
  for (const wrong of [
    { e: 1, p: {} },
    { e: 'x', p: { 16: 1 } },
    { e: 'x', p: { 0: -1 } },
  ]) {
    const text = Buffer.from(JSON.stringify(wrong)).toString('base64url');
    expect(readCursor(text)).toBeUndefined();
  }
});

test('connections are spread over the lanes, and always in the same one', () => {
  const lanes = Array.from({ length: 1000 }, (_, index) => laneOf(`connection-${index}`));
  expect(new Set(lanes).size).toBe(LANES);
  expect([laneOf('acme'), laneOf('default')]).toEqual([laneOf('acme'), laneOf('default')]);
  // Where events are depends on it: these must never change.
  expect([laneOf('acme'), laneOf('default')]).toMatchInlineSnapshot(`
   [
     2,
     7,
   ]
  `);
});
