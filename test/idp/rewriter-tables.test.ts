import { GENERIC } from '../../idp/profiles/generic';
import { rewriteOperations, rewriteQuery, rewriteResource } from '../../idp/profiles/profile';
import * as bodies from '../../idp/rewriters/bodies';
import * as filters from '../../idp/rewriters/filters';
import * as operations from '../../idp/rewriters/operations';
import { pathsAsNames } from '../../idp/rewriters/paths-as-names';
import type { Rewriter } from '../../idp/rewriters/rewriter';
import { schemaUrns } from '../../idp/rewriters/urns';
import * as values from '../../idp/rewriters/values';
import type { Json, JsonObject } from '../../scim/json';
import { LIMITS } from '../../scim/limits';
import { ENTERPRISE_USER_URN as ENTERPRISE } from '../../scim/schema/enterprise-user';
import { GROUP, type ResourceType } from '../../scim/schema/resource-type';
import { USER_URN } from '../../scim/schema/user';
import { USER_WITH_X as USER, X } from '../support/extension';

/* What each rewriter changes, and what it must leave as it is, down to the last member. */

const profile = (rewriter: Rewriter): typeof GENERIC => ({ ...GENERIC, rewriters: [rewriter] });

function resource(rewriter: Rewriter, sent: JsonObject, type: ResourceType = USER): Json {
  return rewriteResource(profile(rewriter), type, sent);
}

function operation(
  rewriter: Rewriter,
  sent: JsonObject,
  type: ResourceType = USER,
): readonly JsonObject[] {
  return rewriteOperations(profile(rewriter), type, [sent]);
}

function filter(rewriter: Rewriter, sent: string, type: ResourceType = USER): string | undefined {
  const query = { filter: sent, startIndex: 1, count: 1, sort: undefined, cursor: undefined };
  return rewriteQuery(profile(rewriter), type, query).filter;
}

const name = (value: Json): string => JSON.stringify(value).slice(0, 80);

/** Bodies with what becomes of them; undefined means that they stay as they are. */
type Bodies = readonly (readonly [JsonObject, JsonObject?])[];

function testBodies(rewriter: Rewriter, rows: Bodies, type?: ResourceType): void {
  test.each(rows.map(([sent, expected = sent]) => [name(sent), sent, expected] as const))(
    `${rewriter.name}: body %s`,
    (_, sent, expected) => {
      expect(resource(rewriter, sent, type)).toStrictEqual(expected);
    },
  );
}

/** Operations with what becomes of them; undefined means that they stay as they are. */
type Operations = readonly (readonly [JsonObject, (readonly JsonObject[])?])[];

function testOperations(rewriter: Rewriter, rows: Operations, type?: ResourceType): void {
  test.each(rows.map(([sent, expected = [sent]]) => [name(sent), sent, expected] as const))(
    `${rewriter.name}: operation %s`,
    (_, sent, expected) => {
      expect(operation(rewriter, sent, type)).toStrictEqual(expected);
    },
  );
}

function testFilters(rewriter: Rewriter, rows: readonly (readonly [string, string?])[]): void {
  test.each(rows.map(([sent, expected = sent]) => [sent, expected] as const))(
    `${rewriter.name}: filter %s`,
    (sent, expected) => {
      expect(filter(rewriter, sent)).toBe(expected);
    },
  );
}

