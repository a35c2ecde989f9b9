import { Client, ERROR, GROUP, USER, type Body } from '../support/client';

/**
 * Requests that Okta sends, and the expected results. Source: okta/okta-developer-docs
 * packages/@okta/vuepress-site/docs/reference/scim/scim-20; other sources are named at their tests.
 */
const HEADERS = {
  Accept: 'application/scim+json',
  'Accept-Charset': 'utf-8',
  'Content-Type': 'application/scim+json; charset=utf-8',
  'User-Agent': 'Okta SCIM Client 1.0.0',
};
let okta: Client;
let names = 0;

beforeAll(async () => {
  okta = await Client.connect('okta', {}, HEADERS);
});

function createUser(userName: string): object {
  return {
    schemas: [USER],
    userName,
    name: { givenName: 'Test', familyName: 'User' },
    emails: [{ primary: true, value: userName, type: 'work' }],
    displayName: 'Test User',
    locale: 'en-US',
    externalId: '00ujl29u0le5T6Aj10h7',
    groups: [],
    password: '1mz050nq',
    active: true,
  };
}

/** Returns the body of an update. Okta reads the user, changes it and puts the whole object. */
function updateUser(id: string, userName: string, changes: object): object {
  return {
    schemas: [USER],
    id,
    userName,
    name: { givenName: 'Another', middleName: '', familyName: 'User' },
    emails: [{ primary: true, value: userName, type: 'work', display: userName }],
    active: true,
    groups: [],
    meta: { resourceType: 'User' },
    ...changes,
  };
}

async function created(): Promise<{ id: string; userName: string }> {
  const userName = `user${(names += 1)}@example.com`;
  const { status, body } = await okta.post('/Users', createUser(userName));
  expect(status).toBe(201);
  return { id: body.id, userName };
}

test('Test API Credentials: both of its requests succeed', async () => {
  for (const path of ['/Users?startIndex=1&count=2', '/Groups?startIndex=1&count=100']) {
    const { status, body } = await okta.get(path);
    expect([status, typeof body.totalResults, body.startIndex]).toEqual([200, 'number', 1]);
  }
});

test('assigning a user returns the whole user, without the password', async () => {
  const userName = 'assigned@example.com';
  const filter =
    `/Users?filter=userName%20eq%20%22${encodeURIComponent(userName)}%22` +
    '&startIndex=1&count=100';
  expect((await okta.get(filter)).body).toMatchObject({
    totalResults: 0,
    itemsPerPage: 0,
    Resources: [],
  });
  const { status, body, headers, text } = await okta.post('/Users', createUser(userName));
  expect(status).toBe(201);
  expect(text).not.toContain('1mz050nq');
  expect(headers['location']).toBe(body.meta.location);
  expect(headers['etag']).toBe(body.meta.version);
  const { password: _, groups: __, ...kept } = createUser(userName) as Record<string, unknown>;
  expect(body).toMatchObject(kept);
  expect((await okta.get(filter)).body.Resources).toEqual([body]);
  expect((await okta.get(`/Users/${body.id}`)).body).toEqual(body);
  const again = await okta.post('/Users', createUser(userName.toUpperCase()));
  expect([again.status, again.body.schemas, again.body.scimType]).toEqual([
    409,
    [ERROR],
    'uniqueness',
  ]);
});

test('an update replaces the user and ignores readOnly values and empty strings', async () => {
  const { id, userName } = await created();
  const { status, body } = await okta.put(
    `/Users/${id}`,
    updateUser(id, userName, { title: '', nickName: 'Nick' }),
  );
  expect([status, body.id, body.nickName]).toEqual([200, id, 'Nick']);
  expect(body.name).toEqual({ givenName: 'Another', familyName: 'User' });
  // PUT removes the attributes that it omits (RFC 7644 section 3.5.1).
  expect(body).not.toHaveProperty('locale');
  expect(body).not.toHaveProperty('title');
  expect((await okta.get(`/Users/${id}`)).body).toEqual(body);
});

test('a PUT without active keeps an inactive user inactive', async () => {
  const { id, userName } = await created();
  await okta.put(`/Users/${id}`, updateUser(id, userName, { active: false }));
  const { body } = await okta.put(
    `/Users/${id}`,
    updateUser(id, userName, { active: undefined, title: 'T' }),
  );
  expect([body.active, body.title]).toEqual([false, 'T']);
});

test('a PUT that changes nothing keeps the version', async () => {
  const { id, userName } = await created();
  const first = (await okta.put(`/Users/${id}`, updateUser(id, userName, {}))).body;
  const second = (await okta.put(`/Users/${id}`, updateUser(id, userName, {}))).body;
  expect(second).toEqual(first);
});

