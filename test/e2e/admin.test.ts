import { admin, Client, server, type Body } from '../support/client';

function expectProblem(reply: { status: number; body: Body; headers: Body }, status: number): void {
  expect([reply.status, reply.body.status]).toEqual([status, status]);
  expect(reply.headers['content-type']).toMatch('application/problem+json');
  expect(reply.body.detail.length).toBeGreaterThan(5);
}

describe('connections', () => {
  test('are created with a token that is shown once', async () => {
    const reply = await admin('POST', '/connections', { id: 'acme', displayName: 'Acme', identityProvider: 'okta' });
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
    [{ displayName: 'x', identityProvider: 'okta', nosuch: 1, userDeletion: 'x' }, ['/userDeletion', '/nosuch']],
    [
      { displayName: 'x', identityProvider: 'okta', failureMail: { recipients: ['nobody'] } },
      ['/failureMail/recipients/0'],
    ],
    [{ displayName: 'x', identityProvider: 'okta', tokenExpiresInDays: 0 }, ['/tokenExpiresInDays']],
    ['[]', ['']],
  ])('%j names the wrong fields', async (body, pointers) => {
    const reply = await admin('POST', '/connections', body);
    expectProblem(reply, 400);
    expect(reply.body.errors.map(({ pointer }: Body) => pointer)).toEqual(pointers);
  });

  test('refusals are problem details', async () => {
    await admin('POST', '/connections', { id: 'taken', displayName: 'x', identityProvider: 'rfc' });
    expectProblem(await admin('POST', '/connections', { id: 'taken', displayName: 'x', identityProvider: 'rfc' }), 409);
    expectProblem(await admin('POST', '/connections', '{'), 400);
    expectProblem(await admin('GET', '/connections/nosuch'), 404);
    expectProblem(await admin('GET', '/connections/..%2Fx'), 404);
    expectProblem(await admin('POST', '/connections/nosuch/tokens', {}), 404);
    expectProblem(await admin('GET', '/connections?limit=x'), 400);
    expectProblem(await admin('GET', '/connections?cursor=!!!'), 400);
    const put = await admin('PUT', '/connections/taken', {});
    expectProblem(put, 405);
    expect(put.headers['allow']).toBe('GET');
  });
});

describe('tokens', () => {
  const status = async (client: Client, value: string): Promise<number> =>
    (await client.call('GET', '/Users', undefined, { Authorization: `Bearer ${value}` })).status;

  test('a new one ends the old ones at once', async () => {
    const client = await Client.connect('generic');
    const { status: created, body: token } = await admin('POST', `/connections/${client.id}/tokens`);
    expect([created, Object.keys(token)]).toEqual([201, ['id', 'value', 'createdAt', 'expiresAt']]);
    expect([await status(client, client.token), await status(client, token.value)]).toEqual([401, 200]);
  });

  test('or after an overlap', async () => {
    const client = await Client.connect('generic');
    const { body: token } = await admin('POST', `/connections/${client.id}/tokens`, {
      overlapSeconds: 2,
      expiresInDays: 1,
    });
    expect(Date.parse(token.expiresAt) - Date.parse(token.createdAt)).toBe(86_400_000);
    expect([await status(client, client.token), await status(client, token.value)]).toEqual([200, 200]);
    await new Promise((resolve) => setTimeout(resolve, 2100));
    expect([await status(client, client.token), await status(client, token.value)]).toEqual([401, 200]);
  });

  test('rotations at the same time leave exactly one new token each', async () => {
    const client = await Client.connect('generic');
    const replies = await Promise.all(
      Array.from({ length: 4 }, () => admin('POST', `/connections/${client.id}/tokens`, { overlapSeconds: 60 })),
    );
    for (const { status: issued, body } of replies) {
      expect(issued).toBe(201);
      expect(await status(client, body.value)).toBe(200);
    }
  });

  test('too many at once are refused', async () => {
    const client = await Client.connect('generic');
    const statuses: number[] = [];
    for (let index = 0; index < 10; index += 1) {
      statuses.push((await admin('POST', `/connections/${client.id}/tokens`, { overlapSeconds: 600 })).status);
    }
    expect(statuses).toEqual([...Array.from({ length: 9 }, () => 201), 409]);
    // Without an overlap they all end, so there is room: a leak must not wait.
    expect((await admin('POST', `/connections/${client.id}/tokens`)).status).toBe(201);
  });

  test('their settings are checked', async () => {
    const client = await Client.connect('generic');
    const reply = await admin('POST', `/connections/${client.id}/tokens`, { overlapSeconds: -1 });
    expectProblem(reply, 400);
    expect(reply.body.errors[0].pointer).toBe('/overlapSeconds');
  });
});