describe('values', () => {
  testBodies(values.jsonTexts, [
    [{ emails: '[{"value": "a"}]' }, { emails: [{ value: 'a' }] }],
    [
      { emails: ['[{"value": "a"}, {"value": "b"}]', '{"value": "c"}'] },
      { emails: [{ value: 'a' }, { value: 'b' }, { value: 'c' }] },
    ],
    [{ emails: ['[]', 'x', [1]] }, { emails: [[], 'x', [1]] }],
    [{ name: ' {"givenName": "g"}' }, { name: { givenName: 'g' } }],
    [{ name: 'x {"givenName": "g"}' }],
    [{ title: '{"a": 1}', externalId: '[1]' }],
    [
      { [X]: { tags: '["a", "b"]', pair: '{"a": "x"}' } },
      { [X]: { tags: ['a', 'b'], pair: { a: 'x' } } },
    ],
    [{ [X]: { tags: ['["a"]'] } }],
    [{ emails: '[1e999]' }],
    [{ emails: '[broken' }],
    [{ emails: '['.repeat(LIMITS.bodyDepth + 2) + ']'.repeat(LIMITS.bodyDepth + 2) }],
  ]);

  const members = Array.from({ length: LIMITS.objectMembers + 1 }, (_, index) => `"${index}":0`);
  const tooMany = `{${members.join()}}`;
  const many = tooMany.replace('"0":0,', '');
  testBodies(values.jsonTexts, [[{ name: tooMany }], [{ name: many }, { name: JSON.parse(many) }]]);

  testBodies(values.wrappedValues, [
    [
      { title: { value: 't' }, nickName: [{ value: 'a' }, 'b'] },
      { title: 't', nickName: ['a', 'b'] },
    ],
    [{ title: { Title: 't' } }, { title: 't' }],
    [{ title: { title: 't', x: 1 } }],
    [{ title: {} }],
    [{ title: { other: 't' } }],
    [{ emails: { value: [{ value: 'a' }] } }, { emails: [{ value: 'a' }] }],
    [{ emails: { value: 'a' } }],
    [{ emails: { emails: [{ value: 'a' }] } }, { emails: [{ value: 'a' }] }],
    [{ name: { value: ['x'] } }],
    [{ [ENTERPRISE]: { manager: { value: ['m'] } } }],
    [{ [X]: { self: { self: 's' } } }],
  ]);

  testBodies(values.quotedBooleans, [
    [{ active: ' true ' }, { active: true }],
    [{ active: 'FALSE' }, { active: false }],
    [{ active: '' }],
    [{ active: 1, title: 'true' }],
    [
      { emails: [{ primary: ['true', 'no', null] }] },
      { emails: [{ primary: [true, 'no', null] }] },
    ],
  ]);

  testBodies(values.numbersForText, [
    [
      { title: 5, nickName: [1, 'x'] },
      { title: '5', nickName: ['1', 'x'] },
    ],
    [{ title: 1.5 }],
    [{ title: 2 ** 53 }],
    [{ title: true, active: 1, [X]: { count: 5, site: 5 } }],
  ]);

  testBodies(values.textForNumbers, [
    [{ [X]: { count: ' -12 ', ratio: '0.50' } }, { [X]: { count: -12, ratio: 0.5 } }],
    [{ [X]: { count: ['1', 'x'] } }, { [X]: { count: [1, 'x'] } }],
    [{ [X]: { count: '12x', ratio: 'x12' } }],
    [{ [X]: { count: '12.', ratio: '.5' } }],
    [{ [X]: { count: '1'.repeat(21), ratio: '' } }],
    [{ [X]: { count: true, ratio: null, tags: '5' } }],
  ]);

  testBodies(values.wrappedBase64, [
    [{ [X]: { key: 'YWJj\r\n ZGVm\n' } }, { [X]: { key: 'YWJjZGVm' } }],
    [
      { title: 'a b', x509Certificates: [{ value: 'YW Jj', display: 'a b' }] },
      { title: 'a b', x509Certificates: [{ value: 'YWJj', display: 'a b' }] },
    ],
    [{ [X]: { key: 5, keys: ['a b'] } }],
  ]);

  testBodies(values.emptyStrings, [
    [{ [X]: { tags: ['', 'a', ''] } }, { [X]: { tags: ['a'] } }],
    [{ emails: ['', { value: '' }] }, { emails: ['', { value: null }] }],
    [
      { emails: '', title: ' ', active: false },
      { emails: null, title: ' ', active: false },
    ],
  ]);
  testBodies(values.emptyStrings, [[{ members: '' }]], GROUP);

  testBodies(values.bareValues, [
    [{ emails: 5 }, { emails: [{ value: 5 }] }],
    [
      { emails: ['a', 7, null, { value: 'b' }] },
      { emails: [{ value: 'a' }, { value: 7 }, null, { value: 'b' }] },
    ],
    [{ emails: '  [x' }],
    [{ emails: 'x[' }, { emails: [{ value: 'x[' }] }],
    [{ emails: true }],
    [{ [X]: { pair: 'p' } }],
    [{ [ENTERPRISE]: { manager: ['m'] } }],
    [{ title: 't', [X]: { tags: ['a'] } }],
  ]);

  testBodies(values.valuelessElements, [
    [
      {
        emails: [
          { value: '', type: 'work' },
          { value: null },
          { value: 'a' },
          { type: 'home' },
          'x',
        ],
      },
      { emails: [{ value: 'a' }, { type: 'home' }, 'x'] },
    ],
    [{ [ENTERPRISE]: { manager: { value: '' } } }, { [ENTERPRISE]: { manager: null } }],
    [{ [ENTERPRISE]: { manager: { value: 'm' } } }],
    [{ [ENTERPRISE]: { manager: '' } }],
    [{ addresses: [{ value: '', type: 'work' }] }],
    [{ emails: { value: '' } }],
  ]);
  testBodies(values.valuelessElements, [[{ members: [{ value: '' }] }]], GROUP);

  testBodies(values.listOrSingle, [
    [
      { title: [], name: [{ givenName: 'g' }] },
      { title: null, name: { givenName: 'g' } },
    ],
    [{ title: ['a', 'b'] }],
    [{ emails: 'x' }],
    [{ emails: { value: 'a' } }, { emails: [{ value: 'a' }] }],
    [{ emails: null, [X]: { tags: null } }],
    [{ [X]: { tags: 'a' } }, { [X]: { tags: ['a'] } }],
    [{ [X]: { tags: '' } }],
    [{ [X]: { tags: ['a'] } }],
  ]);
});

