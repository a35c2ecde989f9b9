import {
  rewriteMessage,
  rewriteOperations,
  rewriteQuery,
  rewriteResource,
} from '../../idp/profiles/profile';
import { profileOf, type IdentityProvider } from '../../idp/profiles/registry';
import { ScimError } from '../../scim/errors/scim-error';
import { bindFilter } from '../../scim/filter/bind';
import { matches } from '../../scim/filter/evaluate';
import { parseFilter } from '../../scim/filter/parse';
import type { Json, JsonObject } from '../../scim/json';
import { parseListQuery } from '../../scim/list/query';
import { applyPatch } from '../../scim/patch/apply';
import { foldMembershipOperations, isMembersOperation } from '../../scim/patch/memberships';
import { parseOperations, readPatchMessage } from '../../scim/patch/request';
import { checkReplacement } from '../../scim/patch/understood';
import { parseResource, type Attributes } from '../../scim/resource/parse';
import { parseExtensionSchema } from '../../scim/schema/extension-schema';
import { ENTERPRISE_USER_URN as ENTERPRISE } from '../../scim/schema/enterprise-user';
import { GROUP, resourceTypesWith, type ResourceType } from '../../scim/schema/resource-type';

/*
 * Requests from public bug reports, captures and client libraries, each with what it must mean. The
 * whole way of a request is tested: rewriters, parser and PATCH.
 */

const CUSTOM = 'urn:example:2.0:User';
const extension = parseExtensionSchema(CUSTOM, {
  attributes: [
    { name: 'department_ids', multiValued: true },
    { name: 'level', type: 'integer' },
    { name: 'score', type: 'decimal' },
    { name: 'joined', type: 'dateTime' },
  ],
});
if ('problems' in extension) throw new Error(JSON.stringify(extension.problems));
const { user: USER } = resourceTypesWith([extension.schema]);

function created(
  body: JsonObject,
  identityProvider: IdentityProvider = 'generic',
  type: ResourceType = USER,
): Attributes {
  return parseResource(type, rewriteResource(profileOf(identityProvider), type, body));
}

function patched(
  operations: Json,
  stored: Attributes = {},
  identityProvider: IdentityProvider = 'generic',
): Attributes {
  const profile = profileOf(identityProvider);
  const message = readPatchMessage(rewriteMessage(profile, { Operations: operations }), profile);
  const rewritten = rewriteOperations(profile, USER, message);
  const before = { userName: 'u', ...stored };
  const { userName: _, ...after } = applyPatch(
    USER,
    before,
    parseOperations(USER, rewritten, profile),
    profile,
  );
  return after;
}

function membersAfter(operation: JsonObject, before: readonly string[]): readonly string[] {
  const profile = profileOf('generic');
  const operations = parseOperations(
    GROUP,
    rewriteOperations(profile, GROUP, [operation]),
    profile,
  );
  const current = before.map((value) => ({ value }));
  const { clear, add, remove } = foldMembershipOperations(
    operations.filter(isMembersOperation),
    current,
  );
  return [...before.filter((id) => !clear && !remove.has(id)), ...add.keys()];
}

function refusal(attempt: () => unknown): string {
  try {
    return JSON.stringify(attempt());
  } catch (error) {
    if (error instanceof ScimError) return `${error.status} ${error.scimType ?? ''}`.trim();
    throw error;
  }
}

function finds(
  filter: string,
  resource: Attributes,
  profile: IdentityProvider = 'generic',
): boolean {
  const query = rewriteQuery(profileOf(profile), USER, parseListQuery({ filter }));
  return matches(bindFilter(parseFilter(query.filter ?? ''), USER), resource);
}

const work = { type: 'work', value: 'w@x' };
const home = { type: 'home', value: 'h@x' };

