import fc from 'fast-check';
import { ScimError } from '../../../scim/errors/scim-error';
import { parseFilter } from '../../../scim/filter/parse';
import { printFilter } from '../../../scim/filter/print';
import { filters, withoutPositions } from './arbitraries';
import { runs } from '../../support/runs';

describe('parseFilter (ABNF of RFC 7644 section 3.4.2.2)', () => {
  // The examples of figure 2. Printing keeps exactly the parentheses that are needed.
  test.each([
    ['userName eq "bjensen"', 'userName eq "bjensen"'],
    ['name.familyName co "O\'Malley"', 'name.familyName co "O\'Malley"'],
    [
      'urn:ietf:params:scim:schemas:core:2.0:User:userName sw "J"',
      'urn:ietf:params:scim:schemas:core:2.0:User:userName sw "J"',
    ],
    ['title pr', 'title pr'],
    ['meta.lastModified gt "2011-05-13T04:42:34Z"', 'meta.lastModified gt "2011-05-13T04:42:34Z"'],
    ['title pr and userType eq "Employee"', 'title pr and userType eq "Employee"'],
    ['schemas eq "urn:x"', 'schemas eq "urn:x"'],
    [
      'userType eq "Employee" and (emails co "example.com" or emails.value co "example.org")',
      'userType eq "Employee" and (emails co "example.com" or emails.value co "example.org")',
    ],
    [
      'userType ne "Employee" and not (emails co "example.com")',
      'userType ne "Employee" and not (emails co "example.com")',
    ],
    [
      'emails[type eq "work" and value co "@example.com"]',
      'emails[type eq "work" and value co "@example.com"]',
    ],
    // Operators in any case, no space before a parenthesis, other white space, all literals.
    ['userName EQ "a" AND NOT(active eq TRUE)', 'userName eq "a" and not (active eq true)'],
    ['userName\teq\n"tab\u00a0"', 'userName eq "tab\u00a0"'],
    ['notes eq "x" and orx pr or android pr', 'notes eq "x" and orx pr or android pr'],
    ['a eq 1.5e3 or b eq -7 or c eq null', 'a eq 1500 or b eq -7 or c eq null'],
    // `and` takes precedence over `or`; both are left-associative.
    ['a pr or b pr and c pr', 'a pr or b pr and c pr'],
    ['(a pr or b pr) and c pr', '(a pr or b pr) and c pr'],
    ['a pr or (b pr or c pr)', 'a pr or (b pr or c pr)'],
    // An attribute may have the name of an operator.
    ['not pr and and eq "or"', 'not pr and and eq "or"'],
    // Entra ID matches users with this form, which is not in the ABNF.
    ['emails[type eq "work"].value eq "a@b.c"', 'emails[type eq "work" and value eq "a@b.c"]'],
    ['userName eq "a \\"quoted\\" \\u00e9"', 'userName eq "a \\"quoted\\" é"'],
  ])('parses %s', (text, printed) => {
    expect(printFilter(parseFilter(text))).toBe(printed);
  });

  test('parses a printed filter into the same tree', () => {
    fc.assert(
      fc.property(filters, (filter) => {
        expect(withoutPositions(parseFilter(printFilter(filter)))).toEqual(
          withoutPositions(filter),
        );
      }),
      { numRuns: runs(3000) },
    );
  });
});

describe('parseFilter rejects', () => {
  test.each([
    ['', 'position 1'],
    ['userName', 'position 9'],
    ['userName is "a"', 'position 10'],
    ['userName eq', 'position 12'],
    ['userName eq bjensen', 'position 13'],
    ['userName eq "a', 'position 13'],
    ['userName eq "\\x"', 'position 13'],
    ['userName eq "a" and', 'position 20'],
    ['userName eq "a" userType pr', 'position 17'],
    ['(userName eq "a"', 'position 17'],
    ['emails[type eq "work"', 'position 22'],
    ['emails[type eq "work"].', 'position 24'],
    ['userName eq 01', 'position 13'],
    ['userName eq "\\ud800"', 'position 13'],
    ['"userName" eq "a"', 'position 1'],
  ])('%p and reports %s', (text, position) => {
    expect(() => parseFilter(text)).toThrow(
      expect.objectContaining({ status: 400, scimType: 'invalidFilter' }),
    );
    expect(() => parseFilter(text)).toThrow(position);
  });

  test('filters nested deeper than 32 levels or longer than 8192 characters', () => {
    const nested = (depth: number) => `${'('.repeat(depth)}a pr${')'.repeat(depth)}`;
    expect(printFilter(parseFilter(nested(32)))).toBe('a pr');
    expect(() => parseFilter(nested(33))).toThrow('deeper than 32');
    expect(() => parseFilter(nested(10_000))).toThrow('longer than 8192');
  });

  test('any invalid text with a ScimError and nothing else', () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 60 }), (text) => {
        try {
          parseFilter(text);
        } catch (error) {
          expect(error).toBeInstanceOf(ScimError);
        }
      }),
      { numRuns: runs(3000) },
    );
  });
});
