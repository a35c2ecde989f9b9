import fc from 'fast-check';
import { comparable, foldCase, instant } from '../../../scim/filter/compare';
import { attribute } from '../../../scim/schema/attribute';
import { runs } from '../../support/runs';

describe('foldCase', () => {
  test('gives all spellings of a letter one form', () => {
    const differing: string[] = [];
    const step = Math.round(0x10ffff / runs(0x10ffff));
    for (let code = 1; code <= 0x10ffff; code += step) {
      if (code >= 0xd800 && code <= 0xdfff) continue;
      const letter = String.fromCodePoint(code);
      const folded = foldCase(letter);
      const others = [folded, letter.normalize('NFD'), foldCase(folded).normalize('NFD')];
      if (others.some((other) => foldCase(other) !== folded)) differing.push(letter);
    }
    expect(differing).toEqual([]);
  });

  test('does not depend on the form or the surroundings of a letter', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), (text) => {
        const folded = foldCase(text);
        expect(foldCase(folded)).toBe(folded);
        expect(foldCase(text.normalize('NFD'))).toBe(folded);
      }),
    );
    expect(foldCase('ΣΊΣΥΦΟΣ')).toBe(foldCase('σίσυφος'));
  });

  test('leaves more combining marks than any text has as they are', () => {
    // Normalizing 40,000 pairs takes 6 s.
    const marks = `${'\u0301'.repeat(20)}${'\u0316'.repeat(20)}`;
    expect(foldCase(`A${marks}`)).toBe(`a${marks}`);
  });
});

test('strings that ignore case ignore white space around them', () => {
  expect(comparable(attribute('x', ''), ' A b ')).toBe('a b');
  expect(comparable(attribute('x', '', { caseExact: true }), ' A ')).toBe(' A ');
});

test.each([
  ['2026-01-31T08:00:00Z', '2026-01-31T08:00:00.000Z'],
  ['2026-01-31T08:00:00', '2026-01-31T08:00:00.000Z'],
  ['2026-01-31T08:00:00.1234567', '2026-01-31T08:00:00.123Z'],
  ['2026-01-31T08:00:00.5+01:30', '2026-01-31T06:30:00.500Z'],
  ['2026-01-31T08:00:00-0800', '2026-01-31T16:00:00.000Z'],
  ['2026-01-31T08:00:00 01:00', '2026-01-31T07:00:00.000Z'],
])('the dateTime %s is %s', (text, expected) => {
  expect(new Date(instant(text)).toISOString()).toBe(expected);
});

test.each([
  '',
  'now',
  '2026-01-31',
  '2026-01-31T08:00',
  '2026-01-31T08:00:00+1',
  '2026-13-01T00:00:00Z',
])('%j is no dateTime', (text) => {
  expect(instant(text)).toBeNaN();
});
