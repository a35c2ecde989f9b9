import type { Json, JsonObject } from '../../../scim/json';
import { LIMITS } from '../../../scim/limits';
import { parseResource } from '../../../scim/resource/parse';
import { GROUP } from '../../../scim/schema/resource-type';
import { USER_URN } from '../../../scim/schema/user';
import { USER_WITH_X as TYPE, X } from '../../support/extension';

function parsed(extension: JsonObject): Json | undefined {
  return parseResource(TYPE, { schemas: [USER_URN], userName: 'u', [X]: extension })[X];
}

describe('values of every type', () => {
  test.each<[JsonObject]>([
    [{ text: 't', flag: false, count: -3, ratio: 0.5, site: 'https://x' }],
    [{ count: Number.MAX_SAFE_INTEGER, ratio: -1e300 }],
    [{ when: '2026-01-31T08:00:00Z' }],
    [{ when: '2026-01-31T08:00:00.123+02:00' }],
    [{ key: 'YWJj' }],
    [{ key: 'YWI=' }],
    [{ key: '-_8' }],
    [{ tags: ['a', 'A', 'b'], counts: [1, 2] }],
    [{ cards: [{ number: '1', value: 'v', level: 5, tags: ['x', 'y'] }] }],
  ])('%j is stored as sent', (extension) => {
    expect(parsed(extension)).toStrictEqual(extension);
  });

  test.each<[JsonObject, string]>([
    [{ text: 5 }, `"${X}:text" must be a string`],
    [{ text: '\ud800' }, `"${X}:text" must be well-formed Unicode`],
    [{ flag: 'true' }, `"${X}:flag" must be true or false`],
    [{ count: 1.5 }, `"${X}:count" must be an integer`],
    [{ count: 2 ** 53 }, `"${X}:count" must be an integer`],
    [{ count: '5' }, `"${X}:count" must be an integer`],
    [{ ratio: '0.5' }, `"${X}:ratio" must be a number`],
    [{ ratio: Number.POSITIVE_INFINITY }, `"${X}:ratio" must be a number`],
    [{ when: 'yesterday' }, `"${X}:when" must be a date and time such as "2026-01-31T08:00:00Z"`],
    [{ when: 5 }, `"${X}:when" must be a date and time`],
    [{ key: 'a b' }, `"${X}:key" must be a string in base64`],
    [{ key: 5 }, `"${X}:key" must be a string in base64`],
    [{ site: 5 }, `"${X}:site" must be a string`],
    [{ tags: 'a' }, `"${X}:tags" must be an array`],
    [{ tags: ['a', 5] }, `"${X}:tags[1]" must be a string`],
    [{ seat: 'x' }, `"${X}:seat" must be an object`],
    [{ cards: [{ value: 'v' }] }, `"${X}:cards[0].number" is required`],
    [{ cards: [{ number: '' }] }, `"${X}:cards.number" is required`],
    [{ cards: [{ number: '1', tags: 'x' }] }, `"${X}:cards[0].tags" must be an array`],
    [
      {
        cards: [
          { number: '1', primary: true },
          { number: '2', primary: true },
        ],
      },
      'primary',
    ],
  ])('%j is rejected: %s', (extension, message) => {
    expect(() => parsed(extension)).toThrow(message);
    expect(() => parsed(extension)).toThrow(expect.objectContaining({ scimType: 'invalidValue' }));
  });
});

