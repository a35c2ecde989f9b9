import { randomUUID } from 'node:crypto';
import { Groups } from '../../directory/groups';
import { connectionToItem } from '../../directory/connections/connection-item';
import {
  connectionKey,
  memberIndexPartition,
  groupListKey,
  membershipKey,
  resourceKey,
} from '../../directory/store/keys';
import { listGroup, unlistGroup } from '../../directory/memberships/group-list';
import { Users } from '../../directory/users';
import { persisting } from '../../directory/verify/findings';
import { verify } from '../../directory/verify/verify';
import type { Write } from '../../directory/store/write';
import { membersFrom } from '../../scim/patch/memberships';
import { GROUP, USER } from '../../scim/schema/resource-type';
import { connectionWith, createOwnTable, meteredTenant } from './support';

test('verify finds nothing in a directory in use, and finds each kind of damage', async () => {
  // Each check reads the whole table, and other tests fill that of the server.
  const { tenant, close } = meteredTenant(await createOwnTable());
  const { connection, table } = tenant;
  const users = new Users(tenant, USER, 'retain');
  const groups = new Groups(tenant, GROUP, { uniqueNames: true, unknownMembers: 'skip' });
  const problems = async (): Promise<string[]> =>
    (await verify(table)).findings.map(({ problem }) => problem);
  /** Damages the table in a way that no request can, repairs it, and returns what was found. */
  const problemsWith = async (damage: Write, repair: Write): Promise<string[]> => {
    await table.write([damage]);
    const found = await problems();
    await table.write([repair]);
    return found;
  };
  await table.write([{ put: connectionToItem(connectionWith({ id: connection })) }]);
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
  const unused = { pk: `c#${connection}#User#userName#nobody`, sk: 'unique' };
  expect(await problemsWith({ put: { ...unused, id: randomUUID() } }, { delete: unused })).toEqual([
    expect.stringContaining('does not have this value'),
  ]);
  const membership = membershipKey(connection, group.id, ann.id);
  expect(await problemsWith({ delete: membership }, await put(membership))).toEqual([
    `lists the group ${group.id}, which does not have this member`,
    'states 2, but there are 1',
  ]);
  const list = groupListKey(connection, 'User', ann.id);
  const listing = listGroup(connection, 'User', ann.id, group.id, false);
  const unlisting = unlistGroup(connection, 'User', ann.id, group.id);
  expect(await problemsWith(unlisting, listing)).toEqual([`does not list the group ${group.id}`]);
  const indexed = memberIndexPartition(connection, ann.id);
  const index = (gsi1pk: string): Write => ({
    update: membership,
    set: { gsi1pk, gsi1sk: group.id },
  });
  const unindex: Write = { update: membership, remove: ['gsi1pk', 'gsi1sk'] };
  const itself = connectionKey(connection);
  const converted = { update: itself, set: { membershipsConverted: true } };
  // Requests of a connection that is not converted read the index in any case.
  await table.write([unlisting]);
  await table.write([{ update: itself, remove: ['membershipsConverted'] }]);
  expect(await problemsWith(index(indexed), unindex)).toEqual([]);
  expect(await problemsWith(index('another'), unindex)).toEqual([
    'is in the index of another member or group',
  ]);
  await table.write([converted]);
  expect(await problemsWith(index(indexed), unindex)).toEqual([
    `does not say that the index lists the group ${group.id}`,
  ]);
  await table.write([listing]);
  const stray = { update: list, addToSets: { groups: '.stray' } };
  expect(await problemsWith(stray, { update: list, removeFromSets: stray.addToSets })).toEqual([
    'lists the group stray, which does not have this member',
  ]);
  const orphan = membershipKey(connection, group.id, randomUUID());
  expect(await problemsWith({ put: { ...orphan, type: 'User' } }, { delete: orphan })).toEqual([
    `does not list the group ${group.id}`,
    expect.stringContaining('which does not exist'),
    'states 2, but there are 3',
  ]);
  const count = { pk: `c#${connection}#count#User`, sk: '99' };
  expect(await problemsWith({ put: { ...count, resources: 5 } }, { delete: count })).toEqual([
    'states 7, but there are 2',
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
    'is not an item that this version knows',
  ]);
  expect(await problems()).toEqual([]);
  close();
});

test('findings caused by requests in progress do not persist in a second check', () => {
  const finding = (subject: string) => ({
    connection: 'c',
    kind: 'orphaned' as const,
    subject,
    problem: 'p',
  });
  expect(persisting([finding('a'), finding('b')], [finding('b'), finding('c')])).toEqual([
    finding('b'),
  ]);
});
