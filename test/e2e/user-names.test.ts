import { admin, Client, expectError, expectProblem, type Body } from '../support/client';
import { eventsOf } from '../support/events';
import { eventually } from '../support/own-server';

const work = (value: string): object => ({ emails: [{ value, type: 'work' }] });

/** Starts a conversion and waits until it is done. */
async function convert(client: Client, body: object = { to: 'emails.work' }): Promise<Body> {
  const path = `/connections/${client.id}/userNameConversion`;
  const started = await admin('POST', path, body);
  expect(started).toMatchObject({ status: 202, body: { id: expect.any(String) } });
  return finished(client, started.body.id as string);
}

/** Waits until a conversion, or its undoing or closing, is done. */
async function finished(client: Client, id: string): Promise<Body> {
  const { body } = await eventually(
    () => admin('GET', `/connections/${client.id}/userNameConversion/${id}`),
    ({ body: { state } }) => ['checked', 'converted', 'undone', 'closed'].includes(state as string),
  );
  return body;
}

async function proceed(client: Client, id: string, step: 'undo' | 'close'): Promise<Body> {
  const path = `/connections/${client.id}/userNameConversion/${id}/${step}`;
  expect((await admin('POST', path)).status).toBe(202);
  return finished(client, id);
}

async function foundBy(client: Client, name: string): Promise<string | undefined> {
  const [user] = await client.search('/Users', `userName eq "${name}"`);
  return user?.id as string | undefined;
}

test('converted users are found under both names until the conversion is closed', async () => {
  const client = await Client.connect('entra');
  const ada = await client.user('ACME\\ada', { ...work('ada@acme.example'), displayName: 'Ada' });
  const bob = await client.user('ACME\\bob');
  await client.user('carol@acme.example', work('CAROL@acme.example'));
  await client.user('dan@acme.example', work('other@acme.example'));
  const eve = await client.user('ACME\\eve', work('dan@acme.example'));
  const [fay, gil] = [
    await client.user('fay', work('team@acme.example')),
    await client.user('gil', work('team@acme.example')),
  ];
  await client.patch(`/Users/${ada.id}`, { op: 'replace', path: 'active', value: false });

  const dry = await convert(client, { to: 'emails.work', dryRun: true });
  expect(dry).toMatchObject({ state: 'checked', users: 7, converted: 2, conflictCount: 4 });
  expect(await foundBy(client, 'ada@acme.example')).toBeUndefined();

  const done = await convert(client);
  expect(done).toMatchObject({ state: 'converted', users: 7, conflictCount: 4 });
  expect(done.conflicts).toEqual(
    expect.arrayContaining([
      { userId: bob.id, userName: 'ACME\\bob', reason: 'noAddress' },
      expect.objectContaining({ userId: fay.id, reason: 'addressTaken' }),
      expect.objectContaining({ userId: gil.id, reason: 'addressTaken' }),
      {
        userId: eve.id,
        userName: 'ACME\\eve',
        reason: 'addressTaken',
        address: 'dan@acme.example',
      },
    ]),
  );
  for (const name of ['ACME\\ADA', 'ada@acme.example']) {
    expect(await foundBy(client, name)).toBe(ada.id);
  }
  const [both] = await client.search('/Users', 'userName sw "acme" and displayName eq "Ada"');
  expect(both).toMatchObject({ id: ada.id, userName: 'ada@acme.example', active: false });

  // The identity provider goes on sending the former name: it changes nothing.
  const before = (await client.get(`/Users/${ada.id}`)).body;
  const sent = {
    schemas: before.schemas,
    userName: 'ACME\\ada',
    displayName: 'Ada',
    ...work('ada@acme.example'),
  };
  await client.put(`/Users/${ada.id}`, sent);
  await client.patch(`/Users/${ada.id}`, { op: 'replace', path: 'userName', value: 'acme\\ada' });
  expect((await client.get(`/Users/${ada.id}`)).body).toEqual(before);
  expectError(await client.post('/Users', { ...sent, externalId: 'x' }), 409, 'uniqueness');

  const events = await eventually(
    async () =>
      (await eventsOf(client.id)).filter(({ subject }: Body) => subject === `Users/${ada.id}`),
    ({ length }) => length === 3,
  );
  expect(events.at(-1)).toMatchObject({
    type: 'user.updated',
    data: { reason: 'admin', changed: expect.arrayContaining(['userName']) },
  });

  expect(await proceed(client, done.id as string, 'close')).toMatchObject({ state: 'closed' });
  expect(await foundBy(client, 'ACME\\ada')).toBeUndefined();
  expect(await foundBy(client, 'ada@acme.example')).toBe(ada.id);
  expect((await client.get(`/Users/${ada.id}`)).body.meta.lastModified).toBe(
    before.meta.lastModified,
  );
  expect((await client.post('/Users', { ...sent, externalId: 'x' })).status).toBe(201);
});