describe('a value as JSON text (templates of Logic Apps and of connectors)', () => {
  test.each<[string, Json]>([
    ['a list as text', '[{"value":"b"}]'],
    ['an object as text', ' {"value":"b"}'],
    ['a list of texts', ['{"value":"b"}']],
    ['the attribute itself as object', { members: [{ value: 'b' }] }],
    ['the attribute itself as text', '{"Members":[{"value":"b"}]}'],
    ['a list within "value"', { value: [{ value: 'b' }] }],
  ])('%s replaces the members', (_name, value) => {
    expect(membersAfter({ op: 'replace', path: 'members', value }, ['a'])).toEqual(['b']);
  });

  test.each<[string, Json]>([
    ['broken text', '[{"value":"b"'],
    ['an element without a value', [{ value: '' }]],
    ['an element with another name', [{ id: 'b' }]],
  ])('%s does not empty the group', (_name, value) => {
    const replace = (): unknown => membersAfter({ op: 'replace', path: 'members', value }, ['a']);
    expect(refusal(replace)).toBe('400 invalidValue');
  });

  test('an object as text replaces a selected element', () => {
    const operation = { op: 'replace', path: 'emails[value eq "h@x"]' };
    const emails = [work, home];
    expect(patched([{ ...operation, value: '{"value":"n@x"}' }], { emails })['emails']).toEqual([
      work,
      { value: 'n@x' },
    ]);
    const broken = (): unknown => patched([{ ...operation, value: '{"value":' }], { emails });
    expect(refusal(broken)).toBe('400 invalidValue');
  });

  test('an operation without a path takes its attributes from text or a list', () => {
    expect(patched([{ op: 'replace', value: '{"active":false}' }])).toEqual({ active: false });
    // Captain-P-Goldfish/SCIM-SDK wraps the value in a list.
    expect(patched([{ op: 'add', value: [{ title: 't' }] }])).toEqual({ title: 't' });
    expect(patched([{ op: 'add', value: { [ENTERPRISE]: [{ division: 'd' }] } }])).toEqual({
      [ENTERPRISE]: { division: 'd' },
    });
    expect(patched([{ op: 'add', path: ENTERPRISE, value: [{ division: 'd' }] }])).toEqual({
      [ENTERPRISE]: { division: 'd' },
    });
    expect(created({ userName: 'u', [ENTERPRISE]: [{ division: 'd' }] })).toEqual({
      userName: 'u',
      [ENTERPRISE]: { division: 'd' },
    });
  });

  test.each<[string, JsonObject]>([
    ['unknown names only', { op: 'replace', path: 'emails', value: [{ address: 'n@x' }] }],
    ['no value', { op: 'replace', path: 'emails', value: [{ address: 'n@x', type: 'work' }] }],
    ['unknown names', { op: 'replace', path: 'emails[type eq "work"]', value: { mail: 'n@x' } }],
    ['no value in it', { op: 'replace', path: 'emails[type eq "work"]', value: { type: 'work' } }],
  ])('a replacement with %s is refused instead of removing what is there', (_name, operation) => {
    expect(refusal(() => patched([operation], { emails: [work] }))).toBe('400 invalidValue');
  });
});

describe('elements that lose their value (contract 16)', () => {
  test.each(['', null])('a value set to %j removes the element', (value) => {
    const path = 'emails[type eq "work"].value';
    const emails = [{ ...work, primary: true }, home];
    expect(patched([{ op: 'Replace', path, value }], { emails })).toEqual({ emails: [home] });
    expect(
      patched([{ op: 'replace', path: 'emails', value: [{ type: 'work', value }] }], { emails }),
    ).toEqual({});
    expect(created({ userName: 'u', emails: [{ type: 'work', value }, home] }, 'okta')).toEqual({
      userName: 'u',
      emails: [home],
    });
  });

  test('a removed value removes the element, and rfc keeps what is left', () => {
    const operations = [{ op: 'remove', path: 'emails[type eq "work"].value' }];
    expect(patched(operations, { emails: [work, home] })).toEqual({ emails: [home] });
    const strict = [{ schemas: [], op: 'remove', path: 'emails[type eq "work"].value' }];
    const rfc = parseOperations(USER, strict, { tolerant: false });
    expect(applyPatch(USER, { userName: 'u', emails: [work] }, rfc, { tolerant: false })).toEqual({
      userName: 'u',
      emails: [{ type: 'work' }],
    });
  });

  test('a manager without a value is no manager', () => {
    const stored = { [ENTERPRISE]: { manager: { value: 'm', $ref: 'x' }, division: 'd' } };
    const path = `${ENTERPRISE}:manager.value`;
    expect(patched([{ op: 'replace', path, value: '' }], stored)).toEqual({
      [ENTERPRISE]: { division: 'd' },
    });
  });

  test('several operations of one request may build an element', () => {
    const operations = [
      { op: 'Add', path: 'roles[primary eq "True"].display', value: 'Admin' },
      { op: 'Add', path: 'roles[primary eq "True"].value', value: 'admin' },
    ];
    expect(patched(operations)).toEqual({
      roles: [{ primary: true, display: 'Admin', value: 'admin' }],
    });
  });
});

