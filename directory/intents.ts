import { v7 as uuidv7 } from 'uuid';
import { parseJson } from '../scim/json';
import type { Member } from '../scim/patch/memberships';
import { batchesOf, inParallel } from './batches';
import { textOf, type Item } from './item';
import { intentPartition, resourceKey } from './keys';
import {
  addMembership,
  existingMembers,
  expelDeleted,
  removeMembership,
  renameMembership,
  type Membership,
} from './memberships';
import type { Scope } from './resources';
import { TRANSACTION_WRITES } from './table';
import type { Write } from './write';

/*
 * Changes of a group's members that are too many for one transaction. First the whole change is recorded in batches; then the group's own item is
 * written with the record's id in `pending`, and from that moment the change has happened; then each batch is applied in a transaction that
 * also removes its record, so that it is applied once, whoever does it. Whoever meets a group with `pending` completes it first: what a dead function
 * left behind waits for nobody in particular.
 */

/** One change of one membership. */
export type MembershipEdit =
  | { readonly kind: 'add'; readonly member: Membership }
  | { readonly kind: 'rename'; readonly member: Member }
  | { readonly kind: 'remove'; readonly memberId: string };

/** Edits that one transaction takes: beside them it writes the group, its values and its count, or the record of the batch. */
export const TRANSACTION_EDITS = TRANSACTION_WRITES - 10;

/** Batches that are written or applied at the same time. */
const WIDTH = 8;

/** Records a change. Without a group that names it, it means nothing. @returns its id */
export async function recordIntent(
  { table, connection }: Scope,
  groupId: string,
  edits: readonly MembershipEdit[],
): Promise<string> {
  const intent = uuidv7();
  const pk = intentPartition(connection, groupId, intent);
  const batches = batchesOf(edits, TRANSACTION_EDITS).map((batch, index) => ({
    batch,
    sk: String(index).padStart(6, '0'),
  }));
  await inParallel(batches, WIDTH, ({ batch, sk }) => table.write([{ put: { pk, sk, edits: JSON.stringify(batch) } }]));
  return intent;
}

/** Applies what is left of a recorded change, and says so in the group's item. */
export async function completeIntent(scope: Scope, groupId: string, intent: string): Promise<void> {
  const { table, connection } = scope;
  const pk = intentPartition(connection, groupId, intent);
  const joined: Membership[] = [];
  for (;;) {
    const { items } = await table.query(pk, { limit: WIDTH * 4 });
    if (items.length === 0) break;
    joined.push(...(await inParallel(items, WIDTH, (item) => applyBatch(scope, groupId, item))).flat());
  }
  await table.write([
    {
      update: resourceKey(connection, 'Group', groupId),
      remove: ['pending'],
      condition: { is: 'pending', intent },
    },
  ]);
  await expelDeleted(scope, groupId, joined, completing(scope));
}

/** What completes a recorded change in a connection. */
export function completing(scope: Scope): (groupId: string, intent: string) => Promise<void> {
  return (groupId, intent) => completeIntent(scope, groupId, intent);
}

/**
 * Applies one batch. One whose record is gone has been applied: then nothing is written. Who was deleted since the change was recorded does not join, and is
 * not counted.
 * @returns who joined
 */
async function applyBatch(scope: Scope, groupId: string, item: Item): Promise<readonly Membership[]> {
  const { table, connection } = scope;
  const { pk, sk } = item;
  const edits = parseJson(textOf(item, 'edits')) as unknown as readonly MembershipEdit[];
  const joining = edits.flatMap((edit) => (edit.kind === 'add' ? [edit.member] : []));
  const alive = new Set((await existingMembers(scope, joining)).map(({ value }) => value));
  const joined = joining.filter(({ value }) => alive.has(value));
  const others = edits.filter(({ kind }) => kind !== 'add');
  const writes = [...joined.map((member) => ({ kind: 'add', member }) as const), ...others];
  const missing = joining.length - joined.length;
  const failed = await table.write([
    { delete: { pk, sk }, condition: { is: 'present' } },
    ...writes.map((edit) => unconditional(editWrite(connection, groupId, edit))),
    ...(missing === 0 ? [] : [{ update: resourceKey(connection, 'Group', groupId), add: { members: -missing } }]),
  ]);
  return failed.length === 0 ? joined : [];
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
