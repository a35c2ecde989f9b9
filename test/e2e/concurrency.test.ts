import { Client, USER, type Body } from '../support/client';

let client: Client;

beforeAll(async () => {
  client = await Client.connect('generic');
});

describe('concurrent requests', () => {
  test('that create the same userName get one 201, and 409 otherwise', async () => {
    const replies = await Promise.all(
      Array.from({ length: 100 }, (_, index) =>
        client.post('/Users', { schemas: [USER], userName: index % 2 === 0 ? 'same' : 'SAME' }),
      ),
    );
    expect(replies.filter(({ status }) => status === 201)).toHaveLength(1);
    expect(replies.filter(({ status }) => status === 409)).toHaveLength(99);
    expect(await client.search('/Users', 'userName eq "same"')).toHaveLength(1);
  });

  test('that add different members all take effect', async () => {
    const users = await Promise.all(
      Array.from({ length: 20 }, (_, index) => client.user(`member${index}`)),
    );
    const group = await client.group('Concurrent');
    const replies = await Promise.all(
      users.map(({ id }) =>
        client.patch(`/Groups/${group.id}`, { op: 'add', path: 'members', value: [{ value: id }] }),
      ),
    );
    expect(new Set(replies.map(({ status }) => status))).toEqual(new Set([200]));
    expect(await client.memberIds(group.id)).toEqual(users.map(({ id }) => id).sort());
  });

  test('that change different attributes of a user all take effect', async () => {
    const user = await client.user('contended');
    const attributes = ['title', 'nickName', 'locale', 'timezone', 'userType', 'displayName'];
    await Promise.all(
      attributes.map((path) =>
        client.patch(`/Users/${user.id}`, { op: 'replace', path, value: path }),
      ),
    );
    const { body } = await client.get(`/Users/${user.id}`);
    expect(attributes.map((name) => body[name])).toEqual(attributes);
  });

  test('that change one user and one group many times all succeed', async () => {
    const [user, group] = [await client.user('crowded'), await client.group('Crowded')];
    const replies = await Promise.all(
      Array.from({ length: 25 }, (_, index) => [
        client.patch(`/Users/${user.id}`, { op: 'replace', path: 'title', value: `T${index}` }),
        client.patch(`/Groups/${group.id}`, {
          op: 'replace',
          path: 'externalId',
          value: `E${index}`,
        }),
      ]).flat(),
    );
    expect(new Set(replies.map(({ status }) => status))).toEqual(new Set([200]));
  });

  test('that delete a user and add it to groups leave it in none of them', async () => {
    for (let round = 0; round < 15; round += 1) {
      const user = await client.user(`leaving${round}`);
      const group = await client.group(`Leaving ${round}`);
      await Promise.all([
        client.patch(`/Groups/${group.id}`, {
          op: 'add',
          path: 'members',
          value: [{ value: user.id }],
        }),
        client.delete(`/Users/${user.id}`),
      ]);
      expect(await client.memberIds(group.id)).toEqual([]);
    }
  });

  test('that revive a deleted user revive it once; the others get 409', async () => {
    const user = await client.user('phoenix', { externalId: 'ext-phoenix' });
    await client.delete(`/Users/${user.id}`);
    const same = { schemas: [USER], userName: 'phoenix', externalId: 'ext-phoenix' };
    const replies = await Promise.all(
      Array.from({ length: 30 }, () => client.post('/Users', same)),
    );
    expect(
      replies.filter(({ status, body }) => status === 201 && body.id === user.id),
    ).toHaveLength(1);
    expect(replies.filter(({ status }) => status === 409)).toHaveLength(29);
  });

  test('that replace all members leave the members of one of them', async () => {
    const [one, two] = [await client.user('replacing1'), await client.user('replacing2')];
    const put = (group: Body, { id }: Body) =>
      client.put(`/Groups/${group.id}`, {
        displayName: group.displayName,
        members: [{ value: id }],
      });
    for (let round = 0; round < 15; round += 1) {
      const group = await client.group(
        `Replaced ${round}`,
        round % 2 === 0 ? [one.id, two.id] : [],
      );
      const replies = await Promise.all([put(group, one), put(group, two)]);
      expect(replies.map(({ status }) => status)).toEqual([200, 200]);
      expect([[one.id], [two.id]]).toContainEqual(await client.memberIds(group.id));
    }
  });

  test('that rename two users to the same userName succeed for one of them', async () => {
    const [one, two] = [await client.user('before1'), await client.user('before2')];
    const rename = ({ id }: Body) =>
      client.patch(`/Users/${id}`, { op: 'replace', path: 'userName', value: 'wanted' });
    const statuses = (await Promise.all([rename(one), rename(two)]))
      .map(({ status }) => status)
      .sort();
    expect(statuses).toEqual([200, 409]);
    expect(await client.search('/Users', 'userName eq "wanted"')).toHaveLength(1);
  });
});