describe('a replaced element keeps what the filter says of it', () => {
  const addresses = [{ type: 'work', country: 'DE', locality: 'Bonn' }];
  test('also if the value does not name it', () => {
    const path = 'addresses[type eq "work"]';
    expect(patched([{ op: 'replace', path, value: { country: 'FR' } }], { addresses })).toEqual({
      addresses: [{ type: 'work', country: 'FR' }],
    });
    expect(
      patched([{ op: 'replace', path, value: { country: 'FR', type: 'other' } }], { addresses }),
    ).toEqual({ addresses: [{ type: 'other', country: 'FR' }] });
  });
  test('so that the next operation finds it', () => {
    const path = 'addresses[type eq "work"]';
    const operations = [
      { op: 'replace', path, value: { country: 'FR' } },
      { op: 'replace', path: `${path}.locality`, value: 'Paris' },
    ];
    expect(patched(operations, { addresses })).toEqual({
      addresses: [{ type: 'work', country: 'FR', locality: 'Paris' }],
    });
  });
});

describe('manager with a filter and without its URN (Entra ID, deprovisioning)', () => {
  const stored = { [ENTERPRISE]: { manager: { value: 'm1' } } };
  test.each<[JsonObject, Json | undefined]>([
    [{ op: 'Remove', path: 'manager[value eq "m1"]' }, undefined],
    [{ op: 'Remove', path: 'manager[value eq "m2"]' }, { value: 'm1' }],
    [{ op: 'Replace', path: 'manager[value eq "m1"]', value: 'm2' }, { value: 'm2' }],
    [{ op: 'Replace', path: 'manager[value eq "m0"].value', value: 'm2' }, { value: 'm2' }],
  ])('%j keeps the rest of the request', (operation, manager) => {
    const after = patched([operation, { op: 'Replace', path: 'active', value: 'False' }], stored);
    expect(after['active']).toBe(false);
    expect(after[ENTERPRISE]).toEqual(manager === undefined ? undefined : { manager });
  });
});

// Microsoft Q&A 5524268, python-scim/scim2-server issue 13.
test('Entra ID wraps simple values in objects and lists', () => {
  const operations = [
    { op: 'Add', path: `${CUSTOM}:department_ids`, value: [{ value: '1' }, { value: '2' }] },
    { op: 'Add', path: 'emails[type eq "other"].value', value: [{ value: 'a@x' }] },
    { op: 'Replace', path: 'displayName', value: [{ $ref: null, value: 'New' }] },
  ];
  expect(patched(operations)).toEqual({
    [CUSTOM]: { department_ids: ['1', '2'] },
    emails: [{ type: 'other', value: 'a@x' }],
    displayName: 'New',
  });
});

test('Okta sends roles and entitlements as texts, numbers and quoted booleans', () => {
  const body = {
    userName: 'u',
    roles: 'admin',
    entitlements: ['a', 'b'],
    active: 'true',
    employeeNumber: 7,
    manager: 'm',
  };
  expect(created(body, 'okta')).toEqual({
    userName: 'u',
    roles: [{ value: 'admin' }],
    entitlements: [{ value: 'a' }, { value: 'b' }],
    active: true,
    [ENTERPRISE]: { employeeNumber: '7', manager: { value: 'm' } },
  });
});

describe('spellings of schema URNs', () => {
  test.each([
    'urn:scim:schemas:extension:enterprise:2.0',
    'urn:scim:schemas:extension:enterprise:1.0',
    'urn:scim:schemas:extension:enterprise:2.0:User',
    'urn:ietf:params:scim:schemas:extension:enterprise:2.0User',
    'URN:IETF:params:scim:schemas:extension:enterprise:2.0:user',
    `${ENTERPRISE}:`,
  ])('%s is the enterprise extension', (urn) => {
    const expected = { [ENTERPRISE]: { division: 'd' } };
    const { userName: _, ...body } = created({ userName: 'u', [urn]: { division: 'd' } });
    expect(body).toEqual(expected);
    const path = urn.endsWith(':') ? `${urn}division` : `${urn}:division`;
    expect(patched([{ op: 'add', path, value: 'd' }])).toEqual(expected);
    expect(patched([{ op: 'add', path: urn, value: { division: 'd' } }])).toEqual(expected);
    expect(patched([{ op: 'add', value: { [urn]: { division: 'd' } } }])).toEqual(expected);
    expect(finds(`${path} eq "d"`, { userName: 'u', ...expected })).toBe(true);
  });

  test('a dot instead of the last colon', () => {
    const operations = [{ op: 'Add', path: `${ENTERPRISE}.department`, value: 'd' }];
    expect(patched(operations)).toEqual({ [ENTERPRISE]: { department: 'd' } });
  });

  test('dotted names within an extension', () => {
    const value = { [ENTERPRISE]: { 'manager.value': 'm1', division: 'd' } };
    const expected = { [ENTERPRISE]: { manager: { value: 'm1' }, division: 'd' } };
    expect(patched([{ op: 'add', value }])).toEqual(expected);
    expect(patched([{ op: 'add', path: ENTERPRISE, value: value[ENTERPRISE] }])).toEqual(expected);
    expect(created({ userName: 'u', ...value })).toEqual({ userName: 'u', ...expected });
  });
});

