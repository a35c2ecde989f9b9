import {
  Client,
  ENTERPRISE,
  ERROR,
  GROUP,
  PATCH_OP,
  send,
  USER,
  type Body,
} from '../support/client';

/**
 * Requests that Entra ID sends, and the expected results. Sources: MicrosoftDocs/entra-docs
 * docs/identity/app-provisioning: [1] use-scim-to-provision-users-and-groups.md,
 * [2] application-provisioning-config-problem-scim-compatibility.md,
 * [3] customize-application-attributes.md; other sources are named at their tests.
 */
let entra: Client;
let names = 0;

beforeAll(async () => {
  entra = await Client.connect('entra', {}, { ADSCIMVersion: '6.0' });
});

/** Returns the body of "Create User" in [1]. */
function createUser(userName: string): object {
  return {
    schemas: [USER, ENTERPRISE],
    externalId: `ext-${userName}`,
    userName,
    active: true,
    emails: [{ primary: true, type: 'work', value: `${userName}@testuser.com` }],
    meta: { resourceType: 'User' },
    name: { formatted: 'givenName familyName', familyName: 'familyName', givenName: 'givenName' },
    roles: [],
  };
}

async function created(): Promise<{ id: string; userName: string }> {
  const userName = `Test_User_${(names += 1)}`;
  const { status, body } = await entra.post('/Users', createUser(userName));
  expect(status).toBe(201);
  return { id: body.id, userName };
}

async function read(id: string): Promise<Body> {
  const { status, body } = await entra.get(`/Users/${id}`);
  expect(status).toBe(200);
  return body;
}

