import { Groups } from '../../directory/groups';
import { completeEdits, recordEdits } from '../../directory/memberships/member-edits';
import { resourceKey } from '../../directory/store/keys';
import { completeIntent } from '../../directory/completion/completion';
import { inParallel } from '../../directory/store/batches';
import { intentsBefore } from '../../directory/store/intents';
import { Table } from '../../directory/store/table';
import { Users } from '../../directory/users';
import type { Write } from '../../directory/store/write';
import { bindFilter } from '../../scim/filter/bind';
import { parseFilter } from '../../scim/filter/parse';
import type { JsonObject } from '../../scim/json';
import { membersFrom, NO_MEMBERSHIP_CHANGE } from '../../scim/patch/memberships';
import type { StoredResource } from '../../scim/resource/resource';
import { GROUP, USER } from '../../scim/schema/resource-type';
import { server } from '../support/client';
import { createConnection, meteredTenant } from './support';

const { tenant, client, close } = meteredTenant();
const users = new Users(tenant, USER, 'retain');
const groups = new Groups(tenant, GROUP, { uniqueNames: true, unknownMembers: 'skip' });

createConnection(tenant);
afterAll(close);

/** Creates users, a few at a time as in `Client.users`. */
function crowd(count: number, name: string): Promise<readonly StoredResource[]> {
  const indexes = Array.from({ length: count }, (_, index) => index);
  return inParallel(indexes, 16, (index) => users.create({ userName: `${name}${index}` }));
}

async function members(groupId: string): Promise<readonly JsonObject[]> {
  return (await groups.withMembers(await groups.get(groupId))).members;
}

test('a user revived before their deletion is complete is in no group', async () => {
  const attributes = { userName: 'returning', externalId: 'returning' };
  const user = await users.create(attributes);
  const group = await groups.create(
    { displayName: 'Returning' },
    membersFrom([{ value: user.id }]),
  );
  // With so little time left, the request hands over the deletion of memberships.
  const hurried = { ...tenant, table: tenant.table.forRequest(Date.now() + 4500) };
  await new Users(hurried, USER, 'retain').delete(user.id, () => undefined);
  // The function `completion` may have done it already.
  expect((await members(group.id)).length).toBeLessThanOrEqual(1);
  expect((await users.create(attributes)).id).toBe(user.id);
  expect(await members(group.id)).toEqual([]);
});