test('deactivating and reactivating by PATCH or PUT keeps the id and the attributes', async () => {
  const { id, userName } = await created();
  const off = await okta.patch(`/Users/${id}`, { op: 'replace', value: { active: false } });
  expect([off.status, off.body.active, off.body.userName]).toEqual([200, false, userName]);
  expect((await okta.get(`/Users/${id}`)).body.active).toBe(false);
  // boxyhq/jackson npm/test/dsync/data/user-requests.ts: PATCH without schemas
  const on = await okta.call('PATCH', `/Users/${id}`, {
    Operations: [{ op: 'replace', value: { active: true } }],
  });
  expect([on.status, on.body.active, on.body.displayName]).toEqual([200, true, 'Test User']);
  const password = await okta.patch(`/Users/${id}`, {
    op: 'replace',
    value: { password: 'n3wPassw0rd' },
  });
  expect([password.status, password.text.includes('n3wPassw0rd'), password.body]).toEqual([
    200,
    false,
    on.body,
  ]);
  expect(
    (await okta.put(`/Users/${id}`, updateUser(id, userName, { active: false }))).body.active,
  ).toBe(false);
});

test('an import gets stable pages, and an empty page past the end', async () => {
  const first = (await okta.get('/Users?startIndex=1&count=100')).body;
  const again = (await okta.get('/Users?startIndex=1&count=100')).body;
  expect(again).toEqual(first);
  const beyond = (await okta.get(`/Users?startIndex=${Number(first.totalResults) + 1}&count=100`))
    .body;
  expect([beyond.itemsPerPage, beyond.Resources]).toEqual([0, []]);
});

describe('group push', () => {
  let one: Body;
  let two: Body;
  beforeAll(async () => {
    [one, two] = [await created(), await created()];
  });

  test('works by PATCH', async () => {
    const displayName = 'Push Group';
    const filter =
      `/Groups?filter=displayName%20eq%20%22${encodeURIComponent(displayName)}%22` +
      '&startIndex=1&count=100';
    expect((await okta.get(filter)).body.Resources).toEqual([]);
    const { body: group } = await okta.post('/Groups', {
      schemas: [GROUP],
      displayName,
      members: [],
    });
    expect(group.id).not.toContain('bulkId');
    const path = `/Groups/${group.id}`;
    const patch = async (...operations: object[]): Promise<string[]> => {
      const { status, body } = await okta.patch(path, ...operations);
      expect([status, body.displayName]).toEqual([200, displayName]);
      return body.members.map(({ value }: Body) => value).sort();
    };
    const both = [one.id, two.id].sort();
    const members = (...users: Body[]) =>
      users.map(({ id, userName }) => ({ value: id, display: userName }));
    expect(await patch({ op: 'replace', path: 'members', value: members(one, two) })).toEqual(both);
    // Okta sends the group's id with every rename; the members must stay the same.
    expect(await patch({ op: 'replace', value: { id: group.id, displayName } })).toEqual(both);
    expect(
      await patch(
        { op: 'remove', path: `members[value eq "${two.id}"]` },
        { op: 'add', path: 'members', value: members(one) },
      ),
    ).toEqual([one.id]);
    // Metatavu/keycloak-scim-server pull 101
    expect(await patch({ op: 'replace', value: { members: members(two) } })).toEqual([two.id]);
    // Captain-P-Goldfish/SCIM-SDK issue 757: "Push now" of an empty group
    expect(await patch({ op: 'replace', path: 'members', value: [] })).toEqual([]);
    expect((await okta.delete(path)).status).toBe(204);
  });

  test('works by PUT (simpleidserver/SimpleIdServer issue 247)', async () => {
    const { body: group } = await okta.post('/Groups', {
      schemas: [GROUP],
      displayName: 'Put Group',
      members: [],
    });
    const put = async (body: object): Promise<Body> =>
      (await okta.put(`/Groups/${group.id}`, { schemas: [GROUP], ...body })).body;
    const displayName = 'Put Group';
    expect((await put({ id: group.id, displayName, members: [] })).members).toEqual([]);
    const member = { value: one.id, display: one.userName };
    expect((await put({ id: group.id, displayName, members: [member] })).members).toMatchObject([
      member,
    ]);
    const unchanged = await put({ displayName, members: [member] });
    expect((await put({ displayName, members: [member] })).meta).toEqual(unchanged.meta);
    // PUT removes the members if it omits them.
    expect((await put({ displayName })).members).toEqual([]);
  });
});
