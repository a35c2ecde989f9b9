import type { StoredResource } from '../../scim/resource/resource';
import type { ResourceTypeName } from '../../scim/schema/resource-type';
import { namesIn } from '../resources/display-names';
import { changedByAttribute } from '../resources/request-info';
import type { Tenant } from '../resources/tenant';
import { handOver, intentWrite, newIntent, type ResourceIntent } from '../store/intents';
import type { Key } from '../store/item';
import { membershipPartition } from '../store/keys';
import { HAND_OVER_MS, unlessBusy } from '../store/retries';
import type { Write } from '../store/write';
import { leaveAllGroups } from './departures';

/*
 * A user or group is deleted in one transaction, which also records an intent to delete its
 * memberships. If there is time, the request deletes them right away, but the intent stays: the
 * index that finds memberships is eventually consistent, so one written just before the deletion
 * may be missing from it. The `completion` function checks again later and deletes the intent then.
 */

/** Creates the write that records a deletion's intent, with the data the log needs about it. */
export function deletionWrite(
  { request }: Tenant,
  intent: ResourceIntent,
  { attributes }: StoredResource,
): Write {
  const { name, externalId } = namesIn(attributes);
  return intentWrite(intent, {
    ...changedByAttribute(request, intent.id),
    ...(name === undefined ? {} : { name }),
    ...(externalId === undefined ? {} : { externalId }),
  });
}

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
  if (!(await leaveAllGroups(tenant, type, resource))) return false;
  return type === 'User' || removeMembers(tenant, resource);
}

/**
 * Deletes the memberships of a deleted group. No member can be added any more, and the group's id
 * is never reused.
 * @returns false if there was not enough time
 */
export async function removeMembers(
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
