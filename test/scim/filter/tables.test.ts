import { ScimError } from '../../../scim/errors/scim-error';
import { bindFilter, bindFilterAcross } from '../../../scim/filter/bind';
import { instant, isNormalizable } from '../../../scim/filter/compare';
import {
  comparisonsIn,
  isPresent,
  matches,
  matchesWithout,
  valuesAt,
} from '../../../scim/filter/evaluate';
import { parseBracketedFilter, parseFilter } from '../../../scim/filter/parse';
import { printFilter } from '../../../scim/filter/print';
import { filterShape } from '../../../scim/filter/shape';
import type { Json, JsonObject } from '../../../scim/json';
import { LIMITS } from '../../../scim/limits';
import { GROUP } from '../../../scim/schema/resource-type';
import { USER_WITH_X as TYPE, X } from '../../support/extension';

/* Every operator on every type of attribute, and what is no filter. */

function finds(filter: string, resource: JsonObject): boolean {
  return matches(bindFilter(parseFilter(filter), TYPE), resource);
}

function refusal(filter: string): { scimType: string | undefined; message: string } {
  try {
    bindFilter(parseFilter(filter), TYPE);
  } catch (error) {
    if (!(error instanceof ScimError)) throw error;
    return { scimType: error.scimType, message: error.message };
  }
  throw new Error(`${filter} is accepted.`);
}

const TEXT = ['eq', 'ne', 'gt', 'ge', 'lt', 'le', 'co', 'sw', 'ew'];

/** The operators that attributes of the extension support; all of them by default. */
const OPERATORS: Readonly<Record<string, readonly string[]>> = {
  count: TEXT.slice(0, 6),
  ratio: TEXT.slice(0, 6),
  flag: TEXT.slice(0, 2),
  key: TEXT.slice(0, 2),
};

// An attribute, its value, another value, and the operators with which the comparison is true.
describe.each<[string, Json, string, string]>([
  ['text', 'Middle', '"middle"', 'eq ge le co sw ew'],
  ['text', 'Middle', '"mid"', 'ne gt ge co sw'],
  ['text', 'Middle', '"dle"', 'ne gt ge co ew'],
  ['text', 'Middle', '"z"', 'ne lt le'],
  ['text', 'a  b ', '" a  b"', 'eq ge le'],
  ['code', 'Middle', '"middle"', 'ne lt le'],
  ['code', 'Middle', '"Middle"', 'eq ge le co sw ew'],
  ['code', 'a', '"a "', 'ne lt le'],
  ['site', 'https://X', '"https://x"', 'ne lt le'],
  ['count', 5, '5', 'eq ge le'],
  ['count', 5, '4', 'ne gt ge'],
  ['count', 5, '6', 'ne lt le'],
  ['ratio', -0.5, '-5e-1', 'eq ge le'],
  ['when', '2026-01-31T08:00:00Z', '"2026-01-31T09:00:00+01:00"', 'eq ge le'],
  ['when', '2026-01-31T08:00:00Z', '"2026-01-31T07:59:59.999Z"', 'ne gt ge'],
  ['when', '2026-01-31T08:00:00Z', '"2026-01-31T08:00:00.001"', 'ne lt le'],
  ['flag', true, 'true', 'eq'],
  ['flag', true, 'false', 'ne'],
  ['key', 'YWJj', '"YWJj"', 'eq'],
  ['key', 'YWJj', '"ywjj"', 'ne'],
])('%s %j and %s', (attribute, stored, value, matching) => {
  test.each(OPERATORS[attribute] ?? TEXT)('%s', (operator) => {
    const filter = `${X}:${attribute} ${operator} ${value}`;
    const isMatch = finds(filter, { [X]: { [attribute]: stored } });
    expect(isMatch).toBe(matching.split(' ').includes(operator));
    // An attribute without a value differs from every value.
    expect(finds(filter, {})).toBe(operator === 'ne');
  });
});

