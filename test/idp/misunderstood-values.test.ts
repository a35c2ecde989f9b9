import { rewriteMessage, rewriteOperations, rewriteResource } from '../../idp/profiles/profile';
import { profileOf } from '../../idp/profiles/registry';
import { bindFilter } from '../../scim/filter/bind';
import { matches } from '../../scim/filter/evaluate';
import { parseFilter } from '../../scim/filter/parse';
import type { Json, JsonObject } from '../../scim/json';
import { applyPatch } from '../../scim/patch/apply';
import { parseOperations, readPatchMessage } from '../../scim/patch/request';
import { checkReplacement } from '../../scim/patch/understood';
import { parseResource } from '../../scim/resource/parse';
import { ENTERPRISE_USER_URN as ENTERPRISE } from '../../scim/schema/enterprise-user';
import { errorOf } from '../support/error-of';
import { USER_WITH_X as TYPE, X } from '../support/extension';

/* A value that is not understood must not remove what is stored. Found by attack. */

const GENERIC = profileOf('generic');

function put(sent: JsonObject): Json {
  const body = rewriteResource(GENERIC, TYPE, { userName: 'u', ...sent });
  const parsed = parseResource(TYPE, body);
  checkReplacement(TYPE, body, parsed);
  return parsed;
}

function patched(stored: JsonObject, operation: JsonObject, profile = GENERIC): JsonObject {
  const message = rewriteMessage(profile, {
    Operations: [operation],
    schemas: ['urn:ietf:params:scim:api:messages:2.0:PatchOp'],
  });
  const operations = rewriteOperations(profile, TYPE, readPatchMessage(message, profile));
  const { userName: _, ...after } = applyPatch(
    TYPE,
    { userName: 'u', ...stored },
    parseOperations(TYPE, operations, profile),
    profile,
  );
  return after;
}

const emails = [
  { value: 'a@x', type: 'work' },
  { value: 'b@x', type: 'home' },
];

describe('PUT refuses', () => {
  test.each<[JsonObject]>([
    [{ name: { first: 'A', last: 'B' } }],
    [{ name: '{"x": 1}' }],
    [{ name: [{ type: 'work' }] }],
    [{ manager: { id: 'm' } }],
    [{ [X]: { seat: { x: 'y' } } }],
    [{ department: 'x', [ENTERPRISE]: [{ employeeNumber: '7' }, { costCenter: 'C' }] }],
    [{ department: 'x', [ENTERPRISE]: 'employeeNumber=7' }],
    [{ emails: '{}' }],
    [{ emails: '[{}]' }],
    [{ emails: { x: [] } }],
    [{ emails: [{ x: [] }] }],
    [{ emails: [{ value: '', x: 'new' }] }],
  ])('%j', (body) => {
    expect(errorOf(() => put(body)).status).toBe(400);
  });

  test.each<[JsonObject, JsonObject]>([
    [{ name: { first: 'A', givenName: 'g' } }, { name: { givenName: 'g' } }],
    [{ name: {} }, {}],
    [{ name: { givenName: '' } }, {}],
    [{ [ENTERPRISE]: { manager: { displayName: 'Boss' } } }, {}],
    [{ emails: [] }, {}],
    [{ emails: [{ value: '', type: 'work' }] }, {}],
  ])('but not %j', (body, expected) => {
    expect(put(body)).toEqual({ userName: 'u', ...expected });
  });
});

