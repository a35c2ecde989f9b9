import type { MemberType } from '../../scim/schema/resource-type';
import type { Tenant } from '../resources/tenant';
import { inParallel } from '../store/batches';
import { membershipKey, resourceKey } from '../store/keys';
import { HAND_OVER_MS } from '../store/retries';
import { newVersion } from '../store/version';
import { ABSENT } from '../store/write';
import { invalidateCachedGroups } from './cached-groups';
import { completeEditsNow } from './member-edits';
import { directGroupIds } from './group-list';
import { membershipFromItem, removeMembership } from './membership-item';

/** Groups that a deleted member leaves in parallel. */
const WIDTH = 8;

/**
 * Removes a deleted user or group from all of its groups; each group gets a new version.
 * @returns false if there was not enough time
 * @throws ScimError 503
 */
export async function leaveAllGroups(
  tenant: Tenant,
  type: MemberType,
  memberId: string,
): Promise<boolean> {
  const groupIds = await directGroupIds(tenant, type, memberId);
  const left = await inParallel(groupIds, WIDTH, async (groupId) => {
    if (tenant.table.retries.timeLeft < HAND_OVER_MS) return false;
    await leaveGroup(tenant, groupId, type, memberId);
    return true;
  });
  return left.every(Boolean);
}

/** Removes one membership of a deleted member, if it exists. @throws ScimError 503 */
async function leaveGroup(
  tenant: Tenant,
  groupId: string,
  type: MemberType,
  memberId: string,
): Promise<void> {
  const { table, connection } = tenant;
  for (let attempt = 1; ; attempt += 1) {
    const item = await table.get(membershipKey(connection, groupId, memberId));
    if (item === undefined) return;
    const removal = removeMembership(connection, groupId, membershipFromItem(item));
    const lastModified = new Date().toISOString();
    const failed = await table.write([
      {
        update: resourceKey(connection, 'Group', groupId),
        set: { version: newVersion(), lastModified },
        add: { members: -1 },
        condition: { is: 'noPendingEdits' },
      },
      // The user may have been created again under the same id and have joined the group anew.
      { check: resourceKey(connection, type, memberId), condition: ABSENT },
      ...removal,
      ...(type === 'Group' ? [invalidateCachedGroups(connection)] : []),
    ]);
    if (failed.length === 0 || failed.some(({ index }) => index === 1)) return;
    const groupFailure = failed.find(({ index }) => index === 0);
    // The group is gone; its membership is an orphan.
    if (groupFailure !== undefined && groupFailure.item === undefined) await table.write(removal);
    const pending = groupFailure?.item?.['pending'];
    if (typeof pending === 'string') await completeEditsNow(tenant, groupId, pending);
    await table.retries.pause(attempt);
  }
}
