import { admin, Client, expectProblem, server, type Body } from '../support/client';

describe('connections', () => {
  test('are created with a token that is shown once', async () => {
    const reply = await admin('POST', '/connections', {
      id: 'acme',
      displayName: 'Acme',
      identityProvider: 'okta',
    });
    expect(reply.status).toBe(201);
    const { token, ...connection } = reply.body;
    expect(connection).toMatchObject({
      id: 'acme',
      displayName: 'Acme',
      identityProvider: 'okta',
      enabled: true,
      userDeletion: 'retain',
      groups: true,
      tokenExpiresInDays: 365,
      scimBaseUrl: server().adminUrl.replace(/\/admin$/, '/v2/connections/acme'),
    });
    expect(token.value).toMatch(/^scim_acme_[a-z0-9]+_[A-Za-z0-9_-]{43}$/);
    expect(Date.parse(token.expiresAt) - Date.parse(token.createdAt)).toBe(365 * 86_400_000);
    const read = await admin('GET', '/connections/acme');
    expect([read.status, read.body]).toEqual([200, connection]);
    expect((await admin('GET', '/connections')).text).not.toContain(token.value);
  });

  test('are listed in pages', async () => {
    for (const id of ['page-a', 'page-b', 'page-c']) {
      await admin('POST', '/connections', { id, displayName: id, identityProvider: 'generic' });
    }
    const ids: string[] = [];
    let cursor = '';
    do {
      const { body } = await admin('GET', `/connections?limit=2${cursor}`);
      expect(body.connections.length).toBeLessThanOrEqual(2);
      ids.push(...body.connections.map(({ id }: Body) => id));
      cursor = body.nextCursor === undefined ? '' : `&cursor=${body.nextCursor}`;
    } while (cursor !== '');
    expect(ids).toEqual([...new Set(ids)].sort());
    expect(ids).toEqual(expect.arrayContaining(['page-a', 'page-b', 'page-c']));
  });

  test.each([
    [{ identityProvider: 'okta' }, ['/displayName']],
    [{ displayName: 'x', identityProvider: 'nosuch' }, ['/identityProvider']],
    [{ displayName: 'x', identityProvider: 'okta', id: 'No Such' }, ['/id']],
    [{ displayName: 'x', identityProvider: 'okta', id: 'v2' }, ['/id']],
    [
      { displayName: 'x', identityProvider: 'okta', nosuch: 1, userDeletion: 'x' },
      ['/userDeletion', '/nosuch'],
    ],
    [
      { displayName: 'x', identityProvider: 'okta', failureMail: { recipients: ['nobody'] } },
      ['/failureMail/recipients/0'],
    ],
    [
      { displayName: 'x', identityProvider: 'okta', tokenExpiresInDays: 0 },
      ['/tokenExpiresInDays'],
    ],
    ['[]', ['']],
    [
      { displayName: 'x', rotation: { everyDays: 1001 }, tokenExpiresInDays: 3650 },
      ['/rotation/everyDays'],
    ],
    [{ displayName: null }, ['/displayName']],
    [{ displayName: 'bell\u0007' }, ['/displayName']],
    [{ displayName: 'half \ud800' }, ['/displayName']],
    [{ displayName: 'x', rotation: { everyDays: 7, overlapDays: 7 } }, ['/rotation/overlapDays']],
    [{ displayName: 'x', rotation: { everyDays: 30 }, secret: false }, ['/rotation']],
    [
      { displayName: 'x', rotation: { everyDays: 30 }, tokenExpiresInDays: 30 },
      ['/rotation/everyDays'],
    ],
  ])('are rejected with pointers to the invalid fields: %j', async (body, pointers) => {
    const reply = await admin('POST', '/connections', body);
    expectProblem(reply, 400);
    expect(reply.body.errors.map(({ pointer }: Body) => pointer)).toEqual(pointers);
  });

  test('return errors as problem details (RFC 9457)', async () => {
    await admin('POST', '/connections', { id: 'taken', displayName: 'x', identityProvider: 'rfc' });
    expectProblem(
      await admin('POST', '/connections', {
        id: 'taken',
        displayName: 'x',
        identityProvider: 'rfc',
      }),
      409,
    );
    expectProblem(await admin('POST', '/connections', '{'), 400);
    expectProblem(await admin('GET', '/connections/nosuch'), 404);
    expectProblem(await admin('GET', '/connections/..%2Fx'), 404);
    expectProblem(await admin('POST', '/connections/nosuch/tokens', {}), 404);
    for (const path of ['/tokens', '/audit', '/schemas']) {
      expectProblem(await admin('GET', `/connections/nosuch${path}`), 404);
    }
    expectProblem(await admin('PATCH', '/connections/nosuch', {}), 404);
    expectProblem(await admin('DELETE', '/connections/nosuch'), 404);
    expectProblem(await admin('DELETE', '/connections/nosuch/tokens/x'), 404);
    expectProblem(await admin('GET', '/connections?limit=x'), 400);
    expectProblem(await admin('GET', '/connections?cursor=!!!'), 400);
    const put = await admin('PUT', '/connections/taken', {});
    expectProblem(put, 405);
    expect(put.headers['allow']).toBe('GET, PATCH, DELETE');
  });
});