/** Sends operations as Entra ID does and expects 204 without a body. */
async function patch(path: string, ...operations: object[]): Promise<void> {
  const reply = await entra.patch(path, ...operations);
  expect({ status: reply.status, text: reply.text }).toEqual({ status: 204, text: '' });
  expect(reply.headers['etag']).toMatch(/^W\/"/);
}

describe('Test Connection', () => {
  test.each([
    '/Users?filter=userName+eq+%222c9d3d0a-6b1f-4cb1-8d79-1f7a5f2f4ec4%22',
    '/Users?filter=externalId+eq+"2c9d3d0a-6b1f-4cb1-8d79-1f7a5f2f4ec4"',
    '/Groups?excludedAttributes=members&filter=displayName+eq+%222c9d3d0a%22',
    '/Users?filter=externalId eq jyoung&aadOptscim062020',
  ])('returns 200 and an empty list for %s', async (path) => {
    const { status, body, headers } = await entra.get(path);
    expect(status).toBe(200);
    expect(headers['content-type']).toMatch('application/scim+json');
    expect(body).toMatchObject({ totalResults: 0, itemsPerPage: 0, startIndex: 1, Resources: [] });
  });

  test('returns a SCIM error with 401 for a wrong token', async () => {
    const reply = await send('GET', `${entra.baseUrl}/Users`, {
      Authorization: 'Bearer wrong-token',
    });
    expect(reply.status).toBe(401);
    expect(reply.headers['www-authenticate']).toBe('Bearer');
    expect(reply.body).toMatchObject({ schemas: [ERROR], status: '401' });
  });

  test('discovers schemas with all characteristics and without null', async () => {
    const { body, text } = await entra.get('/Schemas');
    expect(text).not.toContain('null');
    expect(body.Resources.map(({ id }: Body) => id)).toEqual([USER, ENTERPRISE, GROUP]);
    for (const { attributes } of body.Resources) {
      for (const attribute of attributes)
        expect(Object.keys(attribute)).toEqual(
          expect.arrayContaining(['mutability', 'returned', 'uniqueness', 'caseExact']),
        );
    }
  });
});

describe('users', () => {
  test('[1] are created, found, changed, renamed, deactivated and deleted', async () => {
    const { id, userName } = await created();
    const user = await read(id);
    expect(user).toMatchObject({
      schemas: [USER],
      id,
      userName,
      active: true,
      externalId: `ext-${userName}`,
    });
    expect(user.meta).toMatchObject({
      resourceType: 'User',
      location: `${entra.baseUrl}/Users/${id}`,
    });
    expect(await entra.search('/Users', `userName eq "${userName.toUpperCase()}"`)).toEqual([user]);

    await patch(
      `/Users/${id}`,
      { op: 'Replace', path: 'emails[type eq "work"].value', value: 'updatedEmail@microsoft.com' },
      { op: 'Replace', path: 'name.familyName', value: 'updatedFamilyName' },
    );
    const updated = await read(id);
    expect(updated.emails).toEqual([
      { primary: true, type: 'work', value: 'updatedEmail@microsoft.com' },
    ]);
    expect(updated.name).toEqual({
      formatted: 'givenName familyName',
      familyName: 'updatedFamilyName',
      givenName: 'givenName',
    });
    expect(updated.meta.version).not.toBe(user.meta.version);

    await patch(`/Users/${id}`, { op: 'Replace', path: 'userName', value: 'renamed@testuser.com' });
    expect(await entra.search('/Users', 'userName eq "renamed@testuser.com"')).toHaveLength(1);
    expect(await entra.search('/Users', `userName eq "${userName}"`)).toEqual([]);

    await patch(`/Users/${id}`, { op: 'Replace', path: 'active', value: false });
    expect(await entra.search('/Users', 'userName eq "renamed@testuser.com"')).toMatchObject([
      { id, active: false },
    ]);

    expect((await entra.delete(`/Users/${id}`)).status).toBe(204);
    const gone = await entra.get(`/Users/${id}`);
    expect([gone.status, gone.body.schemas, gone.body.status]).toEqual([404, [ERROR], '404']);
    expect(await entra.search('/Users', 'userName eq "renamed@testuser.com"')).toEqual([]);
  });

  test('[2] are soft-deleted and restored by quoted booleans and keep their id', async () => {
    const { id } = await created();
    await patch(`/Users/${id}`, { op: 'Replace', path: 'active', value: 'False' });
    expect((await read(id)).active).toBe(false);
    await patch(`/Users/${id}`, { op: 'Replace', path: 'active', value: 'True' });
    expect((await read(id)).active).toBe(true);
  });

  test('[1] may be sent with null, a misspelled URN and top-level enterprise data', async () => {
    const reply = await entra.post('/Users', {
      schemas: [USER, 'urn:ietf:params:scim:schemas:extension:enterprise:2.0User'],
      externalId: 'jyoung2',
      userName: 'jyoung2@testuser.com',
      active: true,
      addresses: null,
      displayName: 'Joy Young',
      emails: [{ type: 'work', value: 'jyoung@Contoso.com', primary: true }],
      meta: { resourceType: 'User' },
      name: { familyName: 'Young', givenName: 'Joy' },
      phoneNumbers: null,
      title: null,
      department: 'R&D',
      manager: null,
    });
    expect(reply.status).toBe(201);
    expect(reply.body).not.toHaveProperty('addresses');
    expect(reply.body[ENTERPRISE]).toEqual({ department: 'R&D' });
    expect(reply.body.schemas).toEqual([USER, ENTERPRISE]);
  });

  test('are not created twice: a retried POST returns 409 uniqueness, ignoring case', async () => {
    const { userName } = await created();
    const { status, body } = await entra.post('/Users', createUser(userName.toUpperCase()));
    expect([status, body.scimType]).toEqual([409, 'uniqueness']);
  });

  test('[3] ignore values of an extension that is not configured', async () => {
    const custom = 'urn:ietf:params:scim:schemas:extension:CustomExtensionName:2.0:User';
    const { status, body } = await entra.post('/Users', {
      ...createUser('custom'),
      [custom]: { CustomAttribute: '1' },
    });
    expect(status).toBe(201);
    await patch(`/Users/${body.id}`, { op: 'Add', path: `${custom}:CustomAttribute`, value: '2' });
    expect(await read(body.id)).toEqual(body);
  });

  // Metatavu/keycloak-scim-server issue 35, better-auth scim-entra-conformance
  test('gain missing values through value paths', async () => {
    const { body } = await entra.post('/Users', {
      schemas: [USER],
      userName: 'absent',
      active: true,
    });
    const path = `/Users/${body.id}`;
    await patch(path, {
      op: 'Add',
      path: 'emails[type eq "work"].value',
      value: 'new.work@example.com',
    });
    await patch(
      path,
      { op: 'Replace', path: 'phoneNumbers[type eq "work"].value', value: '+1-555-0100' },
      { op: 'Replace', path: 'name.familyName', value: 'King' },
    );
    await patch(path, {
      op: 'Replace',
      path: 'addresses[type eq "work"].postalCode',
      value: '94105',
    });
    await patch(path, {
      op: 'Add',
      path: 'addresses[type eq "work"].formatted',
      value: 'some address',
    });
    await patch(
      path,
      { op: 'Add', path: 'emails[type eq "other"].Value', value: 'proxy@example.com' },
      { op: 'Add', path: 'addresses[type eq "other"].Formatted', value: 'Office 1' },
      { op: 'Add', path: `${ENTERPRISE}:department`, value: 'R&D' },
      { op: 'Replace', path: 'roles[primary eq "true"].value', value: 'senior-engineer' },
    );
    expect(await read(body.id)).toMatchObject({
      schemas: [USER, ENTERPRISE],
      emails: [
        { type: 'work', value: 'new.work@example.com' },
        { type: 'other', value: 'proxy@example.com' },
      ],
      phoneNumbers: [{ type: 'work', value: '+1-555-0100' }],
      name: { familyName: 'King' },
      addresses: [
        { type: 'work', postalCode: '94105', formatted: 'some address' },
        { type: 'other', formatted: 'Office 1' },
      ],
      roles: [{ primary: true, value: 'senior-engineer' }],
      [ENTERPRISE]: { department: 'R&D' },
    });
    const refused = await entra.patch(path, { op: 'Remove', value: { displayName: 'Ada' } });
    expect([refused.status, refused.body.scimType]).toEqual([400, 'noTarget']);
  });

  test('accept manager as a list or string, cleared, removed and in filters', async () => {
    const { id } = await created();
    const { id: manager } = await created();
    const held = async (): Promise<unknown> => (await read(id))[ENTERPRISE]?.manager;
    const path = `${ENTERPRISE}:manager`;
    await patch(`/Users/${id}`, {
      op: 'Add',
      path: 'manager',
      value: [{ $ref: `http://example/scim/Users/${manager}`, value: manager }],
    });
    expect(await held()).toMatchObject({ value: manager });
    for (const filter of [
      `id eq ${id} and manager eq ${manager}`,
      `manager eq "${manager}" and id eq "${id}"`,
    ]) {
      expect(await entra.search('/Users', filter)).toMatchObject([{ id }]);
    }
    await patch(`/Users/${id}`, { op: 'Replace', path, value: '' });
    expect(await held()).toBeUndefined();
    expect((await read(id)).schemas).toEqual([USER]);
    await patch(`/Users/${id}`, { op: 'Add', path, value: manager });
    expect(await held()).toEqual({ value: manager, $ref: `${entra.baseUrl}/Users/${manager}` });
    await patch(`/Users/${id}`, { op: 'Remove', path });
    expect(await held()).toBeUndefined();
    expect(await entra.search('/Users', `manager eq "${manager}" and id eq "${id}"`)).toEqual([]);
  });

  // entra-docs, customize-application-attributes.md: AppRoleAssignmentsComplex, which never
  // removes, and AssertiveAppRoleAssignmentsComplex, which replaces.
  test('[3] get app roles from JSON text, and replace them', async () => {
    const { id } = await created();
    const value = '{"id":"06b07648","value":"25","displayName":"Role1234"}';
    await patch(`/Users/${id}`, { op: 'Add', path: 'roles', value: [{ value }] });
    expect((await read(id)).roles).toEqual([{ value: '25', display: 'Role1234' }]);
    const app = { primary: false, type: 'WindowsAzureActiveDirectoryRole' };
    const put = [{ ...app, displayName: 'Admin', value: 'Admin' }];
    await patch(`/Users/${id}`, { op: 'Replace', path: 'roles', value: put });
    const again = '{"id":"06b07649","value":"Admin","displayName":"Admin"}';
    await patch(`/Users/${id}`, { op: 'Add', path: 'roles', value: [{ value: again }, { value }] });
    expect((await read(id)).roles).toEqual([
      { value: 'Admin', display: 'Admin', ...app },
      { value: '25', display: 'Role1234' },
    ]);
    const roles = [
      { primary: false, type: 'WindowsAzureActiveDirectoryRole', display: 'Admin', value: 'Admin' },
      { primary: false, type: 'WindowsAzureActiveDirectoryRole', display: 'User', value: 'User' },
    ];
    await patch(`/Users/${id}`, { op: 'replace', path: 'roles', value: roles });
    expect((await read(id)).roles).toEqual(
      roles.map(({ primary, ...rest }) => ({ ...rest, primary })),
    );
  });

  test('[2] accept dotted and URN names and lower-case ops with aadOptscim062020', async () => {
    const { id } = await created();
    await patch(
      `/Users/${id}`,
      {
        op: 'replace',
        path: 'emails[type eq "work"].value',
        value: 'TestMhvaes@test.microsoft.com',
      },
      {
        op: 'replace',
        value: {
          displayName: 'Bjfe',
          'name.givenName': 'Kkom',
          'name.familyName': 'Unua',
          [`${ENTERPRISE}:employeeNumber`]: 'Aklq',
        },
      },
    );
    const user = await read(id);
    expect(user).toMatchObject({
      schemas: [USER, ENTERPRISE],
      displayName: 'Bjfe',
      name: { formatted: 'givenName familyName', givenName: 'Kkom', familyName: 'Unua' },
      emails: [{ value: 'TestMhvaes@test.microsoft.com', type: 'work', primary: true }],
      [ENTERPRISE]: { employeeNumber: 'Aklq' },
    });
    expect(Object.keys(user).filter((name) => name.includes('.') && name !== ENTERPRISE)).toEqual(
      [],
    );
  });

  test('are matched by work email address and by externalId', async () => {
    const { id, userName } = await created();
    for (const filter of [
      `emails[type eq "work"].value eq "${userName}@TESTUSER.com"`,
      `externalId eq "ext-${userName}"`,
    ]) {
      expect(await entra.search('/Users', filter)).toMatchObject([{ id }]);
    }
    expect(
      await entra.search('/Users', `emails[type eq "home"].value eq "${userName}@testuser.com"`),
    ).toEqual([]);
    expect(await entra.search('/Users', `externalId eq "EXT-${userName}"`)).toEqual([]);
  });
});

describe('groups', () => {
  test('[1] are created, found, changed, renamed and deleted', async () => {
    const [one, two] = [await created(), await created()];
    const displayName = 'Entra Group';
    expect(await entra.search('/Groups', `displayName eq "${displayName}"`)).toEqual([]);
    const { status, body: group } = await entra.post('/Groups', {
      schemas: [GROUP, 'http://schemas.microsoft.com/2006/11/ResourceManagement/ADSCIM/2.0/Group'],
      externalId: '8aa1a0c0-c4c3-4bc0-b4a5-2ef676900159',
      displayName,
      meta: { resourceType: 'Group' },
    });
    expect([status, group.schemas, group.members]).toEqual([201, [GROUP], []]);
    const path = `/Groups/${group.id}`;
    expect((await entra.get(`${path}?excludedAttributes=members`)).body).not.toHaveProperty(
      'members',
    );
    const [found] = (
      await entra.get(`/Groups?excludedAttributes=members&filter=displayName eq "ENTRA group"`)
    ).body.Resources;
    expect([found.id, 'members' in found]).toEqual([group.id, false]);

    const isMember = (id: string) =>
      entra.search('/Groups', `id eq "${group.id}" and members eq "${id}"`);
    expect(await isMember(one.id)).toEqual([]);
    await patch(path, { op: 'Add', path: 'members', value: [{ $ref: null, value: one.id }] });
    expect(await isMember(one.id)).toHaveLength(1);
    expect(
      await entra.search('/Groups', `members eq "${one.id}" and id eq "${group.id}"`),
    ).toHaveLength(1);
    await patch(path, { op: 'Add', path: 'members', value: [{ value: two.id }] });
    expect(await entra.memberIds(group.id)).toEqual([one.id, two.id].sort());

    // bitwarden/server PatchGroupCommand.cs: existing members are added again, one operation each
    const before = (await entra.get(path)).body;
    await patch(
      path,
      { op: 'Add', path: 'members', value: [{ value: one.id }] },
      { op: 'Add', path: 'members', value: [{ value: two.id }] },
    );
    expect((await entra.get(path)).body).toEqual(before);

    await patch(path, { op: 'Remove', path: 'members', value: [{ $ref: null, value: one.id }] });
    expect(await entra.memberIds(group.id)).toEqual([two.id]);
    await patch(path, {
      op: 'Remove',
      path: 'members',
      value: [{ value: one.id }, { value: two.id }],
    });
    expect(await entra.memberIds(group.id)).toEqual([]);

    await patch(path, { op: 'Replace', path: 'displayName', value: 'Renamed Entra Group' });
    expect(await entra.search('/Groups', 'displayName eq "renamed entra group"')).toHaveLength(1);
    expect((await entra.delete(path)).status).toBe(204);
    expect((await entra.get(`${path}?excludedAttributes=members`)).status).toBe(404);
  });

  test('[2] keep members on rename and remove them by filter with aadOptscim062020', async () => {
    const { id } = await created();
    const group = await entra.group('Flagged', [id]);
    await patch(`/Groups/${group.id}`, {
      op: 'replace',
      value: { displayName: 'Renamed Flagged' },
    });
    expect(await entra.memberIds(group.id)).toEqual([id]);
    await patch(`/Groups/${group.id}`, { op: 'remove', path: `members[value eq "${id}"]` });
    await patch(`/Groups/${group.id}`, { op: 'remove', path: `members[value eq "${id}"]` });
    expect(await entra.memberIds(group.id)).toEqual([]);
  });

  test('contain groups and skip unknown members (fleetdm/fleet scim-integration.md)', async () => {
    const [child, parent] = [await entra.group('Child'), await entra.group('Parent')];
    await patch(`/Groups/${parent.id}`, {
      op: 'Add',
      path: 'members',
      value: [{ value: child.id }, { value: 'string id 1' }],
    });
    expect((await entra.get(`/Groups/${parent.id}`)).body.members).toEqual([
      {
        value: child.id,
        $ref: `${entra.baseUrl}/Groups/${child.id}`,
        type: 'Group',
        display: 'Child',
      },
    ]);
  });

  test('[1] have a unique displayName', async () => {
    await entra.group('Unique');
    const { status, body } = await entra.post('/Groups', {
      schemas: [GROUP],
      displayName: 'UNIQUE',
    });
    expect([status, body.scimType]).toEqual([409, 'uniqueness']);
  });

  test('are returned by a PATCH that asks for attributes', async () => {
    const group = await entra.group('Asked');
    const operations = {
      schemas: [PATCH_OP],
      Operations: [{ op: 'Replace', path: 'displayName', value: 'Asked 2' }],
    };
    const reply = await entra.call(
      'PATCH',
      `/Groups/${group.id}?attributes=displayName`,
      operations,
    );
    expect([reply.status, reply.body]).toEqual([
      200,
      { schemas: [GROUP], id: group.id, displayName: 'Asked 2' },
    ]);
  });
});

test('index-based paging returns stable pages and clamps its parameters', async () => {
  const paged = await Client.connect('entra');
  const ids: string[] = [];
  for (let index = 0; index < 7; index += 1) ids.push((await paged.user(`page${index}`)).id);
  const first = (await paged.get('/Users?startIndex=1&count=5')).body;
  const second = (await paged.get('/Users?startIndex=6&count=5')).body;
  expect([first.totalResults, first.itemsPerPage, first.startIndex]).toEqual([7, 5, 1]);
  expect([second.totalResults, second.itemsPerPage, second.startIndex]).toEqual([7, 2, 6]);
  expect([...first.Resources, ...second.Resources].map(({ id }: Body) => id)).toEqual(ids);
  for (const [query, expected] of [
    ['count=0', [7, 0, 1]],
    ['count=-3', [7, 0, 1]],
    ['startIndex=-5&count=1', [7, 1, 1]],
    ['startIndex=100', [7, 0, 100]],
    ['filter=userName sw "page"&startIndex=3&count=2', [7, 2, 3]],
  ] as const) {
    const { body } = await paged.get(`/Users?${query}`);
    expect([body.totalResults, body.itemsPerPage, body.startIndex]).toEqual(expected);
    expect(body.Resources).toHaveLength(expected[1]);
  }
  expect((await paged.get('/Users?count=many')).body.scimType).toBe('invalidCount');
});