test.each([
  [`${X}:flag gt true`, '"gt"'],
  [`${X}:flag eq "true"`, 'true or false'],
  [`${X}:flag eq 1`, 'true or false'],
  [`${X}:count co 5`, '"co"'],
  [`${X}:count eq "5"`, 'a number'],
  [`${X}:ratio eq true`, 'a number'],
  [`${X}:when eq 5`, 'a date and time in double quotes'],
  [`${X}:when eq "x"`, '2026-01-31T08:00:00Z'],
  [`${X}:key gt "YWJj"`, '"gt"'],
  [`${X}:key co "YWJj"`, '"co"'],
  [`${X}:key eq 5`, 'a string in double quotes'],
  [`${X}:text eq true`, 'a string in double quotes'],
  [`${X}:text gt null`, 'null can only be compared with "eq" and "ne"'],
  [`${X}:text le null`, 'null'],
  [`${X}:seat eq "x"`, 'is complex; compare one of its sub-attributes'],
  [`${X}:nosuch eq "x"`, `there is no attribute "${X}:nosuch"`],
  [`${X}:seat.nosuch eq "x"`, 'there is no attribute'],
  [`${X} eq "x"`, 'there is no attribute'],
  ['name.givenName[value eq "x"]', 'has no values to filter; filter "name"'],
  ['emails[nosuch pr]', 'there is no attribute "nosuch"'],
  ['emails[emails.value pr]', 'there is no attribute'],
])('%s is refused: %s', (filter, message) => {
  const { scimType, message: told } = refusal(filter);
  expect(scimType).toBe('invalidFilter');
  expect(told).toContain(message);
});

test('an attribute that is never returned cannot be filtered by', () => {
  expect(refusal('password pr').scimType).toBe('sensitive');
});

describe('values', () => {
  const resource = {
    userName: 'u',
    active: false,
    name: { givenName: 'g' },
    emails: [{ value: 'a@x', type: 'work' }, { value: 'b@x' }, { type: 'other' }],
    roles: [],
    [X]: { tags: ['a', 'b'], cards: [{ number: '1', tags: ['x', 'y'] }], counts: [1, 2] },
  };

  test.each([
    ['name.givenName eq null', false], ['name.familyName eq null', true],
    ['name.familyName ne null', false], ['name.givenName ne null', true],
    ['title eq null', true], ['active ne null', true], ['active eq false', true],
    ['active pr', true], ['roles pr', false], ['name pr', true], ['name.familyName pr', false],
    ['emails.type eq "other"', true], ['emails.display pr', false],
    ['emails.display eq null', true],
    ['emails.type ne "work"', true], ['emails[type eq "work"] and emails[value eq "b@x"]', true],
    ['emails[type eq "work" and value eq "b@x"]', false], ['emails[type eq null]', true],
    ['emails[not (value pr)]', true], ['emails[value pr or type pr]', true],
    [`${X}:tags eq "B"`, true], [`${X}:tags eq "c"`, false], [`${X}:tags ne "a"`, true],
    [`${X}:counts gt 1`, true], [`${X}:counts gt 2`, false], [`${X}:tags[value eq "a"]`, true],
    [`${X}:cards.tags eq "Y"`, true], [`${X}:cards[tags eq "x" and number eq "1"]`, true],
    [`${X}:cards[tags eq "z"]`, false], [`${X}:cards pr`, true], [`${X}:links pr`, false],
    ['meta.created pr', false], ['not (userName eq "u")', false], ['not (userName eq "v")', true],
  ] as const)('%s: %s', (filter, expected) => {
    expect(finds(filter, resource)).toBe(expected);
  }); // prettier-ignore

  test.each<[string, readonly Json[]]>([
    ['userName', ['u']],
    ['title', []],
    ['name.givenName', ['g']],
    ['name.familyName', []],
    ['emails.value', ['a@x', 'b@x']],
    ['emails', resource.emails],
    ['roles', []],
    [`${X}:tags`, ['a', 'b']],
    [`${X}:cards.tags`, ['x', 'y']],
    [`${X}:text`, []],
  ])('valuesAt %s', (path, expected) => {
    const target = TYPE.resolve(path);
    if (target?.attribute === undefined) throw new Error(path);
    expect(valuesAt(resource, target)).toEqual(expected);
    expect(valuesAt({ [X]: 'text', name: 'text' }, target)).toEqual([]);
  });

  test.each<[Json, boolean]>([
    ['', false], ['a', true], [null, false], [0, true], [false, true], [[], false], [[''], true],
    [{}, false], [{ a: null }, false], [{ a: '', b: [] }, false], [{ a: { b: 'c' } }, true],
  ])('%j is present: %s', (value, expected) => {
    expect(isPresent(value)).toBe(expected);
  }); // prettier-ignore
});

