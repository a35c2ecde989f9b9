import fc from 'fast-check';
import { ScimError } from '../../../scim/errors/scim-error';
import type { JsonObject } from '../../../scim/json';
import { applyPatch } from '../../../scim/patch/apply';
import { parseOperations } from '../../../scim/patch/request';
import { parseResource, type Attributes } from '../../../scim/resource/parse';
import { ENTERPRISE_USER_URN as ENTERPRISE } from '../../../scim/schema/enterprise-user';
import { USER } from '../../../scim/schema/resource-type';
import { USER_URN } from '../../../scim/schema/user';
import { runs } from '../../support/runs';

const work = { value: 'w@example.com', type: 'work', primary: true };
const home = { value: 'h@example.com', type: 'home' };
const stored: Attributes = {
  userName: 'bjensen',
  name: { familyName: 'Jensen', givenName: 'Barbara' },
  active: true,
  emails: [work, home],
  [ENTERPRISE]: { department: 'Tours', manager: { value: 'M1' } },
};

function patch(
  operations: readonly JsonObject[],
  before: Attributes = stored,
  tolerant = true,
): Attributes {
  const readOnly = { id: 'ID', groups: [{ value: 'G1' }], meta: { resourceType: 'User' } };
  return applyPatch(
    USER,
    before,
    parseOperations(USER, operations, { tolerant }),
    { tolerant },
    readOnly,
  );
}

function refusal(operations: readonly JsonObject[], tolerant = false): string | undefined {
  try {
    patch(operations, stored, tolerant);
    return undefined;
  } catch (error) {
    return error instanceof ScimError ? `${error.status} ${error.scimType ?? ''}` : String(error);
  }
}

describe('add (RFC 7644 section 3.5.2.1)', () => {
  test('sets a simple attribute, ignoring the case of its name', () => {
    expect(patch([{ op: 'add', path: 'NICKNAME', value: 'Babs' }])['nickName']).toBe('Babs');
  });
  test('appends values to a multi-valued attribute and skips duplicates', () => {
    const added = { value: 'o@example.com', type: 'other' };
    expect(patch([{ op: 'add', path: 'emails', value: [added, home] }])['emails']).toEqual([
      work,
      home,
      added,
    ]);
    expect(patch([{ op: 'add', path: 'emails', value: added }])['emails']).toEqual([
      work,
      home,
      added,
    ]);
  });
  test('clears "primary" on the other values when a value becomes primary', () => {
    const added = { value: 'o@example.com', primary: true };
    expect(patch([{ op: 'add', path: 'emails', value: [added] }])['emails']).toEqual([
      { ...work, primary: false },
      home,
      added,
    ]);
    expect(
      patch([{ op: 'replace', path: 'emails[type eq "home"].primary', value: true }])['emails'],
    ).toEqual([
      { ...work, primary: false },
      { ...home, primary: true },
    ]);
  });
  test('adds sub-attributes to a complex attribute and keeps the others', () => {
    expect(patch([{ op: 'add', path: 'name', value: { middleName: 'Jane' } }])['name']).toEqual({
      familyName: 'Jensen',
      givenName: 'Barbara',
      middleName: 'Jane',
    });
  });
  test('adds each known attribute of the value if there is no path', () => {
    const value = {
      nickName: 'Babs',
      emails: [home],
      [ENTERPRISE]: { costCenter: '7' },
      unknown: 1,
    };
    expect(patch([{ op: 'add', value }])).toEqual({
      ...stored,
      nickName: 'Babs',
      [ENTERPRISE]: { department: 'Tours', manager: { value: 'M1' }, costCenter: '7' },
    });
  });
  test('accepts paths that start with a schema URN', () => {
    expect(
      patch([{ op: 'add', path: `${ENTERPRISE}:manager.value`, value: 'M2' }])[ENTERPRISE],
    ).toEqual({
      department: 'Tours',
      manager: { value: 'M2' },
    });
    expect(
      patch([{ op: 'add', path: `${USER_URN}:name.givenName`, value: 'B' }])['name'],
    ).toMatchObject({
      givenName: 'B',
    });
    expect(
      patch([{ op: 'add', path: ENTERPRISE, value: { division: 'D' } }])[ENTERPRISE],
    ).toMatchObject({
      department: 'Tours',
      division: 'D',
    });
  });
  test('creates the value that an unmatched path describes; later operations match it', () => {
    const operations = [
      { op: 'add', path: 'addresses[type eq "work"].postalCode', value: '94105' },
      { op: 'replace', path: 'addresses[type eq "work"].formatted', value: 'Main St' },
      { op: 'add', path: 'addresses[type eq "work" and primary eq true].country', value: 'US' },
    ];
    expect(patch(operations)['addresses']).toEqual([
      { type: 'work', postalCode: '94105', formatted: 'Main St' },
      { type: 'work', primary: true, country: 'US' },
    ]);
  });
});

