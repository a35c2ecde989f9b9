import type { Json, JsonObject } from '../../../scim/json';
import { checkReplacement } from '../../../scim/patch/understood';
import { USER_WITH_X as TYPE, X } from '../../support/extension';
import { errorOf } from '../../support/error-of';

describe('a PUT whose lists are not understood', () => {
  const parsed = {
    userName: 'u',
    emails: [{ value: 'a' }],
    [X]: { cards: [{ number: '1', value: 'v' }] },
  };
  test.each<[string, Json, JsonObject]>([
    ['is accepted if they are', { emails: [{ value: 'a' }] }, parsed],
    ['is accepted if they are empty', { emails: [], roles: null, phoneNumbers: 'x' }, {}],
    ['is accepted if they are readOnly', { groups: [{ nosuch: 1 }] }, {}],
    ['is accepted for schemas and members', { schemas: ['x'], members: [{ nosuch: 1 }] }, {}],
    ['is accepted in extensions', { [X.toUpperCase()]: { cards: [{ number: '1' }] } }, parsed],
    ['is accepted for other bodies', [{ emails: [{ nosuch: 1 }] }], {}],
    ['is accepted without the extension', { [X]: 'text' }, {}],
  ])('%s', (_, body, understood) => {
    expect(() => {
      checkReplacement(TYPE, body, understood);
    }).not.toThrow();
  });

  test.each<[string, Json, JsonObject]>([
    ['if nothing is', { emails: [{ nosuch: 1 }] }, {}],
    [
      'if only a label is',
      { addresses: [{ type: 'work', street: 's' }] },
      { addresses: [{ type: 'work' }] },
    ],
    ['if no value is', { emails: [{ type: 'work' }] }, { emails: [{ type: 'work' }] }],
    ['in extensions', { [X]: { cards: [{ nosuch: 1 }] } }, {}],
    [
      'in extensions that have other attributes',
      { [X]: { tags: ['', 'a'] } },
      { [X]: { text: 't' } },
    ],
  ])('is refused %s', (_, body, understood) => {
    const error = errorOf(() => {
      checkReplacement(TYPE, body, understood);
    });
    expect([error.status, error.scimType]).toEqual([400, 'invalidValue']);
  });
});