test('oversized and deeply nested bodies are rejected with a short response', async () => {
  const client = await Client.connect('generic');
  const nested = `${'{"a":'.repeat(20_000)}1${'}'.repeat(20_000)}`;
  expectProblem(await admin('PATCH', `/connections/${client.id}`, nested), 400);
  const fields = Object.fromEntries(Array.from({ length: 50_000 }, (_, index) => [`f${index}`, 1]));
  const reply = await admin('PATCH', `/connections/${client.id}`, fields);
  expectProblem(reply, 400);
  expect(reply.text.length).toBeLessThan(10_000);
  expectProblem(await admin('PATCH', `/connections/${client.id}`, '[]'), 400);
});

describe('changes', () => {
  const patch = (client: Client, body: unknown) =>
    admin('PATCH', `/connections/${client.id}`, body);

  test('are merge patches: named settings change, null restores the default', async () => {
    const client = await Client.connect('okta', { failureMail: { recipients: ['a@b.example'] } });
    const changed = await patch(client, {
      displayName: 'Other',
      userDeletion: 'erase',
      failureMail: { recipients: ['c@d.example'] },
      rotation: { everyDays: 90 },
    });
    expect([changed.status, changed.body]).toEqual([
      200,
      expect.objectContaining({
        displayName: 'Other',
        identityProvider: 'okta',
        userDeletion: 'erase',
        failureMail: { recipients: ['c@d.example'] },
        rotation: { everyDays: 90, overlapDays: 7 },
      }),
    ]);
    const reset = await patch(client, { userDeletion: null, failureMail: null, rotation: null });
    expect(reset.body).toMatchObject({ displayName: 'Other', userDeletion: 'retain' });
    expect(reset.body).not.toHaveProperty('failureMail');
    expect(reset.body).not.toHaveProperty('rotation');
    expect((await admin('GET', `/connections/${client.id}`)).body).toEqual(reset.body);
    expect((await client.get('/Users')).status).toBe(200);
  });

  test.each([
    [{ displayName: null }, '/displayName'],
    [{ displayName: '' }, '/displayName'],
    [{ id: 'other' }, '/id'],
    [{ secret: false }, '/secret'],
    [{ enabled: 'no' }, '/enabled'],
    [{ tokens: [] }, '/tokens'],
    [{ cursorKey: 'x' }, '/cursorKey'],
    [{ failureMail: {} }, '/failureMail/recipients'],
    [{ rotation: { everyDays: 5, overlapDays: 6 } }, '/rotation/overlapDays'],
  ])('are rejected as a whole if one field is invalid: %j', async (body, pointer) => {
    const client = await Client.connect('generic');
    const before = (await admin('GET', `/connections/${client.id}`)).body;
    const reply = await patch(client, { groups: false, ...body });
    expectProblem(reply, 400);
    expect(reply.body.errors.map((error: Body) => error.pointer)).toEqual([pointer]);
    expect((await admin('GET', `/connections/${client.id}`)).body).toEqual(before);
  });

  test('disable a connection (403 with its token, 401 without) and enable it again', async () => {
    const client = await Client.connect('generic');
    expect((await patch(client, { enabled: false })).body.enabled).toBe(false);
    const reply = await client.get('/Users');
    expect([reply.status, reply.body.status]).toEqual([403, '403']);
    const wrong = { Authorization: `Bearer ${client.token.slice(0, -1)}_` };
    expect((await client.call('GET', '/Users', undefined, wrong)).status).toBe(401);
    expect((await patch(client, { enabled: true })).status).toBe(200);
    expect((await client.get('/Users')).status).toBe(200);
  });

  test('turn groups off and on again', async () => {
    const client = await Client.connect('entra');
    await client.group('Kept');
    await patch(client, { groups: false });
    expect((await client.get('/Groups')).body.totalResults).toBe(0);
    await patch(client, { groups: true });
    expect((await client.get('/Groups')).body.totalResults).toBe(1);
  });

  test('switch the profile, but not to other group name rules while groups exist', async () => {
    const client = await Client.connect('okta');
    const group = await client.group('Named');
    expect((await patch(client, { identityProvider: 'entra' })).status).toBe(200);
    const refused = await patch(client, { identityProvider: 'rfc' });
    expectProblem(refused, 409);
    expect(refused.body.errors[0].pointer).toBe('/identityProvider');
    await client.delete(`/Groups/${group.id}`);
    expect((await patch(client, { identityProvider: 'rfc' })).status).toBe(200);
  });

  test('that run concurrently all take effect', async () => {
    const client = await Client.connect('generic');
    const bodies = [
      { groups: false },
      { userDeletion: 'erase' },
      { displayName: 'New' },
      { tokenExpiresInDays: 9 },
    ];
    await Promise.all(bodies.map((body) => patch(client, body)));
    expect((await admin('GET', `/connections/${client.id}`)).body).toMatchObject(
      Object.assign({}, ...bodies),
    );
  });
});
