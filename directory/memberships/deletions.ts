import type { StoredResource } from '../../scim/resource/resource';
import { isMemberType, type ResourceTypeName } from '../../scim/schema/resource-type';
import { namesIn } from '../resources/display-names';
import { changedByAttribute } from '../resources/request-info';
import type { Tenant } from '../resources/tenant';
import { batchesOf, inParallel } from '../store/batches';
import {
  deleteIntent,
  handOver,
  intentWrite,
  newIntent,
  type ResourceIntent,
} from '../store/intents';
import type { Key } from '../store/item';
import { membershipPartition } from '../store/keys';
import { HAND_OVER_MS, unlessBusy } from '../store/retries';
import type { Table } from '../store/table';
import type { Write } from '../store/write';
import { leaveAllGroups } from './departures';
import { invalidateCachedGroups } from './cached-groups';
import { TRANSACTION_EDITS } from './member-edits';
import { markGroupListDeleted, deleteGroupList } from './group-list';
import { membershipFromItem, removeMembership } from './membership-item';

/*
 * A user or group is deleted in one transaction, which also marks its group list as deleted, so
 * that it joins no more groups, and records an intent to delete its memberships. If there is time,
 * the request deletes them right away, but the intent stays: memberships that only the inverse
 * index lists may be missing there at first, because it is eventually consistent. The `completion`
 * function checks again later and deletes the intent then. A resource of a custom type has no
 * memberships; its intent is there for the log only.
 */

/** Creates the writes that record a deletion, with the data that the log needs about it. */
export function deletionWrites(
  { request, connection }: Tenant,
  intent: ResourceIntent,
  { id, attributes }: StoredResource,
): readonly Write[] {
  const { name, externalId } = namesIn(attributes);
  return [
    ...(isMemberType(intent.type) ? [markGroupListDeleted(connection, intent.type, id)] : []),
    intentWrite(intent, {
      ...changedByAttribute(request, intent.id),
      ...(name === undefined ? {} : { name }),
      ...(externalId === undefined ? {} : { externalId }),
    }),
  ];
}

/** Transactions in parallel that remove the members of a deleted group. */
const WIDTH = 8;

/** Memberships of a deleted group that are read at a time. */
const PAGE = WIDTH * TRANSACTION_EDITS;

/** Creates the intent that is recorded together with a deletion. */
export function deletionIntent(
  { connection }: Tenant,
  type: ResourceTypeName,
  id: string,
): ResourceIntent {
  return newIntent(connection, 'deletion', type, id);
}

/**
 * Deletes the memberships of a deleted resource as far as time allows, and hands the rest over. The
 * deletion itself is committed, so contention here does not fail the request.
 */
export async function finishDeletion(tenant: Tenant, intent: ResourceIntent): Promise<void> {
  const isComplete = await unlessBusy(() => completeDeletion(tenant, intent));
  // Names and values are stripped from the log in the background.
  const isForCompletion = isComplete !== true || intent.erases === true;
  if (isForCompletion) await unlessBusy(() => handOver(tenant.table, intent));
}

/** Deletes the memberships of a deleted resource. @returns false if there was not enough time */
export async function completeDeletion(tenant: Tenant, intent: ResourceIntent): Promise<boolean> {
  const { type, resource } = intent;
  if (!isMemberType(type)) return true;
  if (!(await leaveAllGroups(tenant, type, resource))) return false;
  return type === 'User' || removeMembers(tenant, resource);
}

/**
 * Deletes the group list and the intent of a deleted resource, after all requests that have read
 * the resource have ended.
 */
export async function endDeletion(table: Table, intent: ResourceIntent): Promise<void> {
  const { connection, type, resource } = intent;
  if (isMemberType(type)) await deleteGroupList(table, connection, type, resource);
  await deleteIntent(table, intent);
}

/**
 * Removes the members of a deleted group. None can be added any more: an import refuses the group's
 * id until the intent is gone.
 * @returns false if there was not enough time
 */
async function removeMembers({ table, connection }: Tenant, groupId: string): Promise<boolean> {
  let failures = 0;
  for (;;) {
    if (table.retries.timeLeft < HAND_OVER_MS) return false;
    const { items } = await table.query(membershipPartition(connection, groupId), { limit: PAGE });
    if (items.length === 0) return true;
    const batches = batchesOf(items.map(membershipFromItem), TRANSACTION_EDITS);
    const failed = await inParallel(batches, WIDTH, (batch) =>
      table.write([
        ...batch.flatMap((member) => removeMembership(connection, groupId, member)),
        ...(batch.some(({ type }) => type === 'Group') ? [invalidateCachedGroups(connection)] : []),
      ]),
    );
    // A member left, or its membership was converted, since the page was read.
    if (failed.flat().length === 0) continue;
    failures += 1;
    await table.retries.pause(failures);
  }
}

/**
 * Deletes the memberships of a group whose connection is being purged. The group lists of its
 * members stay: the purge deletes them all.
 * @returns false if there was not enough time
 */
export async function purgeMemberships(
  { table, connection }: Pick<Tenant, 'table' | 'connection'>,
  groupId: string,
): Promise<boolean> {
  let after: Key | undefined;
  do {
    if (table.retries.timeLeft < HAND_OVER_MS) return false;
    const { items, next } = await table.query(membershipPartition(connection, groupId), {
      after,
      limit: 1000,
    });
    await table.writeEach(items.map(({ pk, sk }) => ({ delete: { pk, sk } })));
    after = next;
  } while (after !== undefined);
  return true;
}
