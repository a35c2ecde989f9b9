import { GENERIC } from '../../idp/profiles/generic';
import { OKTA } from '../../idp/profiles/okta';
import {
  rewriteMessage,
  rewriteOperations,
  rewriteProjection,
  rewriteQuery,
  rewriteResource,
} from '../../idp/profiles/profile';
import { IDENTITY_PROVIDERS, profileOf } from '../../idp/profiles/registry';
import type { Rewriter } from '../../idp/rewriters/rewriter';
import { appRoles } from '../../idp/rewriters/app-roles';
import * as bodies from '../../idp/rewriters/bodies';
import * as filters from '../../idp/rewriters/filters';
import * as operations from '../../idp/rewriters/operations';
import * as paths from '../../idp/rewriters/paths-as-names';
import * as urns from '../../idp/rewriters/urns';
import * as values from '../../idp/rewriters/values';
import type { Json, JsonObject } from '../../scim/json';
import { ENTERPRISE_USER_URN as ENTERPRISE } from '../../scim/schema/enterprise-user';
import { GROUP, USER, type ResourceType } from '../../scim/schema/resource-type';
import { USER_URN } from '../../scim/schema/user';

/** Returns a profile that has only the given rewriters. */
function only(...rewriters: readonly Rewriter[]): typeof GENERIC {
  return { ...GENERIC, rewriters };
}

function operation(
  rewriter: Rewriter,
  sent: JsonObject,
  type: ResourceType = USER,
): readonly JsonObject[] {
  return rewriteOperations(only(rewriter), type, [sent]);
}

function resource(rewriter: Rewriter, sent: JsonObject, type: ResourceType = USER): Json {
  return rewriteResource(only(rewriter), type, sent);
}

function filter(rewriter: Rewriter, sent: string): string | undefined {
  return rewriteQuery(only(rewriter), USER, {
    filter: sent,
    startIndex: 1,
    count: 1,
    sort: undefined,
    cursor: undefined,
  }).filter;
}

describe('appRoles', () => {
  const text = '{"id":"1","value":"25","displayName":"Role1234"}';
  test.each<[string, Json, Json]>([
    ['JSON text', [{ value: text }], [{ value: '25', display: 'Role1234' }]],
    [
      'JSON text beside other members',
      [{ Value: text, primary: true, type: 't' }],
      [{ primary: true, type: 't', value: '25', display: 'Role1234' }],
    ],
    ['displayName', [{ value: 'a', displayName: 'A' }], [{ value: 'a', display: 'A' }]],
    [
      'display and displayName',
      [{ value: 'a', display: 'B', displayName: 'A' }],
      [{ value: 'a', display: 'B', displayName: 'A' }],
    ],
    ['plain text', [{ value: 'Admin' }], [{ value: 'Admin' }]],
    ['JSON text without a value', [{ value: '{"id":"1"}' }], [{ value: '{"id":"1"}' }]],
    ['what only looks like JSON', [{ value: '{x' }], [{ value: '{x' }]],
    ['an element without a value', [{ primary: true }], [{ primary: true }]],
  ])('reads %s', (_, sent, expected) => {
    for (const path of ['roles', 'entitlements']) {
      const operations = operation(appRoles, { op: 'add', path, value: sent });
      expect(operations).toEqual([{ op: 'add', path, value: expected }]);
      expect(resource(appRoles, { [path]: sent })).toEqual({ [path]: expected });
    }
    const emails = { op: 'add', path: 'emails', value: sent };
    expect(operation(appRoles, emails)).toEqual([emails]);
  });
});