describe('a removal does not remove all', () => {
  test.each<[JsonObject]>([
    [{ op: 'remove', path: 'emails', values: [{ value: 'a@x' }] }],
    [{ op: 'Remove', path: 'emails', filter: 'value eq "a@x"' }],
    [{ op: 'remove', path: 'emails', 'Value ': [{ value: 'a@x' }] }],
  ])('that names what to remove elsewhere: %j', (operation) => {
    for (const name of ['generic', 'rfc']) {
      const error = errorOf(() => patched({ emails }, operation, profileOf(name)));
      expect([error.status, error.scimType]).toEqual([400, 'invalidSyntax']);
    }
  });

  test('but may have the name that old clients send', () => {
    const operation = { op: 'remove', path: 'emails', name: 'removeEmails' };
    expect(patched({ emails }, operation)).toEqual({});
  });

  test.each<[string, Json]>([
    [`${X}:tags`, { value: null }],
    [`${X}:tags`, { value: '', type: 'work' }],
    [`${X}:tags`, '{"value": ""}'],
    [`${X}:tags`, '{"tags": ""}'],
    ['emails', '{"emails": ""}'],
    ['name', 'x'],
    ['name', [{ value: 'n@x' }, { type: 'home' }]],
    [`${ENTERPRISE}:manager.value`, 'someone'],
    [`${ENTERPRISE}:manager`, 'someone'],
  ])('of %s by %j', (path, value) => {
    const stored = {
      emails,
      name: { givenName: 'g' },
      [ENTERPRISE]: { manager: { value: 'm' } },
      [X]: { tags: ['a', 'b'] },
    };
    let after: JsonObject = stored;
    try {
      after = patched(stored, { op: 'remove', path, value });
    } catch (error) {
      // It may be refused, too.
      expect(error).toMatchObject({ status: 400 });
    }
    expect(after).toEqual(stored);
  });

  test('removes what it names', () => {
    const stored = { [ENTERPRISE]: { manager: { value: 'm' } } };
    expect(
      patched(stored, { op: 'remove', path: `${ENTERPRISE}:manager.value`, value: 'M' }),
    ).toEqual(stored);
    expect(
      patched(stored, { op: 'remove', path: `${ENTERPRISE}:manager.value`, value: 'm' }),
    ).toEqual({});
    expect(patched(stored, { op: 'remove', path: 'manager', value: 'm' })).toEqual({});
  });
});

describe('a replacement', () => {
  test.each<[Json]>([[[{ value: null, x: 'new' }]], [{ value: '', x: 'new' }]])(
    'by %j is refused',
    (value) => {
      expect(
        errorOf(() => patched({ emails }, { op: 'replace', path: 'emails', value })).status,
      ).toBe(400);
    },
  );

  test('keeps the members beside a list as value', () => {
    const value = { value: ['n@x'], type: 'work' };
    expect(patched({ emails }, { op: 'replace', path: 'emails', value })).toEqual({
      emails: [{ value: 'n@x', type: 'work' }],
    });
  });

  test.each<[string, Json, JsonObject]>([
    ['emails[type eq "work"].type', 'other', { emails: [{ value: 'a@x', type: 'work' }] }],
    ['emails[display eq "d"].display', 'e', { emails: [{ value: 'a@x', display: 'd' }] }],
    [
      'addresses[type eq "work" and locality eq "L"].locality',
      'M',
      { addresses: [{ type: 'work', locality: 'L', region: 'R' }] },
    ],
  ])('of %s can be repeated', (path, value, stored) => {
    const operation = { op: 'replace', path, value };
    const once = patched(stored, operation);
    expect(patched(once, operation)).toEqual(once);
  });
});

describe('small requests cost little', () => {
  test('a text beyond ASCII is normalized once, however often a filter compares it', () => {
    const title = 'a\u0327\u0301'.repeat(100);
    const filter = Array.from({ length: 200 }, (_, index) => `title eq "x${index}"`).join(' or ');
    const bound = bindFilter(parseFilter(filter), TYPE);
    const normalize = jest.spyOn(String.prototype, 'normalize');
    expect(matches(bound, { title })).toBe(false);
    expect(normalize.mock.calls.length).toBeLessThan(5);
    normalize.mockRestore();
  });

  test('paths as names may not compare more elements than operations', () => {
    const filter = Array.from({ length: 400 }, () => 'type eq "b"').join(' and ');
    const paths = Array.from(
      { length: 3 },
      (_, index) => `emails[${filter} and value eq "${index}"].display`,
    );
    const body = (elements: number): JsonObject => ({
      emails: Array.from({ length: elements }, () => ({ type: 'a' })),
      ...Object.fromEntries(paths.map((path) => [path, 'x'])),
    });
    expect(() => rewriteResource(GENERIC, TYPE, body(100))).not.toThrow();
    expect(errorOf(() => rewriteResource(GENERIC, TYPE, body(4000))).status).toBe(413);
  });
});
