import {
  admin,
  Client,
  expectError,
  GROUP,
  PATCH_OP,
  send,
  USER,
  type Body,
} from '../support/client';

let client: Client;

beforeAll(async () => {
  client = await Client.connect('generic');
});

describe('authentication', () => {
  test('rejects missing, malformed, wrong and foreign tokens with the same 401', async () => {
    const other = await Client.connect('generic');
    const last = client.token.at(-1) === 'A' ? 'B' : 'A';
    const wrong = [
      undefined,
      '',
      'Bearer',
      `Basic ${client.token}`,
      'Bearer x',
      `Bearer ${other.token}`,
      `Bearer ${client.token.slice(0, -1)}${last}`,
      `Bearer ${client.token}x`,
    ];
    const replies = await Promise.all(
      wrong.map((authorization) =>
        send(
          'GET',
          `${client.baseUrl}/Users`,
          authorization === undefined ? {} : { Authorization: authorization },
        ),
      ),
    );
    for (const reply of replies) {
      expectError(reply, 401);
      expect(reply.text).toBe(replies[0]?.text);
      expect(reply.headers['www-authenticate']).toBe('Bearer');
    }
  });

  test('returns 401 for an unknown connection, 404 with a hint for an unknown URL', async () => {
    expectError(
      await send('GET', client.baseUrl.replace(client.id, 'nosuch') + '/Users', {
        Authorization: `Bearer ${client.token}`,
      }),
      401,
    );
    const outside = await send('GET', client.baseUrl.replace(/\/v2.*/, '/nosuch'), {
      Authorization: `Bearer ${client.token}`,
    });
    expectError(outside, 404);
    expect(outside.body.detail).toContain('/v2/connections/');
  });

  test('requires a token on every endpoint', async () => {
    for (const path of ['', '/Users', '/Groups', '/Schemas', '/ServiceProviderConfig', '/nosuch']) {
      expectError(await send('GET', client.baseUrl + path), 401);
    }
  });
});