describe('filters', () => {
  test.each<[string, Attributes]>([
    ['userName eq 9007199254740993', { userName: '9007199254740993' }],
    ['externalId eq 0012345', { externalId: '0012345' }],
    ["userName eq 'bjensen'", { userName: 'bjensen' }],
    ['userName eq "b "', { userName: 'b' }],
    ['userName eq "b"', { userName: ' B ' }],
    [`${CUSTOM}:level eq "5"`, { [CUSTOM]: { level: 5 } }],
    [`${CUSTOM}:score gt 1.5`, { [CUSTOM]: { score: 2 } }],
    [`${CUSTOM}:joined gt "2020-01-01T00:00:00"`, { [CUSTOM]: { joined: '2020-01-01T00:00:01Z' } }],
    [
      `${CUSTOM}:joined eq "2020-01-01T01:00:00+0100"`,
      { [CUSTOM]: { joined: '2020-01-01T00:00:00Z' } },
    ],
    [
      `${CUSTOM}:joined eq "2020-01-01T01:00:00 01:00"`,
      { [CUSTOM]: { joined: '2020-01-01T00:00:00' } },
    ],
  ])('%s finds %j', (filter, resource) => {
    expect(finds(filter, resource)).toBe(true);
  });

  test('digits that differ in the last place are two people', () => {
    expect(finds('userName eq 9007199254740993', { userName: '9007199254740992' })).toBe(false);
  });

  test.each(['userName eq “bjensen”', "userName eq 'b jensen", 'userName eq `b`'])(
    '%s is refused, because a wrong "nobody" makes clients create duplicates',
    (filter) => {
      expect(refusal(() => finds(filter, { userName: 'bjensen' }))).toBe('400 invalidFilter');
    },
  );

  test('rfc refuses single quotes', () => {
    expect(refusal(() => finds("userName eq 'b'", {}, 'rfc'))).toBe('400 invalidFilter');
  });

  test('bare values in PATCH paths', () => {
    const emails = [work, home];
    const path = 'emails[type eq work].value';
    expect(patched([{ op: 'replace', path, value: 'n@x' }], { emails })['emails']).toEqual([
      { type: 'work', value: 'n@x' },
      home,
    ]);
    expect(membersAfter({ op: 'remove', path: 'members[value eq 01-a]' }, ['01-a', 'b'])).toEqual([
      'b',
    ]);
  });
});

describe('unknown attributes in PATCH paths (contract 8)', () => {
  const operations = [
    { op: 'Add', path: 'extensionAttribute1', value: 'x' },
    { op: 'Add', path: 'name.nickname', value: 'x' },
    { op: 'Add', path: 'emails[type eq "work"].verified', value: true },
    { op: 'Remove', path: 'urn:other:2.0:User:x' },
    { op: 'Add', path: 'title', value: 't' },
  ];
  test('tolerant profiles skip the operation and tell its path', () => {
    expect(patched(operations)).toEqual({ title: 't' });
    const skipped: string[] = [];
    const sent = operations.map(({ op, ...rest }) => ({ op: op.toLowerCase(), ...rest }));
    parseOperations(USER, sent, { tolerant: true }, (path) => skipped.push(path));
    expect(skipped).toEqual(operations.slice(0, 4).map(({ path }) => path));
  });
  test('rfc refuses it', () => {
    const add = { op: 'add', path: 'extensionAttribute1', value: 'x' };
    expect(refusal(() => parseOperations(USER, [add], { tolerant: false }))).toBe(
      '400 invalidPath',
    );
  });
  test.each(['a b', 'emails[', '"x"', '', 'emails[type eq].value'])(
    'a path that is no name, %j, is refused',
    (path) => {
      const add = { op: 'add', path, value: 'x' };
      expect(refusal(() => parseOperations(USER, [add], { tolerant: true }))).toBe(
        '400 invalidPath',
      );
    },
  );
});