describe('replace (RFC 7644 section 3.5.2.3)', () => {
  test('replaces all values of a multi-valued attribute', () => {
    expect(patch([{ op: 'replace', path: 'emails', value: [home] }])['emails']).toEqual([home]);
    expect(patch([{ op: 'replace', path: 'emails', value: [] }])).not.toHaveProperty('emails');
  });
  test('sets the given sub-attributes, keeps the others and removes those that are null', () => {
    expect(
      patch([{ op: 'replace', path: 'name', value: { givenName: 'B', familyName: null } }])['name'],
    ).toEqual({
      givenName: 'B',
    });
    expect(patch([{ op: 'replace', path: 'name.givenName', value: null }])['name']).toEqual({
      familyName: 'Jensen',
    });
  });
  test('replaces the value that a value path selects, or one of its sub-attributes', () => {
    expect(
      patch([{ op: 'replace', path: 'emails[type eq "work"].value', value: 'n@example.com' }])[
        'emails'
      ],
    ).toEqual([{ ...work, value: 'n@example.com' }, home]);
    const value = { value: 'n@example.com', type: 'other' };
    expect(patch([{ op: 'replace', path: 'emails[type eq "work"]', value }])['emails']).toEqual([
      value,
      home,
    ]);
  });
  test('fails with noTarget if no value matches, except by tolerant rules', () => {
    const operation = { op: 'replace', path: 'phoneNumbers[type eq "work"].value', value: '1' };
    expect(refusal([operation])).toBe('400 noTarget');
    expect(patch([operation])['phoneNumbers']).toEqual([{ type: 'work', value: '1' }]);
    expect(refusal([{ ...operation, path: 'phoneNumbers[type ne "work"].value' }], true)).toBe(
      '400 noTarget',
    );
  });
});

describe('remove (RFC 7644 section 3.5.2.2)', () => {
  test.each([
    ['nickName', stored],
    ['emails[type eq "home"]', { ...stored, emails: [work] }],
    ['emails[type eq "none"]', stored],
    [
      'emails[type eq "work"].primary',
      { ...stored, emails: [{ value: 'w@example.com', type: 'work' }, home] },
    ],
    ['name.givenName', { ...stored, name: { familyName: 'Jensen' } }],
    [`${ENTERPRISE}:manager`, { ...stored, [ENTERPRISE]: { department: 'Tours' } }],
    [
      `${ENTERPRISE.toUpperCase()}:Department`,
      { ...stored, [ENTERPRISE]: { manager: { value: 'M1' } } },
    ],
  ])('removes the values that %s selects', (path, expected) => {
    expect(patch([{ op: 'remove', path }])).toEqual(expected);
  });
  test('removes a whole extension, and an extension that loses its last attribute', () => {
    const { [ENTERPRISE]: _, ...core } = stored;
    expect(patch([{ op: 'remove', path: ENTERPRISE }])).toEqual(core);
    expect(
      patch([
        { op: 'remove', path: `${ENTERPRISE}:department` },
        { op: 'remove', path: `${ENTERPRISE}:manager` },
      ]),
    ).toEqual(core);
  });
  test('removes all values of a multi-valued attribute', () => {
    expect(patch([{ op: 'remove', path: 'emails' }])).not.toHaveProperty('emails');
  });
});

