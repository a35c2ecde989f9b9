import fc from 'fast-check';
import type { StoredItem } from '../../directory/resources/resource-item';
import { bounded } from '../../events/data-size';
import { isMatch, profileOf } from '../../events/profile';
import type { JsonObject } from '../../scim/json';
import { ENTERPRISE_USER_URN } from '../../scim/schema/enterprise-user';
import { USER } from '../../scim/schema/resource-type';

const userWith = (attributes: JsonObject): StoredItem => ({
  id: 'id',
  created: '2026-01-01T00:00:00.000Z',
  lastModified: '2026-01-01T00:00:00.000Z',
  version: 'v',
  attributes,
  memberCount: 0,
  size: 0,
  sequence: 1,
  pendingIntent: undefined,
});

const SOURCE = { type: USER, mapping: [], roleRules: [] };
const emails = (...list: readonly JsonObject[]): JsonObject => ({ emails: list });

test.each([
  ['the primary address', emails({ value: 'a' }, { value: 'b', primary: true }), 'b'],
  ['else the one at work', emails({ value: 'a', type: 'home' }, { value: 'b', type: 'Work' }), 'b'],
  ['else the first', emails({ value: 'a', type: 'home' }, { value: 'b' }), 'a'],
  ['else userName, if it is an address', { userName: 'a@b.example' }, 'a@b.example'],
  ['else none', { userName: 'ann' }, undefined],
])('email is %s', (_, attributes, email) => {
  expect(profileOf(userWith(attributes), SOURCE)['email']).toBe(email);
});

test.each([
  [{ name: { givenName: 'A', familyName: 'B' } }, 'A B'],
  [{ name: { formatted: 'Dr. A B', givenName: 'A' } }, 'Dr. A B'],
  [{ displayName: 'Ann', name: { formatted: 'x' } }, 'Ann'],
  [{}, undefined],
])('displayName of %j is %p', (attributes, name) => {
  expect(profileOf(userWith(attributes), SOURCE)['displayName']).toBe(name);
});

test('a user without anything has an id, and is active without roles', () => {
  expect(profileOf(userWith({}), SOURCE)).toEqual({
    id: 'id',
    active: true,
    roles: [],
    custom: {},
  });
});

test('the same user and mapping always give the same profile, whatever the values are', () => {
  const text = fc.string({ unit: 'grapheme', maxLength: 20 });
  const attributes = fc.record(
    {
      userName: text,
      active: fc.boolean(),
      externalId: text,
      name: fc.record({ givenName: text, familyName: text }, { requiredKeys: [] }),
      emails: fc.array(fc.record({ value: text, primary: fc.boolean() })),
      roles: fc.array(fc.record({ value: text })),
      [ENTERPRISE_USER_URN]: fc.record({ department: text, manager: fc.record({ value: text }) }),
    },
    { requiredKeys: [] },
  );
  const mapping = [
    { target: 'email', source: 'emails[primary eq true].value', transform: 'lower' as const },
    { target: 'team', source: [`${ENTERPRISE_USER_URN}:department`, 'title'], default: 'none' },
  ];
  fc.assert(
    fc.property(attributes, (each) => {
      const user = userWith(JSON.parse(JSON.stringify(each)) as JsonObject);
      const source = { ...SOURCE, mapping };
      const profile = profileOf(user, source);
      expect(profileOf(user, source)).toEqual(profile);
      expect(Object.values(profile)).not.toContain('');
      expect(profile['custom']).toHaveProperty('team');
    }),
  );
});

test.each([
  [{ match: 'displayName', equals: 'ADMINS' } as const, true],
  [{ match: 'displayName', prefix: 'adm' } as const, true],
  [{ match: 'displayName', equals: 'admin' } as const, false],
  [{ match: 'externalId', prefix: 'x' } as const, false],
  [{ match: 'id', equals: 'G1' } as const, false],
  [{ match: 'id', equals: 'g1' } as const, true],
])('the rule %j matches a group: %p', (rule, matches) => {
  const group = { id: 'g1', displayName: 'Admins', externalId: '' };
  expect(isMatch({ ...rule, role: 'r' }, group)).toBe(matches);
});

test('an event of any size fits into an entry of the bus, and keeps its ids', () => {
  const size = fc.integer({ min: 0, max: 400_000 });
  fc.assert(
    fc.property(size, size, size, (scim, previous, name) => {
      const event = bounded({
        id: '1',
        type: 'user.updated',
        connection: 'acme',
        subject: 'Users/1',
        time: '2026-01-01T00:00:00.000Z',
        data: { user: { id: '1' }, changed: ['title'] },
        personal: {
          user: { id: '1', title: 'ä'.repeat(name / 4), scim: { x: 'x'.repeat(scim) } },
          previous: { title: 'y'.repeat(previous) },
        },
      });
      const { data, personal } = event;
      const bytes = Buffer.byteLength(JSON.stringify([data, personal]));
      expect(bytes).toBeLessThan(250 * 1024);
      expect(data['user']).toEqual({ id: '1' });
      const isCut = scim + previous + name / 2 > 250 * 1024;
      if (isCut) expect(data['truncated']).toBe(true);
    }),
    { numRuns: 30 },
  );
});