describe('bodies', () => {
  testBodies(bodies.schemasAsKnown, [
    [{ userName: 'u' }, { userName: 'u', schemas: [USER_URN] }],
    [{ SCHEMAS: [5, X], schemas: 'x' }, { schemas: [USER_URN] }],
    [{ schemas: [5, X] }, { schemas: [USER_URN, X] }],
  ]);

  testBodies(bodies.unqualifiedExtensionAttributes, [
    [{ userName: 'u', title: 't' }],
    [
      { division: 'd', count: 1 },
      { [ENTERPRISE]: { division: 'd' }, [X]: { count: 1 } },
    ],
    [
      { Department: 'd', [ENTERPRISE.toUpperCase()]: { department: 'e', division: 'x' } },
      { [ENTERPRISE]: { department: 'e', division: 'x' } },
    ],
    [{ 'manager.value': 'm' }, { [ENTERPRISE]: { 'manager.value': 'm' } }],
    [{ department: 'd', [ENTERPRISE]: 'text' }, { [ENTERPRISE]: 'text' }],
  ]);
  testOperations(bodies.unqualifiedExtensionAttributes, [
    [
      { op: 'add', path: 'manager.value', value: 'm' },
      [{ op: 'add', path: `${ENTERPRISE}:manager.value`, value: 'm' }],
    ],
    [
      { op: 'add', path: 'manager[value eq "m"]', value: {} },
      [{ op: 'add', path: `${ENTERPRISE}:manager[value eq "m"]`, value: {} }],
    ],
    [
      { op: 'add', value: { division: 'd' } },
      [{ op: 'add', value: { [ENTERPRISE]: { division: 'd' } } }],
    ],
    [{ op: 'add', value: 'division' }],
  ]);
  testFilters(bodies.unqualifiedExtensionAttributes, [
    ['userName   eq   "division"', 'userName eq "division"'],
    ['userName   eq   "x"'],
    ['manager.value eq "m" or count gt 1', `${ENTERPRISE}:manager.value eq "m" or ${X}:count gt 1`],
    ['division eq'],
  ]);

  testBodies(
    bodies.memberDisplayName,
    [
      [
        { members: [{ value: 'a', displayName: 'A' }] },
        { members: [{ display: 'A', value: 'a', displayName: 'A' }] },
      ],
      [{ members: [{ value: 'a', displayName: 'A', display: 'B' }, { value: 'b' }, 'c'] }],
      [{ members: { displayName: 'A' }, displayName: 'G' }],
    ],
    GROUP,
  );
  testBodies(bodies.memberDisplayName, [[{ emails: [{ value: 'a', displayName: 'A' }] }]]);

  testBodies(bodies.onePrimary, [
    [
      { emails: [{ Primary: true }, { primary: false }, { PRIMARY: true, value: 'c' }, 'x'] },
      { emails: [{ Primary: true }, { primary: false }, { value: 'c', primary: false }, 'x'] },
    ],
    [{ emails: { primary: true } }],
    [{ name: [{ primary: true }, { primary: true }] }],
    [{ [X]: { tags: [{ primary: true }, { primary: true }] } }],
  ]);
});

