import { Client, ENTERPRISE, expectError } from '../support/client';

let client: Client;

beforeAll(async () => {
  client = await Client.connect('generic');
});

describe('resource lifecycle', () => {
  test('removes a deleted user from its groups and revives it with the same id', async () => {
    const user = await client.user('lazarus', { externalId: 'ext-lazarus', title: 'T' });
    const group = await client.group('Mourners', [user.id]);
    expect((await client.delete(`/Users/${user.id}`)).status).toBe(204);
    expect(await client.memberIds(group.id)).toEqual([]);
    expect((await client.get(`/Groups/${group.id}`)).body.meta.version).not.toBe(
      group.meta.version,
    );
    const { totalResults } = (await client.get('/Users?count=0')).body;
    const back = await client.user('lazarus2', { externalId: 'ext-lazarus' });
    expect([back.id, back.active, back.title]).toEqual([user.id, true, undefined]);
    expect((await client.get('/Users?count=0')).body.totalResults).toBe(Number(totalResults) + 1);
    // The revival consumed the retained user, so its earlier userName creates a new user.
    expect((await client.user('lazarus')).id).not.toBe(user.id);
  });

  test('revives each of several users with the same externalId', async () => {
    const [one, two] = [
      await client.user('twin1', { externalId: 'twin' }),
      await client.user('twin2', { externalId: 'twin' }),
    ];
    for (const { id } of [one, two]) await client.delete(`/Users/${id}`);
    const back = [
      await client.user('twin3', { externalId: 'twin' }),
      await client.user('twin4', { externalId: 'twin' }),
    ];
    expect(back.map(({ id }) => id).sort()).toEqual([one.id, two.id].sort());
  });

  test('does not revive users with userDeletion erase', async () => {
    const erasing = await Client.connect('generic', { userDeletion: 'erase' });
    const user = await erasing.user('gone');
    await erasing.delete(`/Users/${user.id}`);
    expect((await erasing.user('gone')).id).not.toBe(user.id);
  });

  test('truncates long display names of members instead of rejecting them', async () => {
    const user = await client.user('long', { displayName: '😀'.repeat(50_000) });
    const group = await client.group('Long', [user.id]);
    expect(group.members[0].display).toBe('😀'.repeat(128));
    const members = [{ value: user.id, display: 'x'.repeat(500_000) }];
    const { status, body } = await client.patch(`/Groups/${group.id}`, {
      op: 'replace',
      path: 'members',
      value: members,
    });
    expect([status, body.members[0].display]).toEqual([200, 'x'.repeat(256)]);
  });

  test('removes a deleted group from the groups that contain it', async () => {
    const child = await client.group('Lost child');
    const parent = await client.group('Sad parent', [child.id]);
    expect((await client.delete(`/Groups/${child.id}`)).status).toBe(204);
    expect(await client.memberIds(parent.id)).toEqual([]);
    expectError(await client.delete(`/Groups/${child.id}`), 404);
    expect((await client.group('Lost child')).id).not.toBe(child.id);
  });
});

describe('a user', () => {
  test('shows its direct and indirect groups, even if they contain each other', async () => {
    const user = await client.user('grouped');
    const inner = await client.group('Inner', [user.id]);
    const outer = await client.group('Outer', [inner.id]);
    await client.patch(`/Groups/${inner.id}`, {
      op: 'add',
      path: 'members',
      value: [{ value: outer.id }],
    });
    const { body } = await client.get(`/Users/${user.id}`);
    expect(body.groups).toEqual([
      {
        value: inner.id,
        $ref: `${client.baseUrl}/Groups/${inner.id}`,
        display: 'Inner',
        type: 'direct',
      },
      {
        value: outer.id,
        $ref: `${client.baseUrl}/Groups/${outer.id}`,
        display: 'Outer',
        type: 'indirect',
      },
    ]);
    expect(await client.search('/Users', 'groups.display eq "outer"')).toMatchObject([
      { id: user.id },
    ]);
    // `groups` is readOnly: values that a client sends back are ignored (RFC 7643 section 4.1.2).
    const strict = await Client.connect('rfc');
    const same = await strict.user('same');
    await strict.group('Same', [same.id]);
    const whole = (await strict.get(`/Users/${same.id}`)).body;
    const sentBack = await strict.patch(`/Users/${same.id}`, { op: 'replace', value: whole });
    expect([sentBack.status, sentBack.body]).toEqual([200, whole]);
    const { status, body: put } = await client.put(`/Users/${user.id}`, { ...body, groups: [] });
    expect([status, put.groups]).toEqual([200, body.groups]);
    await client.delete(`/Groups/${inner.id}`);
    expect((await client.get(`/Users/${user.id}`)).body).not.toHaveProperty('groups');
    expect((await client.get(`/Users/${user.id}?attributes=userName`)).body).not.toHaveProperty(
      'groups',
    );
  });

  test('shows the displayName of its manager', async () => {
    const boss = await client.user('boss', { displayName: 'The Boss' });
    const user = await client.user('managed', { [ENTERPRISE]: { manager: { value: boss.id } } });
    const manager = {
      value: boss.id,
      $ref: `${client.baseUrl}/Users/${boss.id}`,
      displayName: 'The Boss',
    };
    expect((await client.get(`/Users/${user.id}`)).body[ENTERPRISE].manager).toEqual(manager);
    expect(
      (await client.put(`/Users/${user.id}`, (await client.get(`/Users/${user.id}`)).body)).body[
        ENTERPRISE
      ].manager,
    ).toEqual(manager);
    await client.delete(`/Users/${boss.id}`);
    expect(
      (await client.get(`/Users/${user.id}`)).body[ENTERPRISE].manager.displayName,
    ).toBeUndefined();
  });
});
