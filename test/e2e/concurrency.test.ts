import { Client, USER, type Body } from '../support/client';

let client: Client;

beforeAll(async () => {
  client = await Client.connect('generic');
});

describe('concurrency', () => {
  test('100 creates of one userName: one 201, the rest 409', async () => {
    const replies = await Promise.all(
      Array.from({ length: 100 }, (_, index) =>
        client.post('/Users', { schemas: [USER], userName: index % 2 === 0 ? 'same' : 'SAME' }),
      ),
    );
    expect(replies.filter(({ status }) => status === 201)).toHaveLength(1);
    expect(replies.filter(({ status }) => status === 409)).toHaveLength(99);
    expect(await client.search('/Users', 'userName eq "same"')).toHaveLength(1);
  });

  test('PATCHes that add different members: all there', async () => {
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

  test('PATCHes of different attributes of one user: all there', async () => {
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

  test('many changes of one user and of one group: every one of them is served', async () => {
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

  test('a user that is deleted while it is added to groups is in none of them', async () => {
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

  test('many who bring a deleted user back: one does, the others are told that the name is taken', async () => {
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

  test('two replacements of all members: one after the other, whichever', async () => {
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

  test('two users who want the same new name: one gets it', async () => {
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