describe('operations', () => {
  testOperations(operations.capitalizedOperations, [
    [{ op: ' Add ' }, [{ op: 'add' }]],
    [{ op: 5 }],
    [{ path: 'title' }],
  ]);

  testOperations(operations.readOnlyBesideChanges, [
    [
      { op: 'replace', value: { ID: 'x', meta: {}, title: 't', unknown: 1 } },
      [{ op: 'replace', value: { title: 't', unknown: 1 } }],
    ],
    [{ op: 'replace', path: 'name', value: { id: 'x' } }],
    [{ op: 'replace', value: 'id' }],
    [{ op: 'replace', value: [{ id: 'x' }] }],
  ]);

  testOperations(operations.operationMembers, [
    [{ OP: 'add', path: null, value: 1 }, [{ op: 'add', value: 1 }]],
    [{ op: 'add', path: '  ' }, [{ op: 'add' }]],
    [{ op: 'add', path: 5 }],
    [{ op: 'remove', path: 'title' }],
  ]);

  testOperations(operations.removalOfNothing, [
    [{ op: 'remove', path: 'emails', value: '' }, []],
    [{ op: 'remove', path: 'emails', value: ' ' }, []],
    [{ op: 'remove', path: 'emails', value: [] }, []],
    [{ op: 'remove', path: 'emails', value: ['', [], { value: '' }] }, []],
    [{ op: 'remove', path: 'emails', value: [{ value: '' }, { value: 'a' }] }],
    [{ op: 'remove', path: 'emails', value: [{ value: '', type: 'work' }] }],
    [{ op: 'remove', path: 'emails', value: {} }],
    [{ op: 'remove', path: 'emails', value: null }],
    [{ op: 'remove', path: 'emails' }],
    [{ op: 'remove', path: 'emails[type eq "work"]', value: '' }],
    [{ op: 'remove', path: 'title', value: '' }],
    [{ op: 'remove', path: 'nosuch', value: '' }],
    [{ op: 'replace', path: 'emails', value: '' }],
    [{ op: 'remove', value: '' }],
  ]);

  testOperations(operations.wrappedObjects, [
    [{ op: 'add', value: '{"title": "t"}' }, [{ op: 'add', value: { title: 't' } }]],
    [{ op: 'add', value: [{ title: 't' }] }, [{ op: 'add', value: { title: 't' } }]],
    [{ op: 'add', value: [{ title: 't' }, { title: 'u' }] }],
    [{ op: 'add', value: [5] }],
    [{ op: 'add', value: 'x' }],
    [{ op: 'add', path: 'title', value: '{"a": 1}' }],
    [{ op: 'add', path: 'title' }],
    [{ op: 'remove', path: X }],
    [{ op: 'add', path: X, value: '{"count": 1}' }, [{ op: 'add', path: X, value: { count: 1 } }]],
    [
      { op: 'add', path: X, value: [{ [X.toUpperCase()]: { count: 1 } }] },
      [{ op: 'add', path: X, value: { count: 1 } }],
    ],
    [{ op: 'add', path: X, value: 5 }],
    [
      { op: 'add', value: { [X]: [{ count: 1 }], title: [{ x: 1 }] } },
      [{ op: 'add', value: { [X]: { count: 1 }, title: [{ x: 1 }] } }],
    ],
  ]);
  testBodies(operations.wrappedObjects, [
    [
      { [X]: '{"count": 1}', title: '{"a": 1}' },
      { [X]: { count: 1 }, title: '{"a": 1}' },
    ],
  ]);
});