describe('request handling', () => {
  let user: Body;
  beforeAll(async () => {
    user = await client.user('victim', { emails: [{ value: 'v@example.com', type: 'work' }] });
  });
  afterEach(async () => {
    expect((await client.get(`/Users/${user.id}`)).body).toEqual(user);
  });

  test.each([
    ['malformed JSON', 'POST', '/Users', '{"userName": ', 400, 'invalidSyntax'],
    ['an empty body', 'POST', '/Users', '', 400, 'invalidSyntax'],
    ['an array as the body', 'POST', '/Users', '[]', 400, 'invalidSyntax'],
    ['a user without userName', 'POST', '/Users', '{"schemas":[]}', 400, 'invalidValue'],
    [
      'JSON nested 100,000 levels deep',
      'POST',
      '/Users',
      `{"userName":${'['.repeat(100_000)}${']'.repeat(100_000)}}`,
      400,
      'invalidSyntax',
    ],
    [
      'a value of the wrong type',
      'PATCH',
      '/Users/:id',
      '{"Operations":[{"op":"replace","path":"active","value":"maybe"}]}',
      400,
      'invalidValue',
    ],
    [
      'a PATCH op nested 100,000 levels deep',
      'PATCH',
      '/Users/:id',
      `{"Operations":[{"op":${'['.repeat(100_000)}${']'.repeat(100_000)}}]}`,
      400,
      'invalidSyntax',
    ],
    [
      '__proto__ in a path',
      'PATCH',
      '/Users/:id',
      '{"Operations":[{"op":"add","path":"__proto__.polluted","value":1}]}',
      400,
      'invalidPath',
    ],
    [
      'a malformed path',
      'PATCH',
      '/Users/:id',
      '{"Operations":[{"op":"add","path":"emails[","value":1}]}',
      400,
      'invalidPath',
    ],
    ['an unknown id', 'GET', '/Users/nosuch', undefined, 404, undefined],
    [
      'an id that looks like a table key',
      'GET',
      '/Groups/displayName%23x',
      undefined,
      404,
      undefined,
    ],
    ['the id of another resource type', 'GET', '/Groups/:id', undefined, 404, undefined],
    ['an unknown endpoint', 'GET', '/Nosuch', undefined, 404, undefined],
    ['an unknown endpoint below a resource', 'GET', '/Users/:id/groups', undefined, 404, undefined],
    ['GET /Me', 'GET', '/Me', undefined, 501, undefined],
    ['an unsupported method on a collection', 'DELETE', '/Users', undefined, 405, undefined],
    ['an unsupported method on a resource', 'POST', '/Users/:id', '{}', 405, undefined],
    ['an unsupported method on discovery', 'POST', '/Schemas', '{}', 405, undefined],
    ['a filter on discovery', 'GET', '/Schemas?filter=id pr', undefined, 403, undefined],
    ['a filter on a password', 'GET', '/Users?filter=password pr', undefined, 403, 'sensitive'],
    [
      'a filter of 5,000 opening parentheses',
      'GET',
      `/Users?filter=${'('.repeat(5000)}`,
      undefined,
      400,
      'invalidFilter',
    ],
    ['an unpaired surrogate', 'POST', '/Users', '{"userName":"\\ud800"}', 400, 'invalidValue'],
    [
      'a remove operation whose value selects nothing',
      'PATCH',
      '/Users/:id',
      '{"Operations":[{"op":"remove","path":"emails","value":[{}]}]}',
      400,
      'invalidValue',
    ],
    ['a malformed filter', 'GET', '/Users?filter=userName eq "a', undefined, 400, 'invalidFilter'],
    [
      'attributes together with excludedAttributes',
      'GET',
      '/Users?attributes=id&excludedAttributes=id',
      undefined,
      400,
      'invalidValue',
    ],
  ])('rejects %s and changes nothing', async (_name, method, path, body, status, scimType) => {
    const reply = await client.call(method, path.replace(':id', user.id), body);
    expectError(reply, status, scimType);
    if (status === 405) expect(reply.headers['allow']).toMatch('GET');
  });

  test('rejects a filter nested 10,000 levels deep', async () => {
    // Node.js limits request lines to 16 KB and API Gateway to 10 KB. Both reject the URL at once.
    const reply = await client.get(
      `/Users?filter=${'('.repeat(10_000)}userName pr${')'.repeat(10_000)}`,
    );
    expect([400, 414, 431]).toContain(reply.status);
  });

  test('rejects bodies of 10 MB and 5.5 MB', async () => {
    for (const size of [10, 5.5]) {
      const body = `{"userName":"${'x'.repeat(size * 1024 * 1024)}"}`;
      expectError(await client.call('POST', '/Users', body), 413);
    }
  });

  test('rejects a user that exceeds the item size limit of the table', async () => {
    const emails = Array.from({ length: 30 }, (_, index) => ({
      value: `${index}@example.com`,
      display: 'é'.repeat(8000),
    }));
    expectError(await client.post('/Users', { schemas: [USER], userName: 'large', emails }), 413);
    const { id } = await client.user('grows');
    expectError(
      await client.patch(`/Users/${id}`, { op: 'add', path: 'emails', value: emails }),
      413,
    );
  });

  test('rejects text/xml and accepts JSON and SCIM media types', async () => {
    expectError(
      await client.call('POST', '/Users', '<user/>', { 'Content-Type': 'text/xml' }),
      415,
    );
    for (const type of [
      'application/json',
      'application/scim+json;charset=UTF-8',
      'APPLICATION/SCIM+JSON; Charset="utf-8"',
    ]) {
      const { status } = await client.call(
        'POST',
        '/Users',
        { schemas: [USER], userName: type },
        { 'Content-Type': type },
      );
      expect(status).toBe(201);
    }
  });

  test('answers HEAD like GET, without the body', async () => {
    const [head, get] = [
      await client.call('HEAD', `/Users/${user.id}`),
      await client.get(`/Users/${user.id}`),
    ];
    expect([head.status, head.text]).toEqual([200, '']);
    for (const name of ['etag', 'content-type', 'location'])
      expect(head.headers[name]).toBe(get.headers[name]);
  });

  test('lets PATCH remove active, and a filter on active then skips the user', async () => {
    const inactive = await client.user('inactive', { active: false });
    const { body } = await client.patch(`/Users/${inactive.id}`, { op: 'remove', path: 'active' });
    expect(body).not.toHaveProperty('active');
    expect(await client.search('/Users', 'userName eq "inactive" and active pr')).toEqual([]);
  });

  test('keeps the display of members as sent and rejects a group in itself', async () => {
    const member = await client.user('shown');
    const group = await client.group('Shown', [member.id]);
    const members = [{ value: member.id, display: 'Renamed' }];
    const { body } = await client.put(`/Groups/${group.id}`, { displayName: 'Shown', members });
    expect(body.members).toMatchObject(members);
    expect(body.meta.version).not.toBe(group.meta.version);
    expectError(
      await client.patch(`/Groups/${group.id}`, {
        op: 'add',
        path: 'members',
        value: [{ value: group.id }],
      }),
      400,
      'invalidValue',
    );
  });

  test('accepts trailing slashes, unknown parameters and encoded filters', async () => {
    for (const path of ['/Users/', '/Users?', '/Users?&', '/Users?nosuch=1&']) {
      expect((await client.get(path)).status).toBe(200);
    }
    expect(
      (
        await client.call(
          'GET',
          '/Users?filter=userName%20eq%20%22victim%22%20and%20' +
            'emails.value%20eq%20%22V@example.com%22',
        )
      ).body.totalResults,
    ).toBe(1);
  });
});