// AzureAD/SCIMReferenceCode, validator.
test('a PATCH without operations changes nothing, and rfc refuses it', () => {
  expect(patched([], { title: 't' })).toEqual({ title: 't' });
  const body = { schemas: ['urn:ietf:params:scim:api:messages:2.0:PatchOp'], Operations: [] };
  expect(refusal(() => readPatchMessage(body, { tolerant: false }))).toBe('400 invalidSyntax');
});

// Tirasa/ConnIdSCIMBundle.
test('ConnId sends integers and decimals as text', () => {
  const extensionValue = { level: '5', score: '1.5' };
  expect(created({ userName: 'u', [CUSTOM]: extensionValue })).toEqual({
    userName: 'u',
    [CUSTOM]: { level: 5, score: 1.5 },
  });
  expect(patched([{ op: 'add', path: `${CUSTOM}:level`, value: '6' }])).toEqual({
    [CUSTOM]: { level: 6 },
  });
});

test.each<[string, JsonObject]>([
  ['an infinite number', { userName: 'u', [CUSTOM]: { score: Number.POSITIVE_INFINITY } }],
  ['a number that lost digits as an identifier', { userName: 'u', externalId: 2 ** 53 }],
  ['an infinite number as text', { userName: 'u', externalId: Number.POSITIVE_INFINITY }],
])('%s is refused', (_name, body) => {
  expect(refusal(() => created(body))).toBe('400 invalidValue');
});

test('adding an element that is there, with primary, changes nothing', () => {
  const emails = [{ ...work, primary: true }, home];
  const operation = { op: 'add', path: 'emails', value: [{ ...work, primary: true }] };
  expect(patched([operation], { emails })).toEqual({ emails });
});

describe('remove with a value removes only what it names', () => {
  const enterprise = { department: 'd', division: 'v', manager: { value: 'm1' } };
  const [a, b] = [
    { type: 'work', value: 'a@x' },
    { type: 'work', value: 'b@x' },
  ];
  test.each<[string, Json, Attributes, Attributes]>([
    [
      ENTERPRISE,
      { department: 'd' },
      { [ENTERPRISE]: enterprise },
      { [ENTERPRISE]: { division: 'v', manager: { value: 'm1' } } },
    ],
    [
      'name',
      { middleName: 'm' },
      { name: { middleName: 'm', givenName: 'g' } },
      { name: { givenName: 'g' } },
    ],
    ['emails[type eq "work"]', [{ value: 'a@x' }], { emails: [a, b] }, { emails: [b] }],
    ['emails', 'b@x', { emails: [a, b] }, { emails: [a] }],
    [`${ENTERPRISE}:manager`, 'm2', { [ENTERPRISE]: enterprise }, { [ENTERPRISE]: enterprise }],
    ['manager', { value: 'm1' }, { [ENTERPRISE]: { manager: { value: 'm1' } } }, {}],
    ['title', 'old', { title: 'new' }, {}],
    [
      `${CUSTOM}:department_ids`,
      ['1'],
      { [CUSTOM]: { department_ids: ['1', '2'] } },
      { [CUSTOM]: { department_ids: ['2'] } },
    ],
    ['emails', '', { emails: [a] }, { emails: [a] }],
    ['emails', { emails: '' }, { emails: [a] }, { emails: [a] }],
    ['emails', [], { emails: [a] }, { emails: [a] }],
    ['emails', null, { emails: [a] }, {}],
  ])('%s, %j', (path, value, before, after) => {
    expect(patched([{ op: 'remove', path, value }], before)).toEqual(after);
  });

  test('an empty text or list removes no members', () => {
    for (const value of ['', [], ' ', { members: '' }]) {
      expect(membersAfter({ op: 'remove', path: 'members', value }, ['a'])).toEqual(['a']);
    }
    expect(membersAfter({ op: 'remove', path: 'members' }, ['a'])).toEqual([]);
  });

  test('rfc refuses it', () => {
    const remove = { op: 'remove', path: 'title', value: 'x' };
    expect(refusal(() => parseOperations(USER, [remove], { tolerant: false }))).toBe(
      '400 invalidValue',
    );
  });
});