describe('value rewriters', () => {
  // Entra ID without the flag aadOptscim062020, "Disable user" (entra-docs,
  // application-provisioning-config-problem-scim-compatibility.md).
  test('quotedBooleans converts "True" and "False" of boolean attributes', () => {
    const { quotedBooleans } = values;
    expect(operation(quotedBooleans, { op: 'replace', path: 'active', value: 'False' })).toEqual([
      { op: 'replace', path: 'active', value: false },
    ]);
    expect(
      operation(quotedBooleans, { op: 'replace', value: { active: 'True', title: 'True' } }),
    ).toEqual([{ op: 'replace', value: { active: true, title: 'True' } }]);
    expect(
      operation(quotedBooleans, { op: 'add', path: 'roles[type eq "x"].primary', value: 'true' }),
    ).toEqual([{ op: 'add', path: 'roles[type eq "x"].primary', value: true }]);
    expect(
      resource(quotedBooleans, { active: 'True', emails: [{ Primary: 'FALSE', value: 'true' }] }),
    ).toEqual({
      active: true,
      emails: [{ Primary: false, value: 'true' }],
    });
    expect(resource(quotedBooleans, { active: 'yes' })).toEqual({ active: 'yes' });
  });

  test('numbersForText converts numbers of string attributes to strings', () => {
    expect(
      resource(values.numbersForText, {
        externalId: 5,
        emails: [{ value: 1, primary: true }],
        active: 1,
      }),
    ).toEqual({
      externalId: '5',
      emails: [{ value: '1', primary: true }],
      active: 1,
    });
  });

  // pranems/SCIMServer, docs/MANAGER_PATCH_STRING_COERCION.md; Okta OIN QA plan, C9337.
  test('emptyStrings replaces empty strings with null', () => {
    const { emptyStrings } = values;
    expect(
      operation(emptyStrings, { op: 'replace', path: `${ENTERPRISE}:manager`, value: '' }),
    ).toEqual([{ op: 'replace', path: `${ENTERPRISE}:manager`, value: null }]);
    expect(resource(emptyStrings, { title: '', name: { middleName: '', givenName: 'a' } })).toEqual(
      {
        title: null,
        name: { middleName: null, givenName: 'a' },
      },
    );
  });

  // Captain-P-Goldfish/SCIM-SDK, MsAzurePatchComplexValueRebuilder; AzureAD/SCIMReferenceCode,
  // "Group tests with garbage".
  test('bareValues wraps bare strings of complex attributes in objects', () => {
    const { bareValues } = values;
    expect(operation(bareValues, { op: 'add', path: `${ENTERPRISE}:manager`, value: 'M' })).toEqual(
      [{ op: 'add', path: `${ENTERPRISE}:manager`, value: { value: 'M' } }],
    );
    expect(operation(bareValues, { op: 'add', path: 'members', value: 'A' }, GROUP)).toEqual([
      { op: 'add', path: 'members', value: [{ value: 'A' }] },
    ]);
    expect(
      operation(bareValues, { op: 'add', path: 'members', value: ['A', { value: 'B' }] }, GROUP),
    ).toEqual([{ op: 'add', path: 'members', value: [{ value: 'A' }, { value: 'B' }] }]);
    expect(resource(bareValues, { emails: ['a@b'], name: 'x', title: 't' })).toEqual({
      emails: [{ value: 'a@b' }],
      name: 'x',
      title: 't',
    });
  });

  // entra-docs, use-scim-to-provision-users-and-groups.md, Example 5.
  test('listOrSingle adds or removes the list around a single value', () => {
    const { listOrSingle } = values;
    const value = [{ $ref: 'http://example/scim/Users/M', value: 'M' }];
    expect(operation(listOrSingle, { op: 'add', path: `${ENTERPRISE}:manager`, value })).toEqual([
      { op: 'add', path: `${ENTERPRISE}:manager`, value: value[0] },
    ]);
    expect(
      resource(listOrSingle, { emails: { value: 'a@b' }, title: ['t'], nickName: ['a', 'b'] }),
    ).toEqual({
      emails: [{ value: 'a@b' }],
      title: 't',
      nickName: ['a', 'b'],
    });
    expect(
      operation(listOrSingle, {
        op: 'replace',
        path: 'emails[type eq "work"]',
        value: { value: 'a' },
      }),
    ).toEqual([{ op: 'replace', path: 'emails[type eq "work"]', value: { value: 'a' } }]);
  });
});

