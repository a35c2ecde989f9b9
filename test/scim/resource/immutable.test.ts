import type { JsonObject } from '../../../scim/json';
import { checkImmutable, withImmutable } from '../../../scim/resource/immutable';
import { USER_WITH_X as TYPE, X } from '../../support/extension';

const of = (extension: JsonObject): JsonObject => ({ userName: 'u', [X]: extension });
const refused = expect.objectContaining({ status: 400, scimType: 'mutability' });

describe('a change', () => {
  test.each<[JsonObject, JsonObject]>([
    [{}, { badge: 'a' }],
    [{ badge: 'a' }, { badge: 'a', text: 't' }],
    [{ badges: ['a', 'b'] }, { badges: ['b', 'a'] }],
    [{ seat: { note: 'n' } }, { seat: { row: '1', note: 'm' } }],
    [{ prizes: [{ a: '1', b: '2' }, { a: '3' }] }, { prizes: [{ a: '3' }, { b: '2', a: '1' }] }],
    [{ seat: { row: '1' } }, { seat: { row: '1', note: 'm' } }],
  ])('may turn %j into %j', (before, after) => {
    expect(() => checkImmutable(TYPE, of(before), of(after))).not.toThrow();
  });

  test.each<[JsonObject, JsonObject]>([
    [{ badge: 'a' }, { badge: 'b' }],
    [{ badge: 'a' }, {}],
    [{ badges: ['a', 'b'] }, { badges: ['a'] }],
    [{ badges: ['a'] }, { badges: ['a', 'b'] }],
    [{ badges: ['a', 'b'] }, { badges: ['a', 'c'] }],
    [{ prizes: [{ a: '1', b: '2' }] }, { prizes: [{ a: '2', b: '1' }] }],
    [{ prizes: [{ a: '1' }, { a: '2' }] }, { prizes: [{ a: '2' }, { a: '3' }] }],
    [{ seat: { row: '1' } }, { seat: { row: '2' } }],
    [{ seat: { row: '1' } }, { seat: { note: 'n' } }],
  ])('must not turn %j into %j', (before, after) => {
    expect(() => checkImmutable(TYPE, of(before), of(after))).toThrow(refused);
  });
});

describe('a PUT', () => {
  test.each<[string, JsonObject, JsonObject, JsonObject]>([
    [
      'keeps what it leaves out',
      { badge: 'a', text: 't' },
      { text: 'u' },
      { badge: 'a', text: 'u' },
    ],
    ['may repeat a value', { badge: 'a' }, { badge: 'a' }, { badge: 'a' }],
    ['may add a value', {}, { badge: 'a' }, { badge: 'a' }],
    [
      'keeps parts beside new ones',
      { seat: { row: '1', note: 'n' } },
      { seat: { note: 'm' } },
      { seat: { row: '1', note: 'm' } },
    ],
    [
      'keeps parts of what is gone',
      { seat: { row: '1', note: 'n' } },
      { text: 't' },
      { text: 't', seat: { row: '1' } },
    ],
    ['invents no part', { seat: { note: 'n' } }, { text: 't' }, { text: 't' }],
    ['may repeat a part', { seat: { row: '1' } }, { seat: { row: '1' } }, { seat: { row: '1' } }],
  ])('%s', (_, before, sent, expected) => {
    expect(withImmutable(TYPE, of(before), of(sent))).toStrictEqual(of(expected));
  });

  test('keeps values in an extension that it leaves out', () => {
    expect(withImmutable(TYPE, of({ badge: 'a' }), { userName: 'v' })).toStrictEqual({
      userName: 'v',
      [X]: { badge: 'a' },
    });
  });

  test.each<[JsonObject, JsonObject]>([
    [{ badge: 'a' }, { badge: 'b' }],
    [{ seat: { row: '1' } }, { seat: { row: '2' } }],
  ])('must not turn %j into %j', (before, sent) => {
    expect(() => withImmutable(TYPE, of(before), of(sent))).toThrow(refused);
  });
});