describe('validation', () => {
  test.each([
    [{ op: 'remove' }, '400 noTarget'],
    [{ op: 'add', path: 'nosuch', value: 1 }, '400 invalidPath'],
    [{ op: 'add', path: 'name.nosuch', value: 1 }, '400 invalidPath'],
    [{ op: 'add', path: 'emails[', value: 1 }, '400 invalidPath'],
    [{ op: 'add', path: 'emails[type eq "work"]value', value: 1 }, '400 invalidPath'],
    [{ op: 'add', path: 'emails[nosuch eq "a"].value', value: 1 }, '400 invalidPath'],
    [{ op: 'add', path: '__proto__.polluted', value: 1 }, '400 invalidPath'],
    [{ op: 'add', path: 'constructor', value: 1 }, '400 invalidPath'],
    [{ op: 'add', path: 'name.__proto__', value: {} }, '400 invalidPath'],
    [{ op: 'add', path: 'active', value: 'yes' }, '400 invalidValue'],
    [{ op: 'add', path: 'active' }, '400 invalidValue'],
    [{ op: 'add', value: 'x' }, '400 invalidValue'],
    [
      {
        op: 'add',
        path: 'emails',
        value: [
          { value: 'a', primary: true },
          { value: 'b', primary: true },
        ],
      },
      '400 invalidValue',
    ],
    [{ op: 'replace', path: 'emails[value pr].primary', value: true }, '400 invalidValue'],
    [{ op: 'replace', path: 'userName', value: null }, '400 invalidValue'],
    [{ op: 'replace', path: 'userName', value: ' ' }, '400 invalidValue'],
    [{ op: 'move', path: 'userName', value: 'x' }, '400 invalidSyntax'],
    [{ op: 'remove', path: 'userName' }, '400 mutability'],
    [{ op: 'remove', path: 'schemas' }, '400 mutability'],
    [{ op: 'remove', path: 'emails', value: [{ value: 'a' }] }, '400 invalidValue'],
    [{ op: 'replace', path: 'title', value: '\ud800' }, '400 invalidValue'],
    [{ op: 'replace', path: 'id', value: 'other' }, '400 mutability'],
    [{ op: 'replace', value: { id: 'other' } }, '400 mutability'],
    [{ op: 'remove', path: 'meta' }, '400 mutability'],
    [{ op: 'replace', path: 'meta.created', value: 'x' }, '400 mutability'],
    [{ op: 'add', path: `${ENTERPRISE}:manager.displayName`, value: 'x' }, '400 mutability'],
  ])('rejects %j with %s', (operation, expected) => {
    expect(refusal([operation])).toBe(expected);
  });

  test('accepts readOnly values that are sent back unchanged', () => {
    expect(patch([{ op: 'replace', value: { id: 'ID', nickName: 'B' } }])).toEqual({
      ...stored,
      nickName: 'B',
    });
    expect(patch([{ op: 'replace', path: 'meta.resourceType', value: 'User' }])).toEqual(stored);
  });

  test('applies no operation if one of them fails', () => {
    const operations = [
      { op: 'replace', path: 'nickName', value: 'B' },
      { op: 'replace', path: 'active', value: 'B' },
    ];
    expect(refusal(operations)).toBe('400 invalidValue');
    expect(stored).not.toHaveProperty('nickName');
  });

  test('validates a password and discards it', () => {
    expect(patch([{ op: 'replace', value: { password: 'N3verStored!' } }])).toEqual(stored);
    expect(refusal([{ op: 'replace', path: 'password', value: 1 }])).toBe('400 invalidValue');
  });
});

describe('schemas', () => {
  test('are derived from the stored attributes; patching them has no effect', () => {
    expect(patch([{ op: 'add', path: 'schemas', value: ['urn:x:y'] }])).toEqual(stored);
    expect(patch([{ op: 'replace', value: { schemas: [USER_URN], nickName: 'B' } }])).toEqual({
      ...stored,
      nickName: 'B',
    });
  });
});

describe('properties', () => {
  const paths = fc.constantFrom(
    'userName', 'name', 'name.givenName', 'emails', 'emails.value', 'emails[type eq "work"]',
    'emails[type eq "work"].value', 'emails[primary eq true].type', 'active',
    'addresses[type eq "x" and primary eq true].country', ENTERPRISE, `${ENTERPRISE}:manager`,
    `${ENTERPRISE}:manager.value`, 'roles', 'id', 'meta', 'groups', '__proto__',
    'constructor.prototype', 'emails[__proto__ eq 1]', '', '[', 'x509Certificates', 'password',
    'schemas',
  ); // prettier-ignore
  const json = fc.oneof(
    fc.jsonValue({ maxDepth: 3 }),
    fc.constantFrom<unknown>(
      [{ value: 'a', type: 'work' }],
      { value: 'a', primary: true },
      JSON.parse(
        '{"__proto__": {"polluted": true}, "constructor": {"prototype": {"polluted": true}}}',
      ),
      { name: { givenName: 'x' }, emails: null },
    ),
  );
  const operations = fc.array(
    fc.record(
      { op: fc.constantFrom('add', 'replace', 'remove', 'x'), path: paths, value: json },
      { requiredKeys: ['op'] },
    ),
    { maxLength: 6 },
  );

  test('any operations yield a valid user or a ScimError and pollute no prototype', () => {
    fc.assert(
      fc.property(operations, (sent) => {
        try {
          const result = patch(sent as JsonObject[]);
          // The result must be a user that a POST would accept.
          expect(parseResource(USER, { schemas: [USER_URN], ...result })).toEqual(result);
        } catch (error) {
          expect(error).toBeInstanceOf(ScimError);
        }
        expect(({} as Record<string, unknown>)['polluted']).toBeUndefined();
        expect(Object.getPrototypeOf(stored)).toBe(Object.prototype);
      }),
      { numRuns: runs(5000) },
    );
  });

  test('adding an email address and removing it again restores the user', () => {
    fc.assert(
      fc.property(fc.string({ minLength: 1 }), (value) => {
        fc.pre(value !== work.value && value !== home.value);
        const added = patch([{ op: 'add', path: 'emails', value: [{ value, type: 'other' }] }]);
        const path = `emails[value eq ${JSON.stringify(value)} and type eq "other"]`;
        expect(patch([{ op: 'remove', path }], added)).toEqual(stored);
      }),
      { numRuns: runs(1000) },
    );
  });
});
