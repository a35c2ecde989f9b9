import { isLoggableName, unknownAttributes } from '../../../scim/resource/unknown';
import { ENTERPRISE_USER_URN as ENTERPRISE } from '../../../scim/schema/enterprise-user';
import { USER_WITH_X as TYPE, X } from '../../support/extension';

test('names that the type does not have are found at every level', () => {
  const body = {
    userName: 'u',
    nosuch: 1,
    Name: { givenName: 'g', nick: 'n' },
    emails: [{ value: 'v', extra: 1 }, 'x', { other: 2 }],
    [X.toUpperCase()]: { text: 't', more: 1, seat: { row: '1', column: 2 } },
    [ENTERPRISE]: 'text',
    'urn:other:2.0:User': { a: 1 },
    title: { inner: 1 },
  };
  expect(unknownAttributes(TYPE, body)).toEqual([
    'nosuch',
    'name.nick',
    'emails.extra',
    'emails.other',
    'urn:other:2.0:User',
    `${X}:more`,
    `${X}:seat.column`,
  ]);
});

test.each([[null], ['text'], [[{ nosuch: 1 }]], [{}]])('%j has none', (body) => {
  expect(unknownAttributes(TYPE, body)).toEqual([]);
});

test('an extension is known by its whole URN', () => {
  const [longer, other] = [`${X}2`, X.replace('example', 'exampl3')];
  const body = { [longer]: { more: 1 }, [other]: { more: 1 }, [X]: { more: 1 } };
  expect(unknownAttributes(TYPE, body)).toEqual([longer, other, `${X}:more`]);
});

test('at most 20 names are returned, also of sub-attributes', () => {
  const many = Object.fromEntries(Array.from({ length: 30 }, (_, index) => [`n${index}`, 1]));
  expect(unknownAttributes(TYPE, many)).toHaveLength(20);
  expect(unknownAttributes(TYPE, { name: many })).toHaveLength(20);
  expect(unknownAttributes(TYPE, { name: many, ...many })).toHaveLength(20);
});

test.each([
  ['nosuch', true], ['a', true], ['$ref', true], ['a.b', true], ['A-1_$', true],
  ['urn:x:y', true], ['URN:x.y-z', true], ['a'.repeat(40), true], [`a.${'b'.repeat(40)}`, true],
  [`urn:${'x'.repeat(200)}`, true],
  ['', false], ['1a', false], ['a b', false], ['a.b.c', false], ['a.', false], ['.a', false],
  ['a@b', false], ['urn:', false], ['urn:a b', false], ['é', false], ['a.é', false], [' a', false],
  ['a\n', false], ['a'.repeat(41), false], [`a.${'b'.repeat(41)}`, false],
  [`urn:${'x'.repeat(201)}`, false], ['x urn:y', false],
] as const)('%j may be logged: %s', (name, isLoggable) => {
  expect(isLoggableName(name)).toBe(isLoggable);
  expect(unknownAttributes(TYPE, { [name]: 1, name: { [name]: 1 } })).toEqual(
    isLoggable ? [name, `name.${name}`] : [],
  );
}); // prettier-ignore