describe('body rewriters', () => {
  // entra-docs, "Create Group" and Example 2; boxyhq/jackson, user-requests.ts (PATCH without
  // schemas); JumpCloud (names only the extension).
  test('schemasAsKnown replaces missing, unknown and misspelled schemas', () => {
    const { schemasAsKnown } = bodies;
    const adscim = 'http://schemas.microsoft.com/2006/11/ResourceManagement/ADSCIM/2.0/Group';
    expect(resource(schemasAsKnown, { schemas: [GROUP.schema.id, adscim] }, GROUP)).toEqual({
      schemas: [GROUP.schema.id],
    });
    expect(
      resource(schemasAsKnown, {
        schemas: ['urn:ietf:params:scim:schemas:extension:enterprise:2.0User'],
      }),
    ).toEqual({
      schemas: [USER_URN],
    });
    expect(resource(schemasAsKnown, { Schemas: [ENTERPRISE.toUpperCase()] })).toEqual({
      schemas: [USER_URN, ENTERPRISE],
    });
    expect(rewriteMessage(only(schemasAsKnown), { Operations: [] })).toEqual({
      Operations: [],
      schemas: ['urn:ietf:params:scim:api:messages:2.0:PatchOp'],
    });
  });

  // entra-docs, use-scim-to-provision-users-and-groups.md, Examples 2, 4 and 5.
  test('unqualifiedExtensionAttributes adds the URN of the extension', () => {
    const { unqualifiedExtensionAttributes: rewriter } = bodies;
    expect(resource(rewriter, { userName: 'a', department: 'D', manager: null })).toEqual({
      userName: 'a',
      [ENTERPRISE]: { department: 'D', manager: null },
    });
    expect(resource(rewriter, { department: 'D', [ENTERPRISE]: { department: 'E' } })).toEqual({
      [ENTERPRISE]: { department: 'E' },
    });
    expect(operation(rewriter, { op: 'add', path: 'manager', value: 'M' })).toEqual([
      { op: 'add', path: `${ENTERPRISE}:manager`, value: 'M' },
    ]);
    expect(operation(rewriter, { op: 'add', path: 'title', value: 't' })).toEqual([
      { op: 'add', path: 'title', value: 't' },
    ]);
    expect(filter(rewriter, 'manager eq "M" and id eq "I"')).toBe(
      `${ENTERPRISE}:manager eq "M" and id eq "I"`,
    );
    expect(
      rewriteProjection(only(rewriter), USER, { attributes: ['department', 'title'] }),
    ).toEqual({
      attributes: [`${ENTERPRISE}:department`, 'title'],
    });
  });

  // Entra ID with the flag aadOptscim062020 (entra-docs,
  // application-provisioning-config-problem-scim-compatibility.md);
  // Captain-P-Goldfish/SCIM-SDK issue 193.
  test('pathsAsNames expands property names that are paths', () => {
    const { pathsAsNames } = paths;
    const value = {
      displayName: 'Bjfe',
      'name.givenName': 'Kkom',
      'name.familyName': 'Unua',
      [`${ENTERPRISE}:employeeNumber`]: 'Aklq',
      [`${ENTERPRISE}:manager.value`]: 'M',
      [ENTERPRISE]: { department: 'D' },
    };
    expect(operation(pathsAsNames, { op: 'replace', value })).toEqual([
      { op: 'replace', value: { displayName: 'Bjfe', [ENTERPRISE]: { department: 'D' } } },
      { op: 'replace', path: 'name.givenName', value: 'Kkom' },
      { op: 'replace', path: 'name.familyName', value: 'Unua' },
      { op: 'replace', path: `${ENTERPRISE}:employeeNumber`, value: 'Aklq' },
      { op: 'replace', path: `${ENTERPRISE}:manager.value`, value: 'M' },
    ]);
    expect(
      operation(pathsAsNames, { op: 'add', value: { 'emails[type eq "work"].value': 'a' } }),
    ).toEqual([{ op: 'add', path: 'emails[type eq "work"].value', value: 'a' }]);
    expect(
      resource(pathsAsNames, {
        name: { familyName: 'f' },
        'name.givenName': 'g',
        [`${ENTERPRISE}:division`]: 'd',
      }),
    ).toEqual({
      name: { familyName: 'f', givenName: 'g' },
      [ENTERPRISE]: { division: 'd' },
    });
  });

  // AzureAD/SCIMReferenceCode, Postman collection, "Group tests".
  test('memberDisplayName copies the displayName of a member to display', () => {
    const sent = {
      op: 'add',
      path: 'members',
      value: [{ displayName: 'new User', value: 'A' }, { value: 'B' }],
    };
    expect(operation(bodies.memberDisplayName, sent, GROUP)).toEqual([
      {
        ...sent,
        value: [{ display: 'new User', displayName: 'new User', value: 'A' }, { value: 'B' }],
      },
    ]);
  });

  test('onePrimary clears "primary" on all but the first primary value', () => {
    expect(
      resource(bodies.onePrimary, {
        emails: [
          { value: 'a', primary: true },
          { value: 'b', primary: true },
        ],
      }),
    ).toEqual({
      emails: [
        { value: 'a', primary: true },
        { value: 'b', primary: false },
      ],
    });
  });
});