describe('paths as names', () => {
  testBodies(pathsAsNames, [
    [{ Title: 't', unknown: 1 }],
    [{ Title: 't', title: 'u' }],
    [{ 'nosuch.part': 1, 'name.nosuch': 2, 'urn:x:y:z': 3 }],
    [
      { 'Name.GivenName': 'g', Name: { familyName: 'f' } },
      { name: { familyName: 'f', givenName: 'g' } },
    ],
    [
      { name: '{"familyName": "f"}', 'name.givenName': 'g' },
      { name: { familyName: 'f', givenName: 'g' } },
    ],
    [{ name: 'text', 'name.givenName': 'g' }, { name: { givenName: 'g' } }],
    [
      { 'emails[type eq "work"].value': 'a', 'emails[type eq "work"].primary': true },
      { emails: [{ type: 'work', value: 'a', primary: true }] },
    ],
    [
      {
        emails: [{ type: 'work', value: 'x' }, { type: 'home' }],
        'emails[type eq "work"].value': 'a',
      },
      { emails: [{ type: 'work', value: 'a' }, { type: 'home' }] },
    ],
    [
      { emails: '[{"type": "home"}]', 'emails[type eq "home"].value': 'h' },
      { emails: [{ type: 'home', value: 'h' }] },
    ],
    [
      { emails: { type: 'home' }, 'emails[type eq "home"].value': 'h' },
      { emails: [{ type: 'home', value: 'h' }] },
    ],
    [{ 'emails[type eq "work"]': { value: 'a' } }, { emails: [{ type: 'work', value: 'a' }] }],
    [{ 'emails[type eq "work"]': 'a' }, {}],
    [
      { 'emails[not (type eq "work")].value': 'a', title: 't' },
      { title: 't', emails: [] },
    ],
    [{ 'emails[nosuch eq "work"].value': 'a', title: 't' }, { title: 't' }],
    [{ 'emails[type eq].value': 'a', title: 't' }, { title: 't' }],
    [{ 'emails.value': 'a', 'emails.type': 'work' }, { emails: [{ value: 'a', type: 'work' }] }],
    [{ [`${X}:count`]: 1, [X]: { Ratio: 2 } }, { [X]: { ratio: 2, count: 1 } }],
    [{ [X]: { 'pair.a': 'x', [`${X}:count`]: 1 } }, { [X]: { pair: { a: 'x' }, count: 1 } }],
    [{ [X]: {} }],
    [{ [X]: 'text', [X.toUpperCase()]: { count: 1 } }],
    [{ [`${X}:tags`]: ['a'] }, { [X]: { tags: ['a'] } }],
    [{ [`title[${'x'.repeat(LIMITS.filterLength)}`]: 1 }],
  ]);
  testOperations(pathsAsNames, [
    [{ op: 'add', path: 'name', value: { 'name.givenName': 'g' } }],
    [{ op: 'add', value: 'name.givenName' }],
    [{ op: 'add', value: { title: 't' } }],
    [{ op: 'add', value: { Title: 't' } }],
    [
      { op: 'add', path: X, value: { 'pair.a': 'x', count: 1 } },
      [
        { op: 'add', path: X, value: { count: 1 } },
        { op: 'add', path: `${X}:pair.a`, value: 'x' },
      ],
    ],
    [
      { op: 'add', path: X, value: { 'pair.a': 'x' } },
      [{ op: 'add', path: `${X}:pair.a`, value: 'x' }],
    ],
    [{ op: 'add', path: 'name', value: { 'pair.a': 'x' } }],
  ]);
});

