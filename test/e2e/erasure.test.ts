import { admin, Client, expectProblem, USER, type Body } from '../support/client';
import { eventually } from '../support/own-server';

/* What erasing a user leaves, and how users that were retained before are erased. */

/** Returns the whole log of a connection as text. */
async function logOf({ id }: Client): Promise<string> {
  const reply = await admin('GET', `/connections/${id}/requests?limit=100`);
  expect(reply.status).toBe(200);
  return reply.text;
}

/** Waits until the log contains a text, or no longer does. */
async function untilLog(client: Client, text: string, contains: boolean): Promise<void> {
  await eventually(
    () => logOf(client),
    (log) => log.includes(text) === contains,
  );
}

async function deletedUsers({ id }: Client): Promise<Body[]> {
  const { body } = await admin('GET', `/connections/${id}/deletedUsers`);
  return body.users;
}

/** Creates a user with a change and a failure in the log. */
async function loggedUser(client: Client, name: string): Promise<string> {
  const { id } = await client.user(name, { externalId: `${name}-id`, title: `${name}-title` });
  await client.patch(`/Users/${id}`, { op: 'replace', path: 'title', value: `${name}-new` });
  await client.patch(`/Users/${id}`, { op: 'remove', path: 'userName' });
  await untilLog(client, `${name}-new`, true);
  await untilLog(client, '"immutableValue"', true);
  return id;
}

test('an erasing deletion strips the log of what was logged before the switch', async () => {
  const client = await Client.connect('generic');
  const erased = await loggedUser(client, 'erased');
  await loggedUser(client, 'staying');
  await admin('PATCH', `/connections/${client.id}`, { userDeletion: 'erase' });
  expect((await client.delete(`/Users/${erased}`)).status).toBe(204);
  await untilLog(client, 'erased', false);
  const log = await logOf(client);
  // The entries remain, without names and values.
  expect(log).toContain(erased);
  expect(log).toContain('staying-new');
  expect(await deletedUsers(client)).toEqual([]);
});

test('users that were retained before the switch are listed and erased', async () => {
  const client = await Client.connect('generic');
  const [first, second] = [
    await loggedUser(client, 'first'),
    (await client.user('second', { displayName: 'Second' })).id as string,
  ];
  for (const id of [first, second]) await client.delete(`/Users/${id}`);
  expect(await deletedUsers(client)).toEqual([
    { id: first, userName: 'first', externalId: 'first-id', deletedAt: expect.any(String) },
    { id: second, userName: 'second', displayName: 'Second', deletedAt: expect.any(String) },
  ]);
  const { body } = await admin('GET', `/connections/${client.id}/deletedUsers?limit=1`);
  const next = `/connections/${client.id}/deletedUsers?limit=1&cursor=${body.nextCursor}`;
  expect((await admin('GET', next)).body.users).toEqual([expect.objectContaining({ id: second })]);

  const path = `/connections/${client.id}/deletedUsers`;
  expect((await admin('DELETE', `${path}/${first}`)).status).toBe(204);
  expect((await deletedUsers(client)).map(({ id }) => id)).toEqual([second]);
  await untilLog(client, 'first', false);
  for (const id of [first, 'nobody', '%2e%2e']) {
    expectProblem(await admin('DELETE', `${path}/${id}`), 404);
  }
  expectProblem(await admin('POST', path, {}), 405);
  // The name is free for somebody else, and the other user can still come back.
  expect((await client.user('first', { externalId: 'first-id' })).id).not.toBe(first);
  expect((await client.user('second')).id).toBe(second);
  const { acts } = (await admin('GET', `/connections/${client.id}/audit`)).body;
  expect(acts[0]).toMatchObject({ action: 'user.erase', before: { user: first } });
});

test('a user that exists is not a deleted user', async () => {
  const client = await Client.connect('generic');
  const { id } = (await client.post('/Users', { schemas: [USER], userName: 'alive' })).body;
  expectProblem(await admin('DELETE', `/connections/${client.id}/deletedUsers/${id}`), 404);
  expect((await client.get(`/Users/${id}`)).status).toBe(200);
});