describe('resource versions', () => {
  test('are checked by If-Match and If-None-Match, with 412 and 304', async () => {
    const user = await client.user('versioned');
    const path = `/Users/${user.id}`;
    const { version } = user.meta;
    const notModified = await client.call('GET', path, undefined, { 'If-None-Match': version });
    expect([notModified.status, notModified.text, notModified.headers['etag']]).toEqual([
      304,
      '',
      version,
    ]);
    expect(
      (await client.call('GET', path, undefined, { 'If-None-Match': 'W/"other"' })).status,
    ).toBe(200);
    const operations = {
      schemas: [PATCH_OP],
      Operations: [{ op: 'replace', path: 'title', value: 'T' }],
    };
    expectError(await client.call('PATCH', path, operations, { 'If-Match': 'W/"other"' }), 412);
    const patched = await client.call('PATCH', path, operations, {
      'If-Match': `W/"other", ${version}`,
    });
    expect([patched.status, patched.body.title]).toEqual([200, 'T']);
    expectError(await client.call('DELETE', path, undefined, { 'If-Match': version }), 412);
    expect((await client.call('DELETE', path, undefined, { 'If-Match': '*' })).status).toBe(204);
  });
});

describe('the rfc profile', () => {
  let rfc: Client;
  beforeAll(async () => {
    rfc = await Client.connect('rfc');
  });

  test('rejects what other profiles tolerate', async () => {
    const user = await rfc.user('strict');
    const path = `/Users/${user.id}`;
    expectError(
      await rfc.patch(path, { op: 'Replace', path: 'title', value: 'T' }),
      400,
      'invalidSyntax',
    );
    expectError(
      await rfc.patch(path, { op: 'replace', path: 'active', value: 'False' }),
      400,
      'invalidValue',
    );
    expectError(
      await rfc.patch(path, { op: 'replace', path: 'emails[type eq "work"].value', value: 'a' }),
      400,
      'noTarget',
    );
    expectError(await rfc.post('/Users', { userName: 'x' }), 400, 'invalidSyntax');
    expectError(
      await rfc.post('/Users', { schemas: [USER, 'urn:x'], userName: 'x' }),
      400,
      'invalidValue',
    );
    const unknown = await rfc.post('/Groups', {
      schemas: [GROUP],
      displayName: 'G',
      members: [{ value: 'nobody' }],
    });
    expectError(unknown, 400, 'invalidValue');
    expect(unknown.body.detail).toContain('nobody');
  });

  test('lets groups share a displayName and finds all of them', async () => {
    const ids = [(await rfc.group('Twins')).id, (await rfc.group('TWINS')).id];
    expect(
      (await rfc.search('/Groups', 'displayName eq "twins"')).map(({ id }: Body) => id),
    ).toEqual(ids);
  });
});

