import { parseJson } from '../../scim/json';
import { directoryBusy } from '../../scim/errors/resource-errors';
import type { Member } from '../../scim/patch/memberships';
import type { Tenant } from '../resources/tenant';
import { batchesOf, inParallel } from '../store/batches';
import {
  deleteIntent,
  handOver,
  intentWrite,
  newIntent,
  type ResourceIntent,
} from '../store/intents';
import { textOf, type Item } from '../store/item';
import { batchKey, BATCHES, intentKey, resourceKey } from '../store/keys';
import { HAND_OVER_MS } from '../store/retries';
import { TRANSACTION_WRITES } from '../store/table';
import type { Write } from '../store/write';
import { existingMembers } from './member-lookup';
import {
  addMembership,
  removeMembership,
  renameMembership,
  type Membership,
} from './membership-item';

/*
 * Member edits that do not fit into one transaction are applied in three steps:
 *
 * 1. All edits are recorded in batches.
 * 2. The group's item is written with the intent's id in `pending`. This commits the change.
 * 3. Each batch is applied in a transaction that also deletes its record, so that it is applied
 *    exactly once, no matter which worker does it.
 *
 * Code that needs the members of a group with a pending intent completes the intent first.
 */

/** One change to one membership. */
export type MembershipEdit =
  | { readonly kind: 'add'; readonly member: Membership }
  | { readonly kind: 'rename'; readonly member: Member }
  | { readonly kind: 'remove'; readonly memberId: string };

/**
 * Edits per transaction. The rest of the transaction is for the group, its indexed values and its
 * count, or for the record of the batch.
 */
export const TRANSACTION_EDITS = TRANSACTION_WRITES - 10;

/** Batches applied in parallel. */
const WIDTH = 8;

/**
 * Records edits. They have no effect until a group's item names the intent.
 * @returns the intent's id
 */
export async function recordEdits(
  { table, connection }: Tenant,
  groupId: string,
  edits: readonly MembershipEdit[],
): Promise<string> {
  const intent = newIntent(connection, 'members', 'Group', groupId);
  // The intent is written first: batches without an intent would never be found and deleted.
  await table.write([intentWrite(intent)]);
  const batches = batchesOf(edits, TRANSACTION_EDITS);
  await table.writeEach(
    batches.map((batch, index) => ({
      put: { ...batchKey(connection, intent.id, index), edits: JSON.stringify(batch) },
    })),
  );
  return intent.id;
}

/**
 * Applies the remaining batches of an intent and then clears `pending` in the group's item.
 * @returns false if there was not enough time; the `completion` function continues then
 */
export async function completeEdits(
  tenant: Tenant,
  groupId: string,
  intentId: string,
): Promise<boolean> {
  const { table, connection } = tenant;
  const { pk } = intentKey(connection, intentId);
  for (;;) {
    if (table.retries.timeLeft < HAND_OVER_MS) {
      await handOver(table, { connection, id: intentId });
      return false;
    }
    const { items } = await table.query(pk, { between: BATCHES, limit: WIDTH * 4 });
    if (items.length === 0) break;
    await inParallel(items, WIDTH, (item) => applyBatch(tenant, groupId, item));
  }
  await table.write([
    {
      update: resourceKey(connection, 'Group', groupId),
      remove: ['pending'],
      condition: { is: 'pendingIntent', intent: intentId },
    },
  ]);
  await table.write([{ delete: intentKey(connection, intentId) }]);
  return true;
}

/** Completes edits for a caller that needs the result. @throws ScimError 503 without enough time */
export async function completeEditsNow(
  tenant: Tenant,
  groupId: string,
  intentId: string,
): Promise<void> {
  if (!(await completeEdits(tenant, groupId, intentId))) throw directoryBusy(undefined);
}

/**
 * Cleans up after a request that died: completes the intent if the group names it, and deletes it
 * otherwise, because it was never committed.
 * @returns false if there was not enough time
 */
export async function completeOrDelete(tenant: Tenant, intent: ResourceIntent): Promise<boolean> {
  const group = await tenant.table.get(resourceKey(tenant.connection, 'Group', intent.resource));
  if (group?.['pending'] === intent.id) return completeEdits(tenant, intent.resource, intent.id);
  await deleteIntent(tenant.table, intent);
  return true;
}

/**
 * Applies one batch. Nothing is written if the record is gone, because the batch was applied by
 * another worker then. Members deleted since the edits were recorded are neither added nor counted.
 */
async function applyBatch(tenant: Tenant, groupId: string, item: Item): Promise<void> {
  const { table, connection } = tenant;
  const { pk, sk } = item;
  const edits = parseJson(textOf(item, 'edits')) as unknown as readonly MembershipEdit[];
  const joining = edits.flatMap((edit) => (edit.kind === 'add' ? [edit.member] : []));
  const alive = new Set((await existingMembers(tenant, joining)).map(({ value }) => value));
  const applicable = edits.filter((edit) => edit.kind !== 'add' || alive.has(edit.member.value));
  const missing = edits.length - applicable.length;
  await table.write([
    { delete: { pk, sk }, condition: { is: 'present' } },
    ...applicable.map((edit) => unconditional(editWrite(connection, groupId, edit))),
    ...(missing === 0
      ? []
      : [{ update: resourceKey(connection, 'Group', groupId), add: { members: -missing } }]),
  ]);
}

/** Creates the write of one edit; its condition fails if the edit would change nothing. */
export function editWrite(connection: string, groupId: string, edit: MembershipEdit): Write {
  switch (edit.kind) {
    case 'add':
      return addMembership(connection, groupId, edit.member);
    case 'rename':
      return renameMembership(connection, groupId, edit.member);
    case 'remove':
      return removeMembership(connection, groupId, edit.memberId);
  }
}

function unconditional(write: Write): Write {
  const { condition: _, ...always } = write;
  return always;
}