describe('URNs', () => {
  const v1 = 'urn:scim:schemas:extension:enterprise:1.0';
  testBodies(schemaUrns, [
    [
      { schemas: [v1, 5, 'urn:scim:schemas:core:1.0', 'urn:other', 'x'] },
      { schemas: [ENTERPRISE, 5, USER_URN, 'urn:other', 'x'] },
    ],
    [{ schemas: 'x' }],
    [{ title: 'x urn:', 'x urn:y': 1 }],
    [
      { [v1]: { division: 'd' }, [ENTERPRISE]: { department: 'e' } },
      { [ENTERPRISE]: { division: 'd', department: 'e' } },
    ],
    [{ [v1]: 'text', [ENTERPRISE]: { department: 'e' } }, { [ENTERPRISE]: { department: 'e' } }],
    [{ [v1]: 'text' }, { [ENTERPRISE]: 'text' }],
    [
      { [USER_URN]: { title: 't' }, nickName: 'n' },
      { title: 't', nickName: 'n' },
    ],
    [{ [USER_URN]: { title: 't' }, title: 'own' }, { title: 'own' }],
    [{ [USER_URN]: [{ title: 't' }] }, { title: 't' }],
    [{ [USER_URN]: 'text' }],
    [{ [`${ENTERPRISE.toUpperCase()}.division`]: 'd' }, { [`${ENTERPRISE}:division`]: 'd' }],
    [{ [`${X}:`]: { count: 1 } }, { [X]: { count: 1 } }],
    [
      { 'urn:ietf:params:scim:schemas:extension:enterprise:2.0User:division': 'd' },
      { [`${ENTERPRISE}:division`]: 'd' },
    ],
    [{ 'urn:ietf:params:scim:schemas:core:2.0:Group': { a: 1 } }],
    [{ 'urn:scim:schemas:core:1.0:USER:title': 't' }, { [`${USER_URN}:title`]: 't' }],
    [{ 'x:urn:scim:schemas:core:1.0': 1, [X]: {} }],
  ]);
  testBodies(schemaUrns, [[{ [v1]: { division: 'd' } }]], GROUP);
  testBodies(
    schemaUrns,
    [[{ schemas: ['urn:scim:schemas:core:1.0'] }, { schemas: [GROUP.schema.id] }]],
    GROUP,
  );
  testOperations(schemaUrns, [
    [
      { op: 'add', path: ` ${v1}:division `, value: 'd' },
      [{ op: 'add', path: `${ENTERPRISE}:division`, value: 'd' }],
    ],
    [{ op: 'add', path: USER_URN, value: { title: 't' } }, [{ op: 'add', value: { title: 't' } }]],
    [{ op: 'remove', path: `${USER_URN}:` }, [{ op: 'remove' }]],
    [{ op: 'add', value: 'x' }],
    [
      { op: 'add', value: { [v1]: { division: 'd' } } },
      [{ op: 'add', value: { [ENTERPRISE]: { division: 'd' } } }],
    ],
  ]);
  testFilters(schemaUrns, [
    [`${v1}:division  eq "d"`, `${ENTERPRISE}:division eq "d"`],
    ['userName  eq "urn"'],
    [`${v1}:division eq`],
  ]);
  const half = (prefix: string): JsonObject =>
    Object.fromEntries(
      Array.from({ length: LIMITS.objectMembers / 2 }, (_, i) => [`${prefix}${i}`, i]),
    );
  test('spellings of a URN may have as many members as one object', () => {
    expect(
      Object.keys(resource(schemaUrns, { [v1]: half('a'), [ENTERPRISE]: half('b') }) as object),
    ).toEqual([ENTERPRISE]);
    expect(() =>
      resource(schemaUrns, { [v1]: half('a'), [ENTERPRISE]: { ...half('b'), c: 1 } }),
    ).toThrow(expect.objectContaining({ code: 'malformed' }));
  });
});