describe('groups', () => {
  test('can be filtered by the value or display of members, also negated', async () => {
    const [one, two] = [
      await users.create({ userName: 'gm1', displayName: 'One' }),
      await users.create({ userName: 'gm2' }),
    ];
    const group = await groups.create(
      { displayName: 'G1' },
      membersFrom([{ value: one.id }, { value: two.id }]),
    );
    const other = await groups.create({ displayName: 'G2' }, membersFrom([{ value: two.id }]));
    const search = async (filter: string): Promise<string[]> =>
      (await groups.collection.matching(bindFilter(parseFilter(filter), GROUP))).map(
        ({ id }) => id,
      );
    expect(await search(`members.value eq "${two.id}"`)).toEqual([group.id, other.id]);
    expect(await search(`members eq "${one.id}" and displayName eq "g2"`)).toEqual([]);
    // A member named twice is looked up once: DynamoDB rejects duplicate keys in a batch.
    expect(
      await search(`displayName eq "g1" and (members eq "${one.id}" or members eq "${one.id}")`),
    ).toEqual([group.id]);
    expect(await search('members.display eq "one"')).toEqual([group.id]);
    expect(
      await search(`members.value eq "${two.id}" and not (members.value eq "${one.id}")`),
    ).toEqual([other.id]);
    expect(await search('members[display eq "gm2" and type eq "User"]')).toEqual([
      group.id,
      other.id,
    ]);
    expect(
      await search(`displayName pr and members[value eq "${one.id}" and type eq "Group"]`),
    ).toEqual([]);
  });

  test('can be created, replaced and emptied with any number of members', async () => {
    const joining = await crowd(300, 'crowd');
    const sent = joining.map(({ id }) => ({ value: id }));
    const group = await groups.create({ displayName: 'Crowd' }, membersFrom(sent.slice(0, 200)));
    expect(await members(group.id)).toHaveLength(200);
    const replace = (value: { value: string }[]) =>
      groups.change(
        group.id,
        ({ attributes }) => ({ attributes, members: membersFrom(value) }),
        false,
      );
    const replaced = await replace(sent.slice(100));
    expect((await members(group.id)).map(({ value }) => value)).toEqual(
      sent
        .slice(100)
        .map(({ value }) => value)
        .sort(),
    );
    expect((await groups.get(group.id)).version).toBe(replaced.version);
    expect((await replace(sent.slice(100))).version).toBe(replaced.version);
    const item = await tenant.table.get(resourceKey(tenant.connection, 'Group', group.id));
    expect([item?.['members'], item?.['pending']]).toEqual([200, undefined]);
    await replace([]);
    expect(await members(group.id)).toEqual([]);
  });

  test('apply the pending edits of a dead function once, on the next read or write', async () => {
    const joining = await crowd(250, 'orphan');
    const edits = joining.map(
      ({ id }) => ({ kind: 'add', member: { value: id, type: 'User' } }) as const,
    );
    const group = await groups.create({ displayName: 'Left behind' }, NO_MEMBERSHIP_CHANGE);
    const key = resourceKey(tenant.connection, 'Group', group.id);
    const leavePending = async (): Promise<void> => {
      const intent = await recordEdits(tenant, group.id, edits);
      await tenant.table.write([
        {
          update: key,
          set: { pending: intent },
          add: { members: 250 },
          condition: { is: 'noPendingEdits' },
        },
      ]);
    };
    await leavePending();
    // Concurrent readers and writers all see the complete change.
    const [first] = joining;
    const seen = await Promise.all([
      groups.get(group.id).then(() => members(group.id)),
      groups.collection
        .matching(bindFilter(parseFilter('displayName eq "left behind"'), GROUP))
        .then(() => members(group.id)),
      groups
        .change(
          group.id,
          ({ attributes }) => ({
            attributes: { ...attributes, externalId: 'x' },
            members: NO_MEMBERSHIP_CHANGE,
          }),
          false,
        )
        .then(() => members(group.id)),
    ]);
    expect(seen.map((found) => found.length)).toEqual([250, 250, 250]);
    expect((await tenant.table.get(key))?.['members']).toBe(250);
    // Empty the group and leave the edits pending again: deleting a member completes them, too.
    await groups.change(
      group.id,
      ({ attributes }) => ({ attributes, members: membersFrom([]) }),
      false,
    );
    await leavePending();
    await users.delete(first?.id ?? '', () => undefined);
    expect(await members(group.id)).toHaveLength(249);
    expect((await tenant.table.get(key))?.['members']).toBe(249);
  });

  test('do not keep a member that is deleted during a large change', async () => {
    const joining = await crowd(120, 'middle');
    const [victim] = joining;
    class RacingTable extends Table {
      private isRaced = false;
      override async write(writes: readonly Write[]): ReturnType<Table['write']> {
        const isBatch = writes.some(
          (write) => 'delete' in write && write.delete.pk.includes('#intent#'),
        );
        if (isBatch && !this.isRaced) {
          this.isRaced = true;
          await users.delete(victim?.id ?? '', () => undefined);
        }
        return super.write(writes);
      }
    }
    const racing = { ...tenant, table: new RacingTable(client, server().tableName) };
    const racingGroups = new Groups(racing, GROUP, { uniqueNames: true, unknownMembers: 'skip' });
    const group = await racingGroups.create(
      { displayName: 'Middle' },
      membersFrom(joining.map(({ id }) => ({ value: id }))),
    );
    // The membership was written after the deletion had looked for it; the final check finds it.
    // The table also has intents of other tests.
    for await (const intents of intentsBefore(tenant.table, Date.now() + 1000)) {
      const own = intents.filter(({ connection }) => connection === tenant.connection);
      for (const intent of own) {
        await completeIntent(tenant.table, intent, () => Promise.resolve(true));
      }
    }
    expect(await members(group.id)).toHaveLength(119);
    expect(
      (await tenant.table.get(resourceKey(tenant.connection, 'Group', group.id)))?.['members'],
    ).toBe(119);
  });

  test('count correctly if a member leaves while other edits are being completed', async () => {
    const victim = await users.create({ userName: 'leaver' });
    const joining = await crowd(95, 'staying');
    const group = await groups.create(
      { displayName: 'Leaving' },
      membersFrom([{ value: victim.id }]),
    );
    const key = resourceKey(tenant.connection, 'Group', group.id);
    const edits = joining.map(
      ({ id }) => ({ kind: 'add', member: { value: id, type: 'User' } }) as const,
    );
    const intent = await recordEdits(tenant, group.id, edits);
    await tenant.table.write([{ update: key, set: { pending: intent }, add: { members: 95 } }]);
    class RacingTable extends Table {
      override async write(writes: Parameters<Table['write']>[0]): ReturnType<Table['write']> {
        const failed = await super.write(writes);
        // Pending edits made the write fail; complete them before the caller can.
        if (failed.length > 0) await completeEdits(tenant, group.id, intent);
        return failed;
      }
    }
    const racing = { ...tenant, table: new RacingTable(client, server().tableName) };
    await new Users(racing, USER, 'retain').delete(victim.id, () => undefined);
    expect(await members(group.id)).toHaveLength(95);
    expect((await tenant.table.get(key))?.['members']).toBe(95);
  });

  test('apply concurrent large changes one after the other', async () => {
    const joining = await crowd(240, 'both');
    const group = await groups.create({ displayName: 'Both' }, NO_MEMBERSHIP_CHANGE);
    const add = (some: typeof joining) =>
      groups.change(
        group.id,
        ({ attributes }) => ({
          attributes,
          members: {
            clear: false,
            add: new Map(some.map(({ id }) => [id, { value: id }])),
            remove: new Set(),
          },
        }),
        false,
      );
    const [one] = joining;
    await Promise.all([
      add(joining.slice(0, 120)),
      add(joining.slice(120)),
      add(one === undefined ? [] : [one]),
    ]);
    expect(await members(group.id)).toHaveLength(240);
    expect(
      (await tenant.table.get(resourceKey(tenant.connection, 'Group', group.id)))?.['members'],
    ).toBe(240);
  });

  test('keep their version if nothing changes', async () => {
    const group = await groups.create({ displayName: 'Still' }, NO_MEMBERSHIP_CHANGE);
    const same = await groups.change(
      group.id,
      ({ attributes }) => ({ attributes, members: membersFrom([]) }),
      false,
    );
    expect(same).toEqual(group);
  });
});