describe('a value with nothing in it does not remove what is stored', () => {
  test.each<[Json]>([[[null]], ['[null]'], [''], [[[]]], [{ members: '' }], [[{}]], [['']]])(
    'replace members %j',
    (value) => {
      const replace = (): unknown => membersAfter({ op: 'replace', path: 'members', value }, ['a']);
      expect(refusal(replace)).toBe('400 invalidValue');
    },
  );
  test.each<[string, Json]>([
    ['emails[type eq "work"]', {}],
    ['emails[type eq "work"]', { display: '' }],
    ['emails[type eq "work"]', '{}'],
    ['addresses[type eq "work"]', { region: '' }],
    ['addresses[type eq "work"]', { type: 'work', street: 'New' }],
    ['addresses', [{ type: 'work', street: 'New' }]],
  ])('replace %s %j', (path, value) => {
    const stored = { emails: [work], addresses: [{ type: 'work', streetAddress: 's' }] };
    expect(refusal(() => patched([{ op: 'replace', path, value }], stored))).toBe(
      '400 invalidValue',
    );
  });
  test.each<[JsonObject]>([
    [{ emails: [{ type: 'work', address: 'new@x' }] }],
    [{ emails: [{ address: 'new@x' }] }],
    [{ addresses: [{ type: 'work', street: 'New' }] }],
  ])('PUT %j', (changes) => {
    const body = rewriteResource(profileOf('generic'), USER, { userName: 'u', ...changes });
    const put = (): unknown => {
      checkReplacement(USER, body, parseResource(USER, body));
      return 'accepted';
    };
    expect(refusal(put)).toBe('400 invalidValue');
  });
});

describe('elements and attributes without a value', () => {
  const skype = { type: 'skype', display: 'x' };
  test('stay when another element is added', () => {
    const added = [{ op: 'add', path: 'ims', value: [{ value: 'w' }] }];
    expect(patched(added, { ims: [skype] })).toEqual({ ims: [skype, { value: 'w' }] });
    expect(patched([{ op: 'add', path: 'ims', value: [skype] }])).toEqual({ ims: [skype] });
  });
  test.each<[Json]>([
    [[{ value: '' }]],
    [['']],
    [{ value: null }],
    [[{ $ref: null, value: null }]],
  ])('a wrapped empty value, %j, is empty', (value) => {
    const path = 'emails[type eq "work"].value';
    expect(patched([{ op: 'replace', path, value }], { emails: [work] })).toEqual({});
    expect(patched([{ op: 'replace', path: 'title', value }], { title: 't' })).toEqual({});
  });
});

describe('attributes under the URN of the core schema', () => {
  const core = 'urn:ietf:params:scim:schemas:core:2.0:User';
  test.each<[JsonObject]>([
    [{ op: 'replace', value: { [core]: { active: false } } }],
    [{ op: 'replace', path: core, value: { active: false } }],
    [{ op: 'replace', path: `${core}:`, value: { active: false } }],
  ])('%j deactivates', (operation) => {
    expect(patched([operation], { active: true })).toEqual({ active: false });
  });
  test('in a POST', () => {
    expect(created({ userName: 'u', [core]: { active: false } })).toEqual({
      userName: 'u',
      active: false,
    });
  });
});

describe('an extension under several names', () => {
  const legacy = 'urn:scim:schemas:extension:enterprise:1.0';
  const lower = ENTERPRISE.toLowerCase();
  test.each<[JsonObject]>([
    [{ [ENTERPRISE]: { department: 'd' }, [lower]: { division: 'v' } }],
    [{ [legacy]: '{"department":"d"}', [ENTERPRISE]: { division: 'v' } }],
    [{ [ENTERPRISE]: [{ department: 'd' }], [legacy]: { division: 'v' } }],
    [{ [legacy]: { department: 'd', division: 'v' }, [ENTERPRISE]: null }],
    [{ department: 'top', [ENTERPRISE]: { Department: 'd', division: 'v' } }],
  ])('%j', (body) => {
    const expected = { [ENTERPRISE]: { department: 'd', division: 'v' } };
    const { userName: _, ...rest } = created({ userName: 'u', ...body });
    expect(rest).toEqual(expected);
    expect(patched([{ op: 'add', value: body }])).toEqual(expected);
  });
  test('repeated within its own value', () => {
    const value = { [ENTERPRISE]: { division: 'v' } };
    expect(patched([{ op: 'replace', path: ENTERPRISE, value }])).toEqual(value);
    const named = { [`${ENTERPRISE}:division`]: 'v' };
    expect(patched([{ op: 'replace', path: ENTERPRISE, value: named }])).toEqual(value);
  });
  test('an unqualified path as a name', () => {
    const expected = { [ENTERPRISE]: { manager: { value: 'z' }, division: 'w' } };
    const value = { 'manager.value': 'z', division: 'w' };
    expect(patched([{ op: 'replace', value }])).toEqual(expected);
    expect(created({ userName: 'u', ...value })).toEqual({ userName: 'u', ...expected });
  });
});

