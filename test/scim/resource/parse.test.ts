import fc from 'fast-check';
import { ScimError } from '../../../scim/errors/scim-error';
import { parseResource } from '../../../scim/resource/parse';
import { ENTERPRISE_USER_URN } from '../../../scim/schema/enterprise-user';
import { GROUP, USER } from '../../../scim/schema/resource-type';
import { USER_URN } from '../../../scim/schema/user';
import { runs } from '../../support/runs';

const minimal = { schemas: [USER_URN], userName: 'a' };

test('names get their canonical case; readOnly, unknown and password values are dropped', () => {
  const body = {
    ...minimal,
    SCHEMAS: undefined,
    USERNAME: undefined,
    id: 'x',
    meta: { resourceType: 'User' },
    groups: [{ value: 'g' }],
    nosuch: 1,
    EMAILS: [{ VALUE: 'a@b', Primary: true, nosuch: 1 }],
    [ENTERPRISE_USER_URN.toUpperCase()]: {
      Department: 'D',
      manager: { value: 'm', displayName: 'readOnly' },
    },
    password: 'N3verStored!',
  };
  expect(parseResource(USER, JSON.parse(JSON.stringify(body)))).toEqual({
    userName: 'a',
    emails: [{ value: 'a@b', primary: true }],
    [ENTERPRISE_USER_URN]: { department: 'D', manager: { value: 'm' } },
  });
});

test('null, empty lists and empty objects count as unassigned (RFC 7643 section 2.5)', () => {
  const body = {
    ...minimal,
    title: null,
    emails: [],
    name: {},
    roles: [null, {}],
    [ENTERPRISE_USER_URN]: { manager: null },
  };
  expect(parseResource(USER, body)).toEqual({ userName: 'a' });
});

test('duplicate values are kept only once', () => {
  const emails = [
    { value: 'a', type: 'work' },
    { value: 'a', type: 'work', primary: true },
    { value: 'a', type: 'home' },
  ];
  expect(parseResource(USER, { ...minimal, emails })).toHaveProperty('emails', [
    { value: 'a', type: 'work', primary: true },
    { value: 'a', type: 'home' },
  ]);
});

test('duplicates without a "value" are removed, even among thousands of elements', () => {
  const addresses = Array.from({ length: 8000 }, (_, index) => ({
    locality: `d${index % 4000}`,
    type: 'x',
  }));
  expect(parseResource(USER, { ...minimal, addresses })['addresses']).toHaveLength(4000);
});

test.each([
  [null, 'invalidSyntax', 'JSON object'],
  [[], 'invalidSyntax', 'JSON object'],
  [{ userName: 'a' }, 'invalidSyntax', '"schemas"'],
  [{ schemas: [], userName: 'a' }, 'invalidSyntax', '"schemas"'],
  [{ schemas: [ENTERPRISE_USER_URN], userName: 'a' }, 'invalidSyntax', USER_URN],
  [{ schemas: [USER_URN, 'urn:other'], userName: 'a' }, 'invalidValue', 'urn:other'],
  [{ schemas: [USER_URN] }, 'invalidValue', '"userName" is required'],
  [{ ...minimal, userName: '' }, 'invalidValue', '"userName" is required'],
  [{ ...minimal, active: 'true' }, 'invalidValue', '"active" must be true or false'],
  [{ ...minimal, emails: {} }, 'invalidValue', '"emails" must be an array'],
  [{ ...minimal, emails: ['a'] }, 'invalidValue', '"emails[0]" must be an object'],
  [{ ...minimal, emails: [{ value: 1 }] }, 'invalidValue', '"emails[0].value" must be a string'],
  [
    {
      ...minimal,
      emails: [
        { value: 'a', primary: true },
        { value: 'b', primary: true },
      ],
    },
    'invalidValue',
    'more than one primary',
  ],
  [{ ...minimal, name: 'a' }, 'invalidValue', '"name" must be an object'],
  [{ ...minimal, x509Certificates: [{ value: 'not base64!' }] }, 'invalidValue', 'base64'],
  [{ ...minimal, [ENTERPRISE_USER_URN]: 'x' }, 'invalidValue', 'must be an object'],
])('%j is rejected with %s, %s', (body, scimType, message) => {
  expect(() => parseResource(USER, body)).toThrow(
    expect.objectContaining({ status: 400, scimType }),
  );
  expect(() => parseResource(USER, body)).toThrow(message);
});

test('any body yields attributes or a ScimError and pollutes no prototype', () => {
  const names = [
    'userName',
    'emails',
    'name',
    '__proto__',
    'constructor',
    ENTERPRISE_USER_URN,
    'schemas',
    'members',
    'displayName',
  ];
  const body = fc.dictionary(fc.constantFrom(...names), fc.jsonValue({ maxDepth: 3 }));
  fc.assert(
    fc.property(body, fc.constantFrom(USER, GROUP), (sent, type) => {
      const json = JSON.parse(
        JSON.stringify({ schemas: [type.schema.id], userName: 'a', displayName: 'a', ...sent }),
      );
      try {
        const parsed = parseResource(type, json);
        expect(Object.getPrototypeOf(parsed)).toBe(Object.prototype);
        expect(Object.keys(parsed)).not.toContain('__proto__');
      } catch (error) {
        expect(error).toBeInstanceOf(ScimError);
      }
    }),
    { numRuns: runs(3000) },
  );
});