describe('filters across types', () => {
  test('treat an attribute that only another type has as unassigned', () => {
    const bound = (text: string) => bindFilterAcross(parseFilter(text), [TYPE, GROUP]);
    const [users, groups] = bound('userName eq "u" or members.value eq "m"');
    const user = { userName: 'u', members: [{ value: 'm' }] };
    expect(users !== undefined && matches(users, user)).toBe(true);
    expect(users !== undefined && matches(users, { ...user, userName: 'v' })).toBe(false);
    expect(groups !== undefined && matches(groups, { userName: 'u' })).toBe(false);
    expect(groups !== undefined && matches(groups, { members: [{ value: 'm' }] })).toBe(true);
    expect(() => bound('nosuch pr')).toThrow('there is no attribute "nosuch"');
  });

  test.each([
    ['userName eq "u"', true],
    ['userName eq "v"', false],
    ['emails.value eq "x"', undefined],
    ['not (emails pr)', undefined],
    ['userName eq "u" or emails[type eq "work"]', true],
    ['emails pr or userName eq "u"', true],
    ['userName eq "v" or emails pr', undefined],
    ['emails pr and userName eq "v"', false],
    ['userName eq "u" and emails pr', undefined],
    ['userName eq "v" and not (emails pr)', false],
    [`${X}:text pr`, false],
  ])('are decided without an attribute if that does not matter: %s', (text, expected) => {
    const filter = bindFilter(parseFilter(text), TYPE);
    expect(matchesWithout('emails', filter, { userName: 'u' })).toBe(expected);
    // An attribute of an extension is another one.
    expect(matchesWithout('text', filter, { userName: 'u', emails: [{ value: 'x' }] })).toBe(
      matches(filter, { userName: 'u', emails: [{ value: 'x' }] }),
    );
  });

  test('know how many comparisons they take', () => {
    const bound = (text: string) => bindFilter(parseFilter(text), TYPE);
    const filter = `userName eq "u" and (title pr or not (emails[type eq "x" and value pr]))`;
    expect(comparisonsIn(bound(filter))).toBe(4);
    expect(comparisonsIn(bound('title pr'))).toBe(1);
  });
});

describe('times', () => {
  const eight = Date.parse('2026-01-31T08:00:00Z');
  test.each([
    ['2026-01-31T08:00:00Z', 0], ['2026-01-31T08:00:00', 0], ['2026-01-31T10:00:00+02:00', 0],
    ['2026-01-31T10:00:00+0200', 0], ['2026-01-31T10:00:00 02:00', 0],
    ['2026-01-31T06:30:00-01:30', 0], ['2026-01-31T08:00:00.5Z', 500],
    ['2026-01-31T08:00:00.123456789Z', 123],
  ])('%s', (text, after) => {
    expect(instant(text) - eight).toBe(after);
  }); // prettier-ignore

  test.each([
    '', '2026-01-31', '2026-01-31T08:00Z', '2026-13-31T08:00:00Z', 'x2026-01-31T08:00:00Z',
    '2026-01-31T08:00:00Zx', '2026-01-31T08:00:00.Z', '2026-01-31T08:00:00+2', '26-01-31T08:00:00Z',
    '2026-01-31 08:00:00Z', '2026-01-31T08:00:00+02:0',
  ])('%j is no time', (text) => {
    expect(instant(text)).toBeNaN();
  }); // prettier-ignore

  test('a text with a long run of combining marks is not normalized', () => {
    expect([30, 31].map((marks) => isNormalizable(`a${'\u0301'.repeat(marks)}`))).toEqual([
      true,
      false,
    ]);
    const long = `É${'\u0301'.repeat(31)}`;
    expect(finds(`title eq "${long.toLowerCase()}"`, { title: long })).toBe(true);
  });
});