test.each<[JsonObject, JsonObject]>([
  [{ emails: [{ value: 'a' }], 'emails.value': 'c' }, { emails: [{ value: 'a' }, { value: 'c' }] }],
  [
    { 'name.givenName': 'g', name: '{"familyName":"f"}' },
    { name: { givenName: 'g', familyName: 'f' } },
  ],
  [
    { 'emails[type eq "work"].value': 'n@x', 'emails[type eq "work"].primary': 'True' },
    { emails: [{ type: 'work', value: 'n@x', primary: true }] },
  ],
])('a POST of paths as names, %j', (body, expected) => {
  expect(created({ userName: 'u', ...body })).toEqual({ userName: 'u', ...expected });
});

test.each<[Json, Json]>([
  [
    [1, 2],
    ['1', '2'],
  ],
  [[{ value: 1 }], ['1']],
  ['a', ['a']],
  [5, ['5']],
  [['', 'a'], ['a']],
])('a list of texts sent as %j is %j', (sent, stored) => {
  const expected = { [CUSTOM]: { department_ids: stored } };
  expect(created({ userName: 'u', [CUSTOM]: { department_ids: sent } })).toEqual({
    userName: 'u',
    ...expected,
  });
  const path = `${CUSTOM}:department_ids`;
  expect(patched([{ op: 'add', path, value: sent }])).toEqual(expected);
});

test.each<[string, string]>([
  ["userName eq 'O''Brien'", "O'Brien"],
  ["userName eq 'Conan O''Brien'", "Conan O'Brien"],
  [String.raw`userName eq 'CORP\bob'`, String.raw`CORP\bob`],
  [String.raw`userName eq "CORP\bob"`, String.raw`CORP\bob`],
  [String.raw`userName eq "CORP\\bob"`, String.raw`CORP\bob`],
  [String.raw`userName eq "\u0041"`, 'A'],
])('%s finds %s', (filter, userName) => {
  expect(finds(filter, { userName })).toBe(true);
});

test('a number whose digits may be lost is no identifier', () => {
  expect(refusal(() => created({ userName: 'u', externalId: 2.1 }))).toBe('400 invalidValue');
});

test('a repeated request changes nothing more', () => {
  const operation = { op: 'replace', path: 'emails[value eq "w@x"].value', value: 'n@x' };
  const once = patched([operation], { emails: [work] });
  expect(once).toEqual({ emails: [{ type: 'work', value: 'n@x' }] });
  expect(patched([operation], once)).toEqual(once);
});

// jelhub/scimgateway issue 58.
test('the primary work address is found before it is primary', () => {
  const path = 'emails[primary eq true and type eq "work"].value';
  expect(patched([{ op: 'replace', path, value: 'n@x' }], { emails: [work, home] })).toEqual({
    emails: [{ type: 'work', value: 'n@x', primary: true }, home],
  });
});

test('a filter that no element can match creates none', () => {
  for (const filter of ['type eq "work" and type eq "home"', 'value eq ""']) {
    const operation = { op: 'add', path: `emails[${filter}].display`, value: 'x' };
    expect(refusal(() => patched([operation]))).toBe('400 noTarget');
  }
});

test('a new manager loses the reference to the old one', () => {
  const stored = { [ENTERPRISE]: { manager: { value: '1', $ref: '../Users/1' } } };
  for (const path of [`${ENTERPRISE}:manager`, `${ENTERPRISE}:manager.value`]) {
    expect(patched([{ op: 'replace', path, value: '2' }], stored)).toEqual({
      [ENTERPRISE]: { manager: { value: '2' } },
    });
  }
});
