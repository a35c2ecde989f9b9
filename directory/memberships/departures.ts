import type { ResourceTypeName } from '../../scim/schema/resource-type';
import type { Tenant } from '../resources/tenant';
import { inParallel } from '../store/batches';
import { textOf } from '../store/item';
import { INVERSE_INDEX, membershipKey, memberOfPartition, resourceKey } from '../store/keys';
import { HAND_OVER_MS } from '../store/retries';
import { newVersion } from '../store/version';
import { ABSENT } from '../store/write';
import { completeEditsNow } from './member-edits';
import { existingMembers } from './member-lookup';
import { removeMembership, type Membership } from './membership-item';

/** Groups that a deleted member leaves in parallel. */
const WIDTH = 8;

/**
 * Removes a deleted user or group from all of its groups; each group gets a new version.
 * @returns false if there was not enough time
 * @throws ScimError 503
 */
export async function leaveAllGroups(
  tenant: Tenant,
  type: ResourceTypeName,
  memberId: string,
): Promise<boolean> {
  const { table, connection } = tenant;
  const groupIds: string[] = [];
  const memberships = table.queryAll(memberOfPartition(connection, memberId), {
    index: INVERSE_INDEX,
  });
  for await (const item of memberships) groupIds.push(textOf(item, 'gsi1sk'));
  const left = await inParallel(groupIds, WIDTH, async (groupId) => {
    if (table.retries.timeLeft < HAND_OVER_MS) return false;
    await leaveGroup(tenant, groupId, type, memberId);
    return true;
  });
  return left.every(Boolean);
}

/**
 * Removes members that were deleted while they were being added. Deletion finds memberships through
 * an eventually consistent index; this check runs after the membership was written, so the two
 * together miss none.
 */
export async function removeDeletedMembers(
  tenant: Tenant,
  groupId: string,
  added: readonly Membership[],
): Promise<void> {
  if (added.length === 0) return;
  const alive = new Set((await existingMembers(tenant, added)).map(({ value }) => value));
  const gone = added.filter(({ value }) => !alive.has(value));
  await inParallel(gone, WIDTH, ({ value, type }) => leaveGroup(tenant, groupId, type, value));
}

/** Removes one membership of a deleted member, if it exists. @throws ScimError 503 */
async function leaveGroup(
  tenant: Tenant,
  groupId: string,
  type: ResourceTypeName,
  memberId: string,
): Promise<void> {
  const { table, connection } = tenant;
  const group = resourceKey(connection, 'Group', groupId);
  for (let attempt = 1; ; attempt += 1) {
    const lastModified = new Date().toISOString();
    const failed = await table.write([
      {
        update: group,
        set: { version: newVersion(), lastModified },
        add: { members: -1 },
        condition: { is: 'noPendingEdits' },
      },
      removeMembership(connection, groupId, memberId),
      // The user may have been created again under the same id and have joined the group anew.
      { check: resourceKey(connection, type, memberId), condition: ABSENT },
    ]);
    const groupFailure = failed.find(({ index }) => index === 0);
    // If the group's condition held, the membership is gone or was gone before.
    if (groupFailure === undefined) return;
    if (groupFailure.item === undefined) {
      // The group is gone; delete the orphaned membership.
      await table.write([{ delete: membershipKey(connection, groupId, memberId) }]);
      return;
    }
    const { pending } = groupFailure.item;
    if (typeof pending === 'string') await completeEditsNow(tenant, groupId, pending);
    await table.retries.pause(attempt);
  }
}
