import { parseJson } from '../../scim/json';
import { directoryBusy } from '../../scim/errors/resource-errors';
import type { Member } from '../../scim/patch/memberships';
import { reasonFrom, type ChangeReason } from '../resources/request-info';
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
import { invalidateCachedGroups } from './cached-groups';
import { compareWithNamed } from './member-lookup';
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
  | { readonly kind: 'remove'; readonly member: Membership };

/** An edit as a batch records it. The rest, such as the member's type, is read when it applies. */
export type RecordedEdit =
  | { readonly kind: 'add' | 'rename'; readonly member: Member }
  | { readonly kind: 'remove'; readonly memberId: string };

/**
 * Edits per transaction, of up to two writes each. The rest of the transaction is for the group,
 * its indexed values and its count, or for the record of the batch.
 */
export const TRANSACTION_EDITS = (TRANSACTION_WRITES - 10) / 2;

/** Batches applied in parallel. */
const WIDTH = 8;

/**
 * Records edits. They have no effect until a group's item names the intent.
 * @returns the intent's id
 */
export async function recordEdits(
  { table, connection, request }: Tenant,
  groupId: string,
  edits: readonly RecordedEdit[],
): Promise<string> {
  const reason = request?.reason;
  const intent = newIntent(connection, 'members', 'Group', groupId);
  // The intent is written first: batches without an intent would never be found and deleted.
  await table.write([intentWrite(intent)]);
  const batches = batchesOf(edits, TRANSACTION_EDITS);
  await table.writeEach(
    batches.map((batch, index) => ({
      put: {
        ...batchKey(connection, intent.id, index),
        edits: JSON.stringify(batch),
        ...(reason === undefined ? {} : { reason }),
      },
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

/** Returns what a batch records of an edit. */
export function recordOf(edit: MembershipEdit): RecordedEdit {
  if (edit.kind === 'remove') return { kind: 'remove', memberId: edit.member.value };
  const { value, display } = edit.member;
  return { kind: edit.kind, member: { value, ...(display === undefined ? {} : { display }) } };
}

/**
 * Applies one batch. Nothing is written if the record is gone, because the batch was applied by
 * another worker then. Members deleted since the edits were recorded are neither added nor counted.
 */
async function applyBatch(tenant: Tenant, groupId: string, item: Item): Promise<void> {
  const { table, connection } = tenant;
  const { pk, sk } = item;
  const reason = reasonFrom(item['reason']);
  let text = textOf(item, 'edits');
  for (let attempt = 1; ; attempt += 1) {
    const recorded = parseJson(text) as unknown as readonly RecordedEdit[];
    // A release before 0.3.0 recorded twice as many edits in a batch.
    const rest = JSON.stringify(recorded.slice(TRANSACTION_EDITS));
    const { edits: applicable, uncounted } = await editsNow(
      tenant,
      groupId,
      recorded.slice(0, TRANSACTION_EDITS),
    );
    const condition = { is: 'same', attribute: 'edits', value: text } as const;
    const failed = await table.write([
      rest === '[]'
        ? { delete: { pk, sk }, condition }
        : { update: { pk, sk }, set: { edits: rest }, condition },
      ...applicable.flatMap((edit) => editWrites(connection, groupId, edit, reason)),
      ...(isNesting(applicable) ? [invalidateCachedGroups(connection)] : []),
      ...(uncounted === 0
        ? []
        : [{ update: resourceKey(connection, 'Group', groupId), add: { members: uncounted } }]),
    ]);
    if (failed.some(({ index }) => index === 0)) return;
    if (failed.length > 0) await table.retries.pause(attempt);
    else if (rest === '[]') return;
    else text = rest;
  }
}

/**
 * Returns recorded edits as those that a group as it is now needs.
 * @returns the edits that still apply, and the correction of the group's number of members, which
 *   the request has changed as if every edit applied
 */
async function editsNow(
  tenant: Tenant,
  groupId: string,
  edits: readonly RecordedEdit[],
): Promise<{ readonly edits: readonly MembershipEdit[]; readonly uncounted: number }> {
  const added = edits.flatMap((edit) => (edit.kind === 'add' ? [edit.member] : []));
  const renamed = edits.flatMap((edit) => (edit.kind === 'rename' ? [edit.member] : []));
  const removed = edits.flatMap((edit) => (edit.kind === 'remove' ? [edit.memberId] : []));
  const found = await compareWithNamed(tenant, groupId, [...added, ...renamed], removed);
  const isAdded = new Set(added.map(({ value }) => value));
  const joining = found.joining.filter(({ value }) => isAdded.has(value));
  const applicable = [
    ...joining.map((member) => ({ kind: 'add', member }) as const),
    ...renamed
      .filter(({ value }) => found.present.has(value))
      .map((member) => ({ kind: 'rename', member }) as const),
    ...found.leaving.map((member) => ({ kind: 'remove', member }) as const),
  ];
  const uncounted = joining.length - added.length + (removed.length - found.leaving.length);
  return { edits: applicable, uncounted };
}

/**
 * Returns whether edits change which groups a group is in. Their transaction needs the write of
 * `invalidateCachedGroups`, once.
 */
export function isNesting(edits: readonly MembershipEdit[]): boolean {
  return edits.some((edit) => edit.kind !== 'rename' && edit.member.type === 'Group');
}

/**
 * Creates the writes of one edit; a condition fails if the edit would change nothing.
 * @param reason why, if no SCIM client asked for it
 */
export function editWrites(
  connection: string,
  groupId: string,
  edit: MembershipEdit,
  reason?: ChangeReason,
): readonly Write[] {
  switch (edit.kind) {
    case 'add':
      return addMembership(connection, groupId, edit.member, reason);
    case 'rename':
      return [renameMembership(connection, groupId, edit.member)];
    case 'remove':
      return removeMembership(connection, groupId, edit.member);
  }
}