test('a conversion can be undone, except for users who were renamed since', async () => {
  const client = await Client.connect('generic');
  const [ada, bob] = [
    await client.user('ada', { emails: [{ value: 'ada@acme.example', primary: true }] }),
    await client.user('bob', { emails: [{ value: 'bob@acme.example', primary: true }] }),
  ];
  const { id } = await convert(client, { to: 'emails.primary' });
  await client.patch(`/Users/${bob.id}`, { op: 'replace', path: 'userName', value: 'robert' });
  expect(await foundBy(client, 'bob')).toBe(bob.id);

  const undone = await proceed(client, id as string, 'undo');
  expect(undone).toMatchObject({ state: 'undone', converted: 1, conflictCount: 1 });
  expect(undone.conflicts).toMatchObject([{ userId: bob.id, reason: 'changedSince' }]);
  expect(await foundBy(client, 'ada')).toBe(ada.id);
  expect(await foundBy(client, 'ada@acme.example')).toBeUndefined();
  expect(await foundBy(client, 'robert')).toBe(bob.id);
  expect(await foundBy(client, 'bob')).toBeUndefined();
  // Closing it would take the former names of a later conversion.
  const path = `/connections/${client.id}/userNameConversion/${String(id)}/close`;
  expectProblem(await admin('POST', path), 409);
  const again = await convert(client, { to: 'emails.primary' });
  expect(again).toMatchObject({ state: 'converted', converted: 2 });
});

test('one conversion is open at a time, and wrong requests say what is wrong', async () => {
  const client = await Client.connect('generic');
  const path = `/connections/${client.id}/userNameConversion`;
  const { id } = await convert(client);
  expectProblem(await admin('POST', path, { to: 'emails.work' }), 409);
  expectProblem(await admin('POST', path, { to: 'emails.home' }), 400);
  expectProblem(await admin('POST', path, {}), 400);
  expectProblem(
    await admin('POST', '/connections/none/userNameConversion', { to: 'emails.work' }),
    404,
  );
  expectProblem(await admin('GET', `${path}/x`), 404);
  expectProblem(await admin('POST', `${path}/${client.id}/undo`), 404);
  const dry = await convert(client, { to: 'emails.work', dryRun: true });
  expectProblem(await admin('POST', `${path}/${dry.id}/close`), 409);
  await proceed(client, id as string, 'close');
  expectProblem(await admin('POST', `${path}/${id}/undo`), 409);
  const listed = (await admin('GET', path)).body.conversions as Body[];
  expect(listed.map((each) => [each.id, each.state])).toEqual([
    [dry.id, 'checked'],
    [id, 'closed'],
  ]);
  const { acts } = (await admin('GET', `/connections/${client.id}/audit`)).body;
  expect(acts.map(({ action }: Body) => action)).toEqual(
    expect.arrayContaining(['userNames.convert', 'userNames.close']),
  );
});

test('a user who is deleted during a conversion leaves neither name behind', async () => {
  const client = await Client.connect('generic', { userDeletion: 'erase' });
  const { id } = await client.user('ada', work('ada@acme.example'));
  await convert(client);
  expect((await client.delete(`/Users/${id}`)).status).toBe(204);
  for (const name of ['ada', 'ada@acme.example']) await client.user(name);
});

test('identity providers write while users are converted, and nothing is lost', async () => {
  const client = await Client.connect('generic');
  const users = await client.users(
    160,
    (index) => `user${index}`,
    (index) => work(`user${index}@acme.example`),
  );
  const path = `/connections/${client.id}/userNameConversion`;
  const { id } = (await admin('POST', path, { to: 'emails.work' })).body;
  const failures: string[] = [];
  const titles = new Map<string, string>();
  let isDone = false;
  /** Changes the users of one quarter in turn, as an identity provider that knows the old names. */
  const writer = async (quarter: number): Promise<void> => {
    for (let round = 0; !isDone || round < 3; round += 1) {
      const index = quarter * 40 + (round % 40);
      const id = users[index].id as string;
      const names = [`user${index}`, `user${index}@acme.example`];
      const found = await Promise.all(names.map((name) => foundBy(client, name)));
      if (!found.includes(id)) failures.push(`user${index} cannot be found`);
      const title = `round ${round}`;
      const value = { title, userName: names[0] };
      const reply = await client.patch(`/Users/${id}`, { op: 'replace', value });
      if (reply.status !== 200) failures.push(reply.text);
      titles.set(id, title);
    }
  };
  const writers = [0, 1, 2, 3].map(writer);
  const done = await finished(client, id as string);
  isDone = true;
  await Promise.all(writers);
  expect(failures).toEqual([]);
  expect(done).toMatchObject({ users: 160, converted: 160, conflictCount: 0 });
  const { body } = await client.get('/Users?count=200');
  for (const { id: user, userName, title } of body.Resources as Body[]) {
    expect(userName).toMatch(/@acme\.example$/);
    expect(title).toBe(titles.get(user as string));
  }
});