describe('filters', () => {
  testFilters(filters.unquotedFilterValues, [
    ['title eq truely', 'title eq "truely"'],
    ['title eq untrue', 'title eq "untrue"'],
    ['active eq TRUE and title eq Null'],
    [`title eq 'a'b`],
    [String.raw`title eq "CORP\bob"`, String.raw`title eq "CORP\\bob"`],
    [String.raw`title eq "\u00e9\u00g \/ \" \\"`, String.raw`title eq "\u00e9\\u00g \/ \" \\"`],
    [
      `title eq 'two
lines'`,
      String.raw`title eq "two\nlines"`,
    ],
  ]);
  testOperations(filters.unquotedFilterValues, [
    [{ op: 'add', path: 'title eq x' }],
    [{ op: 'add', value: 'emails[type eq work]' }],
  ]);

  testFilters(filters.literalsOfOtherTypes, [
    ['active eq "FALSE"', 'active eq false'],
    ['active eq "no" and count eq 1', `active eq "no" and count eq 1`],
    [`${X}:count eq "5"`, `${X}:count eq 5`],
    [`${X}:ratio gt "0.5"`, `${X}:ratio gt 0.5`],
    [`${X}:count eq "5x"`],
    [`${X}:site eq 5`, `${X}:site eq "5"`],
    ['externalId eq true', 'externalId eq "true"'],
    ['externalId eq null and title eq 1', 'externalId eq null and title eq "1"'],
    [`${ENTERPRISE}:manager eq 5`, `${ENTERPRISE}:manager eq "5"`],
    ['emails.primary eq "true"', 'emails.primary eq true'],
    ['emails[value eq 5 and primary pr]', 'emails[value eq "5" and primary pr]'],
    ['nosuch eq 5  and title pr', 'nosuch eq 5 and title pr'],
    [`${X}  eq 5`, `${X} eq 5`],
    ['nosuch[a eq 5]'],
    ['title  eq  "x"'],
    ['active eq ( 1'],
  ]);
  testOperations(filters.literalsOfOtherTypes, [
    [
      { op: 'add', path: 'emails[primary eq "true"]' },
      [{ op: 'add', path: 'emails[primary eq true]' }],
    ],
    [
      { op: 'add', path: 'emails[value eq -5].display' },
      [{ op: 'add', path: 'emails[value eq "-5"].display' }],
    ],
    [{ op: 'add', path: 'nosuch[value eq 5]' }],
    [{ op: 'add', path: 'emails[value eq 5' }],
    [{ op: 'add', path: 'emails[type  eq  "x"]' }],
    [{ op: 'add', value: 5 }],
  ]);
  test('other errors than those of a malformed filter are not hidden', () => {
    expect(() =>
      filters.rewriteFilter('title pr', () => {
        throw new TypeError('x');
      }),
    ).toThrow(TypeError);
  });
});

describe('values of operations', () => {
  testOperations(values.quotedBooleans, [
    [
      { op: 'add', path: ' ', value: { active: 'true' } },
      [{ op: 'add', path: ' ', value: { active: true } }],
    ],
    [{ op: 'add', value: 'true' }],
    [{ op: 'add', path: 'active' }],
    [{ op: 'add', path: 'nosuch', value: { active: 'true' } }],
    [
      { op: 'add', path: 'emails.primary', value: 'true' },
      [{ op: 'add', path: 'emails.primary', value: true }],
    ],
    [{ op: 'add', path: 'emails[type eq "x"].nosuch', value: 'true' }],
    [{ op: 'add', path: 'emails[', value: 'true' }],
    [
      {
        op: 'add',
        path: 'emails[type eq "x"]',
        value: [{ primary: 'true' }, { primary: 'false' }],
      },
    ],
  ]);
  testOperations(values.numbersForText, [
    [
      { op: 'add', path: X, value: { tags: [1] } },
      [{ op: 'add', path: X, value: { tags: ['1'] } }],
    ],
    [{ op: 'add', path: X, value: 5 }],
    [{ op: 'add', path: `${X}:nosuch`, value: 5 }],
    [
      { op: 'add', path: `${X}:pair`, value: { a: 1, z: 2 } },
      [{ op: 'add', path: `${X}:pair`, value: { a: '1', z: 2 } }],
    ],
  ]);
  testOperations(values.listOrSingle, [
    [
      { op: 'add', path: 'emails[type eq "x"]', value: [{ value: 'a' }] },
      [{ op: 'add', path: 'emails[type eq "x"]', value: { value: 'a' } }],
    ],
    [
      { op: 'add', path: 'emails[type eq "x"]', value: [] },
      [{ op: 'add', path: 'emails[type eq "x"]', value: null }],
    ],
    [{ op: 'add', path: 'emails[type eq "x"]', value: [{ value: 'a' }, { value: 'b' }] }],
  ]);
});

test('a body in which nothing changes is the same object', () => {
  const body = { userName: 'u', emails: [{ value: 'a' }, { value: 'b' }], [X]: { tags: ['x'] } };
  expect(resource(values.quotedBooleans, body)).toBe(body);
  const lists = { emails: [{ value: 'a' }, { value: 1 }] };
  expect(resource(values.numbersForText, lists)).toEqual({
    emails: [{ value: 'a' }, { value: '1' }],
  });
});
