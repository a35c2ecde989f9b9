import { Client } from '../support/client';
import { command, commandJson } from '../support/command';

test('an operator tries a conversion, runs it, undoes it, and closes another one', async () => {
  const client = await Client.connect('generic');
  const { id } = client;
  await client.user('ada', { emails: [{ value: 'ada@acme.example', type: 'work' }] });
  await client.user('bob');

  const dry = await command('convert-usernames', id, '--to', 'emails.work', '--dry-run');
  expect(dry.code).toBe(1);
  expect(dry.stdout).toBe(
    `${id}: checked. 2 users, of whom 1 would have another name.\n\n1 users are left alone:\n` +
      'User  Address  Reason\nbob            has no such address\n',
  );
  const done = await command('convert-usernames', id, '--to', 'emails.work', '--yes');
  expect(done.stdout).toContain(`${id}: converted. 2 users, of whom 1 have another name now.`);
  expect(done.stderr).toContain(`npx cdk-scim convert-usernames close ${id} --admin-url`);
  expect(await client.search('/Users', 'userName eq "ada@acme.example"')).toHaveLength(1);

  expect(await commandJson('convert-usernames', 'show', id)).toMatchObject({ state: 'converted' });
  const undone = await commandJson('convert-usernames', 'undo', id, '--yes');
  expect(undone).toMatchObject({ state: 'undone', converted: 0, conflicts: [] });
  await command('convert-usernames', id, '--to', 'emails.work', '--yes');
  const closed = await commandJson('convert-usernames', 'close', id, '--yes');
  expect(closed).toMatchObject({ state: 'closed', converted: 1 });
});

test('wrong commands say what is missing', async () => {
  const { id } = await Client.connect('generic');
  const cases: readonly (readonly [readonly string[], RegExp])[] = [
    [['convert-usernames', id], /--to is missing: emails\.work or emails\.primary/],
    [['convert-usernames', id, '--to', 'emails.home'], /Allowed choices are/],
    [['convert-usernames', id, '--to', 'emails.work'], /Add --yes to confirm/],
    [['convert-usernames', 'undo', id], /have not been converted/],
    [['convert-usernames', 'show', 'missing'], /There is no connection "missing"/],
  ];
  for (const [args, message] of cases) {
    const { code, stderr } = await command(...args);
    expect(code).toBe(2);
    expect(stderr).toMatch(message);
  }
});
