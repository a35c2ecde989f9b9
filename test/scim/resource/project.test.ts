import type { Json } from '../../../scim/json';
import { Projection, type ProjectionRequest } from '../../../scim/resource/project';
import { ENTERPRISE_USER_URN } from '../../../scim/schema/enterprise-user';
import { GROUP, USER } from '../../../scim/schema/resource-type';
import { USER_WITH_X, X } from '../../support/extension';

const user = {
  schemas: ['s'],
  id: 'i',
  userName: 'u',
  name: { givenName: 'g', familyName: 'f' },
  emails: [{ value: 'v', type: 'work' }],
  [ENTERPRISE_USER_URN]: { department: 'd', manager: { value: 'm' } },
  meta: { resourceType: 'User', version: 'v' },
};
const always = { schemas: ['s'], id: 'i' };

test.each([
  [{}, user],
  [{ attributes: ['userName'] }, { ...always, userName: 'u' }],
  [{ attributes: ['USERNAME', 'nosuch'] }, { ...always, userName: 'u' }],
  [
    { attributes: ['name.givenName', 'emails.value'] },
    { ...always, name: { givenName: 'g' }, emails: [{ value: 'v' }] },
  ],
  [
    { attributes: [ENTERPRISE_USER_URN] },
    { ...always, [ENTERPRISE_USER_URN]: user[ENTERPRISE_USER_URN] },
  ],
  [
    { attributes: [`${ENTERPRISE_USER_URN}:manager.value`] },
    { ...always, [ENTERPRISE_USER_URN]: { manager: { value: 'm' } } },
  ],
  [{ attributes: ['meta.version'] }, { ...always, meta: { version: 'v' } }],
  [{ attributes: ['nosuch'] }, always],
  [
    { excludedAttributes: ['emails', 'name.givenName', ENTERPRISE_USER_URN, 'id', 'schemas'] },
    { ...always, userName: 'u', name: { familyName: 'f' }, meta: user.meta },
  ],
])('a projection with %j returns the selected attributes', (request, expected) => {
  expect(new Projection(USER, request).apply(user)).toEqual(expected);
});

test('a password is never returned, even if the client requests it', () => {
  const resource = { ...user, password: 'p' };
  expect(new Projection(USER, { attributes: ['password'] }).apply(resource)).toEqual(always);
  expect(new Projection(USER).apply(resource)).toEqual(user);
});

test('a projection reports whether any part of an attribute is returned', () => {
  expect(new Projection(GROUP).shows('members')).toBe(true);
  expect(new Projection(GROUP, { attributes: ['displayName'] }).shows('members')).toBe(false);
  expect(new Projection(GROUP, { attributes: ['members.value'] }).shows('members')).toBe(true);
  expect(new Projection(GROUP, { excludedAttributes: ['members'] }).shows('members')).toBe(false);
  expect(new Projection(GROUP, { excludedAttributes: ['members.display'] }).shows('members')).toBe(
    true,
  );
});

test('attributes and excludedAttributes together are rejected', () => {
  expect(() => new Projection(USER, { attributes: ['id'], excludedAttributes: ['id'] })).toThrow(
    'together',
  );
});

describe('the "returned" characteristic', () => {
  const extension = {
    request: 'r',
    always: 'a',
    mixed: { request: 'r', default: 'd' },
    tags: ['t'],
    cards: [{ number: '1', value: 'v' }, { value: 'w' }],
  };
  const { tags, cards } = extension;
  const shown = (request: ProjectionRequest): Json | undefined =>
    new Projection(USER_WITH_X, request).apply({ userName: 'u', [X]: extension })[X];

  test.each<[ProjectionRequest, Json | undefined]>([
    [{}, { always: 'a', mixed: { default: 'd' }, tags, cards }],
    [{ attributes: [` ${X}:request `] }, { always: 'a', request: 'r' }],
    [{ attributes: [`${X}:mixed.request`] }, { always: 'a', mixed: { request: 'r' } }],
    [{ attributes: [`${X}:mixed`] }, { always: 'a', mixed: { request: 'r', default: 'd' } }],
    [{ attributes: [`${X}:cards.number`] }, { always: 'a', cards: [{ number: '1' }] }],
    [{ attributes: [`${X}:cards.level`] }, { always: 'a' }],
    [{ excludedAttributes: [X] }, { always: 'a' }],
    [
      { excludedAttributes: [`${X}:cards.number`, `${X}:mixed`] },
      { always: 'a', tags, cards: [{ value: 'v' }, { value: 'w' }] },
    ],
    [
      { excludedAttributes: [`${X}:always`, `${X}:tags`] },
      { always: 'a', mixed: { default: 'd' }, cards },
    ],
  ])('with %j', (request, expected) => {
    expect(shown(request)).toStrictEqual(expected);
  });

  test('an empty list stays, and so do values that are no objects', () => {
    const projection = new Projection(USER_WITH_X);
    const resource = { emails: [], roles: ['text'], [X]: { seat: 'text' } };
    expect(projection.apply(resource)).toStrictEqual(resource);
    expect(projection.apply({ [X]: 'text', name: { unknown: 1 } })).toStrictEqual({});
  });

  test('unknown attributes are not shown', () => {
    expect(new Projection(USER_WITH_X).shows('nosuch')).toBe(false);
    expect(new Projection(USER_WITH_X).shows(X)).toBe(false);
    expect(new Projection(USER_WITH_X).shows('password')).toBe(false);
  });
});