describe('operation rewriters', () => {
  test('operationMembers fixes the case of names, drops unknown names and empty paths', () => {
    const sent = { Op: 'add', PATH: 'title', Value: 't', name: 'addMember' };
    expect(operation(operations.operationMembers, sent)).toEqual([
      { op: 'add', path: 'title', value: 't' },
    ]);
    expect(operation(operations.operationMembers, { op: 'add', path: '', value: {} })).toEqual([
      { op: 'add', value: {} },
    ]);
  });

  // entra-docs, use-scim-to-provision-users-and-groups.md, "Update User".
  test('capitalizedOperations converts op to lower case', () => {
    expect(
      operation(operations.capitalizedOperations, { op: 'Replace', path: 'title', value: 't' }),
    ).toEqual([{ op: 'replace', path: 'title', value: 't' }]);
  });

  // okta-developer-docs, reference/scim/scim-20, "Update a specific group name".
  test('readOnlyBesideChanges drops readOnly attributes if there is no path', () => {
    expect(
      operation(
        operations.readOnlyBesideChanges,
        { op: 'replace', value: { id: 'G', displayName: 'N' } },
        GROUP,
      ),
    ).toEqual([{ op: 'replace', value: { displayName: 'N' } }]);
    const direct = { op: 'replace', path: 'id', value: 'x' };
    expect(operation(operations.readOnlyBesideChanges, direct)).toEqual([direct]);
  });
});

