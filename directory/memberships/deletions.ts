import type { StoredResource } from '../../scim/resource/resource';
import { handOver, newIntent, recordWrite, type ResourceIntent } from '../store/intents';
import type { ResourceTypeName } from '../../scim/schema/resource-type';
import type { Key } from '../store/item';
import { membershipPartition } from '../store/keys';
import { namesIn } from '../resources/names';
import { changedBy } from '../resources/request-info';
import { leaveAllGroups, type CompleteEdits } from './memberships';
import type { Scope } from '../resources/resources';
import { HAND_OVER_MS, unlessBusy } from '../store/retries';
import type { Write } from '../store/write';

/*
 * A user or group is deleted in one transaction, which also records that its memberships are still to go. They go at once where there is time,
 * and the intent stays: the index that leads to them follows the table after a moment, and a membership that was written just before the
 * deletion may not be in it yet. The completion function looks again when it must be, and only then is the intent forgotten.
 */

/** The write that records, with a deletion, what it leaves to be done, and whose deletion it is: the log is made of it. */
export function deletionWrite({ origin }: Scope, intent: ResourceIntent, { attributes }: StoredResource): Write {
  const { name, externalId } = namesIn(attributes);
  return recordWrite(intent, {
    ...changedBy(origin, intent.id),
    ...(name === undefined ? {} : { name }),
    ...(externalId === undefined ? {} : { externalId }),
  });
}

/** What the deletion of a user or group leaves to be done; recorded with it. */
export function deletionIntent({ connection }: Scope, type: ResourceTypeName, id: string): ResourceIntent {
  return newIntent(connection, 'deletion', type, id);
}

/**
 * Ends the memberships of what has been deleted, as far as time allows; the rest follows elsewhere. The deletion has happened, so that this
 * does not fail because something is busy.
 */
export async function followDeletion(scope: Scope, intent: ResourceIntent, complete: CompleteEdits): Promise<void> {
  const isComplete = await unlessBusy(() => completeDeletion(scope, intent, complete));
  if (isComplete !== true) await unlessBusy(() => handOver(scope.table, intent));
}

/** Ends the memberships of what has been deleted. @returns false when the time was not enough */
export async function completeDeletion(
  scope: Scope,
  intent: ResourceIntent,
  complete: CompleteEdits,
): Promise<boolean> {
  const { type, resource } = intent;
  if (!(await leaveAllGroups(scope, type, resource, complete))) return false;
  return type === 'User' || removeMembers(scope, resource);
}

/**
 * Removes the memberships in a group that is gone: nobody can join it any more, and its id is not given out again.
 * @returns false when the time was not enough
 */
export async function removeMembers(
  { table, connection }: Pick<Scope, 'table' | 'connection'>,
  groupId: string,
): Promise<boolean> {
  let after: Key | undefined;
  do {
    if (table.retries.timeLeft < HAND_OVER_MS) return false;
    const { items, next } = await table.query(membershipPartition(connection, groupId), { after, limit: 1000 });
    await table.writeEach(items.map(({ pk, sk }) => ({ delete: { pk, sk } })));
    after = next;
  } while (after !== undefined);
  return true;
}
