import { parseJson } from '../../scim/json';
import type { Member } from '../../scim/patch/memberships';
import { batchesOf, inParallel } from '../store/batches';
import { forget, handOver, newIntent, recordWrite, type ResourceIntent } from '../store/intents';
import { textOf, type Item } from '../store/item';
import { batchKey, BATCHES, intentKey, resourceKey } from '../store/keys';
import {
  addMembership,
  existingMembers,
  removeMembership,
  renameMembership,
  type CompleteEdits,
  type Membership,
} from './memberships';
import type { Scope } from '../resources/resources';
import { busy, HAND_OVER_MS } from '../store/retries';
import { TRANSACTION_WRITES } from '../store/table';
import type { Write } from '../store/write';

/*
 * Changes of a group's members that are too many for one transaction. First the whole change is recorded in batches; then the group's own
 * item is written with the intent's id in `pending`, and from that moment the change has happened; then each batch is applied in a
 * transaction that also removes its record, so that it is applied once, whoever does it. Whoever needs the members of a group with `pending`
 * completes it first.
 */

/** One change of one membership. */
export type MembershipEdit =
  | { readonly kind: 'add'; readonly member: Membership }
  | { readonly kind: 'rename'; readonly member: Member }
  | { readonly kind: 'remove'; readonly memberId: string };

/** Edits that one transaction takes: beside them it writes the group, its values and its count, or the record of the batch. */
export const TRANSACTION_EDITS = TRANSACTION_WRITES - 10;

/** Batches that are applied at the same time. */
const WIDTH = 8;

/** Records a change. Without a group that names it, it means nothing. @returns the intent's id */
export async function recordEdits(
  { table, connection }: Scope,
  groupId: string,
  edits: readonly MembershipEdit[],
): Promise<string> {
  const intent = newIntent(connection, 'members', 'Group', groupId);
  // The intent first: batches that nothing leads to would stay for ever.
  await table.write([recordWrite(intent)]);
  const batches = batchesOf(edits, TRANSACTION_EDITS);
  await table.writeEach(
    batches.map((batch, index) => ({
      put: { ...batchKey(connection, intent.id, index), edits: JSON.stringify(batch) },
    })),
  );
  return intent.id;
}

/**
 * Applies what is left of a recorded change, and says so in the group's item.
 * @returns false when the time was not enough: then it goes on elsewhere
 */
export async function completeEdits(scope: Scope, groupId: string, intentId: string): Promise<boolean> {
  const { table, connection } = scope;
  const { pk } = intentKey(connection, intentId);
  for (;;) {
    if (table.retries.timeLeft < HAND_OVER_MS) {
      await handOver(table, { connection, id: intentId });
      return false;
    }
    const { items } = await table.query(pk, { between: BATCHES, limit: WIDTH * 4 });
    if (items.length === 0) break;
    await inParallel(items, WIDTH, (item) => applyBatch(scope, groupId, item));
  }
  await table.write([
    {
      update: resourceKey(connection, 'Group', groupId),
      remove: ['pending'],
      condition: { is: 'pending', intent: intentId },
    },
  ]);
  await table.write([{ delete: intentKey(connection, intentId) }]);
  return true;
}

/** What completes a change of members for whoever needs the result of it. */
export function completing(scope: Scope): CompleteEdits {
  return async (groupId, intent) => {
    if (!(await completeEdits(scope, groupId, intent))) throw busy(undefined);
  };
}

/** Completes an intent whose request has ended, if the group says that the change has happened; else nothing will come of it. */
export async function completeOrForget(scope: Scope, intent: ResourceIntent): Promise<boolean> {
  const group = await scope.table.get(resourceKey(scope.connection, 'Group', intent.resource));
  if (group?.['pending'] === intent.id) return completeEdits(scope, intent.resource, intent.id);
  await forget(scope.table, intent);
  return true;
}

/**
 * Applies one batch. One whose record is gone has been applied: then nothing is written. Who was deleted since the change was recorded does
 * not join, and is not counted.
 */
async function applyBatch(scope: Scope, groupId: string, item: Item): Promise<void> {
  const { table, connection } = scope;
  const { pk, sk } = item;
  const edits = parseJson(textOf(item, 'edits')) as unknown as readonly MembershipEdit[];
  const joining = edits.flatMap((edit) => (edit.kind === 'add' ? [edit.member] : []));
  const alive = new Set((await existingMembers(scope, joining)).map(({ value }) => value));
  const happening = edits.filter((edit) => edit.kind !== 'add' || alive.has(edit.member.value));
  const missing = edits.length - happening.length;
  await table.write([
    { delete: { pk, sk }, condition: { is: 'present' } },
    ...happening.map((edit) => unconditional(editWrite(connection, groupId, edit))),
    ...(missing === 0 ? [] : [{ update: resourceKey(connection, 'Group', groupId), add: { members: -missing } }]),
  ]);
}

/** The write of one edit, on condition that it changes something. */
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