describe('duplicate elements', () => {
  test.each<[string, JsonObject, JsonObject]>([
    ['are equal simple values', { tags: ['a', 'b', 'a'] }, { tags: ['a', 'b'] }],
    [
      'with the same value and type are merged',
      {
        links: [
          { value: 1, type: 't' },
          { value: 1, type: 't', display: 'd' },
        ],
      },
      { links: [{ value: 1, type: 't', display: 'd' }] },
    ],
    [
      'have the same value and type',
      { links: [{ value: 1, type: 't' }, { value: 1 }, { value: 2, type: 't' }] },
      { links: [{ value: 1, type: 't' }, { value: 1 }, { value: 2, type: 't' }] },
    ],
    [
      'without a value are equal as a whole, in any order',
      { links: [{ type: 't', display: 'd' }, { display: 'd', type: 't' }, { type: 't' }] },
      { links: [{ type: 't', display: 'd' }, { type: 't' }] },
    ],
    [
      'of attributes with more parts are equal as a whole',
      {
        cards: [
          { number: '1', value: 'v' },
          { value: 'v', number: '1' },
          { number: '2', value: 'v' },
        ],
      },
      {
        cards: [
          { number: '1', value: 'v' },
          { number: '2', value: 'v' },
        ],
      },
    ],
    [
      'may differ in the primary mark, which stays',
      {
        cards: [
          { number: '1', primary: true },
          { number: '1', primary: false },
        ],
      },
      { cards: [{ number: '1', primary: true }] },
    ],
  ])('%s', (_, sent, expected) => {
    expect(parsed(sent)).toStrictEqual(expected);
  });

  test('of e-mail addresses keep the primary mark and the newest parts', () => {
    const emails = [
      { value: 'a', type: 'work', primary: true },
      { value: 'a', type: 'work', display: 'd', primary: false },
      { value: 'a', type: '' },
      { value: 'a' },
      { value: 'worka' },
    ];
    const body = { schemas: [USER_URN], userName: 'u', emails };
    expect(parseResource(TYPE, body)['emails']).toStrictEqual([
      { value: 'a', type: 'work', primary: true, display: 'd' },
      { value: 'a', type: '' },
      { value: 'worka' },
    ]);
  });
});

describe('names', () => {
  test("the schema's spelling wins over another one, whatever their order", () => {
    expect(parsed({ TEXT: 'a', text: 'b', Count: 1 })).toStrictEqual({ text: 'b', count: 1 });
    expect(parsed({ text: 'b', TEXT: 'a' })).toStrictEqual({ text: 'b' });
  });

  test.each([
    [[5, USER_URN], `"schemas" must be an array with "${USER_URN}".`],
    [USER_URN, `"schemas" must be an array with "${USER_URN}".`],
    [[], `"schemas" must be an array with "${USER_URN}".`],
    [[5], `"schemas" must be an array with "${USER_URN}".`],
    [null, `"schemas" must be an array with "${USER_URN}".`],
    [[X], USER_URN],
  ])('schemas %j are rejected', (schemas, message) => {
    expect(() => parseResource(TYPE, { schemas, userName: 'u' })).toThrow(message);
  });

  test('schemas may name extensions, in any order and case', () => {
    const schemas = [X.toUpperCase(), USER_URN.toUpperCase()];
    expect(parseResource(TYPE, { schemas, userName: 'u' })).toEqual({ userName: 'u' });
  });

  test('an extension may be null, and its sub-attributes may be lists', () => {
    const body = { schemas: [USER_URN], userName: 'u', [X]: null };
    expect(parseResource(TYPE, body)).toStrictEqual({ userName: 'u' });
    expect(parsed({ cards: [{ number: '1' }, { number: '2', tags: [] }] })).toStrictEqual({
      cards: [{ number: '1' }, { number: '2' }],
    });
  });

  test.each<[Json]>([[' '], ['\t']])('user name %j is missing', (userName) => {
    expect(() => parseResource(TYPE, { schemas: [USER_URN], userName })).toThrow('required');
  });
});

describe('the number of values', () => {
  const many = (count: number): readonly string[] =>
    Array.from({ length: count }, (_, index) => `v${index}`);

  test('is limited in core attributes, extensions and sub-attributes', () => {
    const most = many(LIMITS.values);
    const extension = { tags: most, cards: [{ number: '1', tags: most }] };
    expect(parsed(extension)).toStrictEqual(extension);
    const more = many(LIMITS.values + 1);
    expect(() => parsed({ tags: more })).toThrow(`${X}:tags`);
    expect(() => parsed({ cards: [{ number: '1', tags: more }] })).toThrow(`${X}:cards.tags`);
    const emails = more.map((value) => ({ value }));
    expect(() => parseResource(TYPE, { schemas: [USER_URN], userName: 'u', emails })).toThrow(
      `"emails" may have at most ${LIMITS.values} different values.`,
    );
  });

  test('of members is not', () => {
    const members = many(LIMITS.values + 1).map((value) => ({ value }));
    const body = { schemas: [GROUP.schema.id], displayName: 'g', members };
    expect(parseResource(GROUP, body)['members']).toHaveLength(LIMITS.values + 1);
  });
});
