import { randomUUID } from 'node:crypto';
import { Groups } from '../../directory/groups';
import { membershipKey, resourceKey } from '../../directory/store/keys';
import { Users } from '../../directory/users';
import { persisting, verify } from '../../directory/verify/verify';
import type { Write } from '../../directory/store/write';
import { membersFrom } from '../../scim/patch/memberships';
import { GROUP, USER } from '../../scim/schema/resource-type';
import { meteredScope } from './support';

const { scope, close } = meteredScope();
const { connection, table } = scope;
const users = new Users(scope, USER, 'retain');
const groups = new Groups(scope, GROUP, { uniqueNames: true, unknownMembers: 'skip' });

afterAll(close);

/** What is wrong with this file's connection, which has no item of its own; other tests write meanwhile. */
async function problems(): Promise<string[]> {
  const { findings } = await verify(table);
  const own = findings.filter((finding) => finding.connection === connection);
  return own
    .map(({ problem }) => problem)
    .filter((problem) => !problem.includes('belongs to a connection'));
}

/** Puts something into the table or out of it that no request would, and takes it back after the check. */
async function problemsWith(damage: Write, repair: Write): Promise<string[]> {
  await table.write([damage]);
  const found = await problems();
  await table.write([repair]);
  return found;
}

test('a directory in use is found in order, and each kind of damage is found', async () => {
  const [ann, bob] = [
    await users.create({ userName: 'ann', externalId: 'e#1', emails: [{ value: 'a@x' }] }),
    await users.create({ userName: 'bob' }),
  ];
  const gone = await users.create({ userName: 'gone', externalId: 'gone' });
  const group = await groups.create(
    { displayName: 'G' },
    membersFrom([{ value: ann.id }, { value: bob.id }, { value: gone.id }]),
  );
  const outer = await groups.create({ displayName: 'Outer' }, membersFrom([{ value: group.id }]));
  await groups.delete(
    (await groups.create({ displayName: 'Short' }, membersFrom([{ value: ann.id }]))).id,
    () => undefined,
  );
  await users.delete(gone.id, () => undefined);
  expect(await problems()).toEqual([]);

  const put = async (key: { pk: string; sk: string }): Promise<Write> => ({
    put: (await table.get(key)) ?? key,
  });
  const value = { pk: `c#${connection}#User#externalId#e%231`, sk: ann.id };
  expect(await problemsWith({ delete: value }, await put(value))).toEqual([
    expect.stringContaining('does not lead to'),
  ]);
  const stray = { pk: `c#${connection}#User#userName#nobody`, sk: 'unique' };
  expect(await problemsWith({ put: { ...stray, id: randomUUID() } }, { delete: stray })).toEqual([
    expect.stringContaining('has it not'),
  ]);
  const membership = membershipKey(connection, group.id, ann.id);
  expect(await problemsWith({ delete: membership }, await put(membership))).toEqual([
    'states 2 and there are 1',
  ]);
  const orphan = membershipKey(connection, group.id, randomUUID());
  expect(await problemsWith({ put: { ...orphan, type: 'User' } }, { delete: orphan })).toEqual([
    'is not in the index of its member',
    expect.stringContaining('which does not exist'),
    'states 2 and there are 3',
  ]);
  const count = { pk: `c#${connection}#count#User`, sk: '99' };
  expect(await problemsWith({ put: { ...count, resources: 5 } }, { delete: count })).toEqual([
    'states 7 and there are 2',
  ]);
  const outerKey = resourceKey(connection, 'Group', outer.id);
  expect(
    await problemsWith(
      { update: outerKey, set: { pending: randomUUID() } },
      { update: outerKey, remove: ['pending'] },
    ),
  ).toEqual([expect.stringContaining('#intent#')]);
  const unknown = { pk: `c#${connection}#else`, sk: 'x' };
  expect(await problemsWith({ put: unknown }, { delete: unknown })).toEqual([
    'is no item that this version knows',
  ]);
  expect(await problems()).toEqual([]);
});

test('what a request was in the middle of is not in two checks', () => {
  const finding = (subject: string) => ({ connection: 'c', subject, problem: 'p' });
  expect(persisting([finding('a'), finding('b')], [finding('b'), finding('c')])).toEqual([
    finding('b'),
  ]);
});