describe('filter rewriters', () => {
  // entra-docs, Example 1; AzureAD/SCIMReferenceCode, Postman collection, "User tests with
  // garbage".
  test.each([
    ['externalId eq jyoung', 'externalId eq "jyoung"'],
    ['id eq 0190-a and manager eq 0190-b', 'id eq "0190-a" and manager eq "0190-b"'],
    [
      'name.FamilyName eq Employee and (emails.Value co example.com or emails.Value co b.example)',
      'name.FamilyName eq "Employee" and ' +
        '(emails.Value co "example.com" or emails.Value co "b.example")',
    ],
    [
      'meta.Created gt 2015-10-10T14:38:21.8617979-07:00',
      'meta.Created gt "2015-10-10T14:38:21.8617979-07:00"',
    ],
    ['userName eq "a eq b" and active eq true', 'userName eq "a eq b" and active eq true'],
    ['emails[type eq work].value eq a@b.c', 'emails[type eq "work"].value eq "a@b.c"'],
    ['externalId eq 0012345', 'externalId eq "0012345"'],
    ['userName eq 9007199254740993', 'userName eq "9007199254740993"'],
    ['externalId eq null', 'externalId eq null'],
    ["userName eq 'b jensen'", 'userName eq "b jensen"'],
    [String.raw`userName eq 'O\'Neil "x"'`, String.raw`userName eq "O'Neil \"x\""`],
    [String.raw`emails[type eq 'a\"b']`, String.raw`emails[type eq "a\"b"]`],
    ["userName eq O'Neil", `userName eq "O'Neil"`],
    ["userName eq 'O'Neil'", `userName eq "O'Neil"`],
    ["userName eq 'O Neil", "userName eq 'O Neil"],
    ['userName eq “bjensen”', 'userName eq “bjensen”'],
    ['userName eq "bjensen', 'userName eq "bjensen'],
  ])('unquotedFilterValues quotes bare values: %s', (sent, expected) => {
    expect(filter(filters.unquotedFilterValues, sent)).toBe(expected);
    const path = `x[${sent}]`;
    expect(operation(filters.unquotedFilterValues, { op: 'add', path })).toEqual([
      { op: 'add', path: `x[${expected}]` },
    ]);
  });

  // entra-docs, customize-application-attributes.md.
  test('literalsOfOtherTypes converts literals to the type of the attribute', () => {
    const { literalsOfOtherTypes } = filters;
    expect(filter(literalsOfOtherTypes, 'active eq "True" and externalId eq 4711')).toBe(
      'active eq true and externalId eq "4711"',
    );
    expect(filter(literalsOfOtherTypes, 'roles[primary eq "True" and value eq "true"]')).toBe(
      'roles[primary eq true and value eq "true"]',
    );
    expect(
      operation(literalsOfOtherTypes, {
        op: 'replace',
        path: 'roles[primary eq "True"].value',
        value: 'A',
      }),
    ).toEqual([{ op: 'replace', path: 'roles[primary eq true].value', value: 'A' }]);
    expect(filter(literalsOfOtherTypes, 'active eq "true" and (')).toBe('active eq "true" and (');
  });

  // AzureAD/SCIMReferenceCode, Postman collection, "ComplexAttribute tests".
  test('filteredProjection strips value filters from attribute names', () => {
    expect(
      rewriteProjection(only(filters.filteredProjection), USER, {
        attributes: ['emails[type eq "work"]', 'id'],
      }),
    ).toEqual({
      attributes: ['emails', 'id'],
    });
  });
});

describe('profiles', () => {
  test('use only rewriters of the modules that this file tests', () => {
    const tested = [{ appRoles }, values, bodies, operations, filters, paths, urns].flatMap(
      (module) => Object.values(module),
    );
    const used = IDENTITY_PROVIDERS.flatMap((name) => profileOf(name).rewriters);
    expect(used.filter((rewriter) => !tested.includes(rewriter))).toEqual([]);
  });
  test('have the name that connections are created with', () => {
    expect(IDENTITY_PROVIDERS.map((name) => profileOf(name).name)).toEqual(IDENTITY_PROVIDERS);
  });
  test('rfc has no rewriters', () => {
    expect(profileOf('rfc').rewriters).toEqual([]);
  });
  test('an unknown name falls back to generic', () => {
    expect(profileOf('nosuch')).toBe(GENERIC);
  });
  test('PATCH returns the resource with okta and no content with entra', () => {
    expect([OKTA.patchAnswer, profileOf('entra').patchAnswer]).toEqual(['resource', 'noContent']);
  });
  test('bodies that are not objects stay unchanged', () => {
    expect(rewriteResource(GENERIC, USER, [1])).toEqual([1]);
    expect(rewriteMessage(GENERIC, 'x')).toBe('x');
  });
  test('a property named __proto__ stays an ordinary property', () => {
    const body: Json = JSON.parse('{"__proto__": {"polluted": true}, "userName": "a"}');
    const rewritten = rewriteResource(GENERIC, USER, body);
    expect(Object.getPrototypeOf(rewritten)).toBe(Object.prototype);
    expect(({} as Record<string, unknown>)['polluted']).toBeUndefined();
  });
});