describe('syntax', () => {
  test.each([
    ['a   pr', 'a pr'], ['a\tpr\n', 'a pr'], ['  a pr', 'a pr'], ['( a pr )', 'a pr'],
    ['a[ b pr ]', 'a[b pr]'], ['NOT (a pr)', 'not (a pr)'], ['not(a pr)', 'not (a pr)'],
    ['a PR', 'a pr'], ['a Eq TRUE', 'a eq true'], ['a eq False', 'a eq false'],
    ['a eq NULL', 'a eq null'], ['a eq -0.5E+2', 'a eq -50'], ['a eq 0', 'a eq 0'],
    ['a eq ""', 'a eq ""'], ['a eq "\\n\\t\\u0041"', 'a eq "\\n\\tA"'], ['a eq "é"', 'a eq "é"'],
    ['a eq "x" or b pr or c pr', 'a eq "x" or b pr or c pr'],
    ['a pr and (b pr and c pr)', 'a pr and (b pr and c pr)'],
    ['(a pr and b pr) and c pr', 'a pr and b pr and c pr'],
    ['a pr AND (b pr OR c pr)', 'a pr and (b pr or c pr)'],
    ['(a pr and b pr) or c pr', 'a pr and b pr or c pr'],
    ['(a pr or b pr) or c pr', 'a pr or b pr or c pr'],
    ['not (a pr or b pr)', 'not (a pr or b pr)'], ['$ref eq "x"', '$ref eq "x"'],
    ['urn:a-b:c.d:e_f.g pr', 'urn:a-b:c.d:e_f.g pr'], ['note pr', 'note pr'], ['or pr', 'or pr'],
    ['not eq "x"', 'not eq "x"'], ['notes pr and ander pr', 'notes pr and ander pr'],
    ['a[b pr].c eq "d"', 'a[b pr and c eq "d"]'], ['a[b pr].c pr', 'a[b pr and c pr]'],
    ['a pr or(b pr)', 'a pr or b pr'], ['a eq "x"and b pr', 'a eq "x" and b pr'],
  ])('%j is read as %s', (text, printed) => {
    expect(printFilter(parseFilter(text))).toBe(printed);
  }); // prettier-ignore

  test.each([
    ['a', '(eq, ne, co, sw, ew, gt, ge, lt, le or pr) after "a", but the filter ends'],
    ['a is "x"', 'but found "is \\"x\\""'], ['1a pr', 'expected an attribute name'],
    ['-a pr', 'expected an attribute name'], ['a.b.c', 'expected an operator'],
    ['a eq x', 'expected a string in double quotes, a number, true, false or null after "eq"'],
    ['a eq 1x', 'after "eq"'], ['a eq 1.', 'after "eq"'], ['a eq .5', 'after "eq"'],
    ['a eq +1', 'after "eq"'], ['a eq 1e', 'after "eq"'], ['a eq truex', 'after "eq"'],
    ['a eq "x', 'after "eq"'], ['a eq "\\"', 'after "eq"'],
    ['a eq "\\q"', 'expected a JSON string; check its backslashes'],
    ['a eq "\u0001"', 'expected a JSON string'], ['a eq "\ud800"', 'well-formed Unicode'],
    ['a eq "\\ud800"', 'well-formed Unicode'], ['a pr b pr', 'expected "and", "or" or the end'],
    ['a pr)', 'expected "and", "or" or the end'], ['(a pr', 'expected ")"'],
    ['()', 'an attribute name'],
    ['a[b pr', 'expected "]"'], ['a[b pr].', 'expected a sub-attribute after "]."'],
    ['a[b pr].1', 'expected a sub-attribute'], ['a [b pr]', 'expected an operator'],
    ['not a pr', 'expected an operator'], ['a pr and', 'expected an attribute name'],
    ['é pr', 'expected an attribute name'], ['a eq "x" andb pr', 'expected "and"'],
  ])('%j is refused: %s', (text, message) => {
    expect(() => parseFilter(text)).toThrow(expect.objectContaining({ scimType: 'invalidFilter' }));
    expect(() => parseFilter(text)).toThrow(message);
  }); // prettier-ignore

  test('a position counts from 1, and what was found is cut after 20 characters', () => {
    expect(() => parseFilter(`a eq ${'x'.repeat(30)}`)).toThrow(`position 6`);
    expect(() => parseFilter(`a eq ${'x'.repeat(30)}`)).toThrow(`but found "${'x'.repeat(20)}"`);
  });

  test('a filter may have 8,192 characters and 32 levels of every kind of bracket', () => {
    expect(parseFilter(`a eq "${'x'.repeat(LIMITS.filterLength - 7)}"`).kind).toBe('compare');
    expect(() => parseFilter(`a eq "${'x'.repeat(LIMITS.filterLength - 6)}"`)).toThrow('longer');
    const levels = (depth: number) => `${'not ('.repeat(depth - 1)}a[b pr]${')'.repeat(depth - 1)}`;
    expect(parseFilter(levels(32)).kind).toBe('not');
    expect(() => parseFilter(levels(33))).toThrow('nests deeper than 32 levels');
    // Brackets beside each other do not add up.
    expect(parseFilter(Array.from({ length: 40 }, () => '(a pr)').join(' and ')).kind).toBe('and');
  });

  test('a filter in brackets ends at its bracket', () => {
    const { filter, end } = parseBracketedFilter('emails[type eq "a]b"].value', 6);
    expect([printFilter(filter), end]).toEqual(['type eq "a]b"', 21]);
    expect(() => parseBracketedFilter('emails.value', 6)).toThrow('expected "["');
  });
});

test.each([
  ['userName eq "secret" and active eq true', 'userName eq "…" and active eq "…"'],
  ['emails[value eq "secret" and not (type pr)]', 'emails[value eq "…" and not (type pr)]'],
  [`a${'b'.repeat(60)} pr or title pr`, 'unknown pr or title pr'],
  [`a${'b'.repeat(60)}[c eq "secret"]`, 'unknown[c eq "…"]'],
])('%s has the shape %s in logs', (text, shape) => {
  expect(filterShape(parseFilter(text))).toBe(shape);
});

test('a shape has at most 300 characters', () => {
  const long = Array.from({ length: 60 }, (_, index) => `title${index} pr`).join(' or ');
  expect(filterShape(parseFilter(long))).toHaveLength(300);
});