describe('discovery', () => {
  test('announces the features, resource types and schemas that are served', async () => {
    const config = (await client.get('/ServiceProviderConfig')).body;
    expect(config).toMatchObject({
      patch: { supported: true },
      etag: { supported: true },
      filter: { supported: true },
    });
    const types = (await client.get('/ResourceTypes')).body;
    expect(types.Resources.map(({ id, endpoint }: Body) => [id, endpoint])).toEqual([
      ['User', '/Users'],
      ['Group', '/Groups'],
    ]);
    for (const path of [
      '/ResourceTypes/User',
      `/Schemas/${USER}`,
      `/Schemas/${encodeURIComponent(GROUP)}`,
    ]) {
      const { status, body } = await client.get(path);
      expect([status, decodeURIComponent(`${client.baseUrl}${path}`)]).toEqual([
        200,
        body.meta.location,
      ]);
    }
    expectError(await client.get('/Schemas/urn:nosuch'), 404);
    const schemas = (await client.get('/Schemas')).body;
    expect(schemas.Resources.map(({ name }: Body) => name)).toEqual([
      'User',
      'EnterpriseUser',
      'Group',
      'ServiceProviderConfig',
      'ResourceType',
      'Schema',
    ]);
    expect(schemas.totalResults).toBe(6);
  });
});

describe('the Prefer header (RFC 7240)', () => {
  test('overrides the profile with return=minimal and return=representation', async () => {
    const entra = await Client.connect('entra');
    for (const [target, preference, status] of [
      [client, 'return=minimal', 204],
      [client, 'handling=lenient, return = "minimal"', 204],
      [entra, 'return=representation', 200],
    ] as const) {
      const { id } = await target.user(`prefers-${preference}`);
      const body = {
        schemas: [PATCH_OP],
        Operations: [{ op: 'replace', path: 'title', value: 'T' }],
      };
      const reply = await target.call('PATCH', `/Users/${id}`, body, { Prefer: preference });
      expect([reply.status, reply.headers['preference-applied']]).toEqual([
        status,
        status === 204 ? 'return=minimal' : 'return=representation',
      ]);
    }
  });
});

describe('users-only connections', () => {
  test('answer group queries with an empty list and group changes with 501', async () => {
    const usersOnly = await Client.connect('entra', { groups: false });
    for (const path of [
      '/Groups',
      '/Groups?excludedAttributes=members&filter=displayName+eq+%22x%22',
    ]) {
      const { status, body } = await usersOnly.get(path);
      expect([status, body.totalResults, body.Resources]).toEqual([200, 0, []]);
    }
    expectError(await usersOnly.post('/Groups', { schemas: [GROUP], displayName: 'G' }), 501);
    expectError(await usersOnly.get('/Groups/01890a5d-ac96-774b-bcce-b302099a8057'), 404);
    expect(
      (await usersOnly.get('/ResourceTypes')).body.Resources.map(({ id }: Body) => id),
    ).toEqual(['User']);
    expect((await usersOnly.user('still syncing')).active).toBe(true);
  });
});

test('a connection cannot read the directory of another connection', async () => {
  const other = await Client.connect('generic');
  const user = await client.user('private');
  expectError(await other.get(`/Users/${user.id}`), 404);
  expect((await other.get('/Users')).body.totalResults).toBe(0);
  expect(await other.search('/Users', `id eq "${user.id}"`)).toEqual([]);
  expect((await other.user('private')).id).not.toBe(user.id);
  expect((await admin('GET', `/connections/${other.id}`)).status).toBe(200);
});
