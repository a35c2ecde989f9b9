import { selfMembership, unknownMember } from '../../scim/errors/resource-errors';
import type { Member, MembershipChange } from '../../scim/patch/memberships';
import type { MembershipCounts } from '../resources/request-info';
import type { Tenant } from '../resources/tenant';
import type { MembershipEdit } from './member-edits';
import {
  compareWithNamed,
  existingMembers,
  storedDisplayName,
  type Comparison,
} from './member-lookup';
import { membersOf, type Membership } from './membership-item';

/** How a group deals with members that do not exist. */
export interface UnknownMemberRules {
  readonly unknownMembers: 'refuse' | 'skip';
  /** Called with the ids of the members that were skipped. */
  readonly onSkippedMembers?: (ids: readonly string[]) => void;
}

/** The members that a change adds, renames and removes. */
export interface MemberDifference {
  readonly added: readonly Membership[];
  readonly renamed: readonly Member[];
  readonly removed: readonly Membership[];
}

/**
 * Compares a requested change with the members that a group has. Adding a member that is there and
 * removing one that is not are no differences.
 * @throws ScimError 400 `invalidValue` for an unknown member, for a replacement without any known
 *   member, and for the group itself
 */
export async function memberDifference(
  tenant: Tenant,
  groupId: string,
  change: MembershipChange,
  rules: UnknownMemberRules,
): Promise<MemberDifference> {
  if (change.add.has(groupId)) throw selfMembership();
  const named = [...change.add.values()];
  const { present, joining, leaving } = change.clear
    ? await compareWithAll(tenant, groupId, named)
    : await compareWithNamed(tenant, groupId, named, [...change.remove]);
  const renamed = named.flatMap(({ value, display }) => {
    const member = present.get(value);
    if (member === undefined || display === undefined) return [];
    const name = storedDisplayName(display);
    return name === member.display ? [] : [{ value, display: name }];
  });
  const unknownOrJoining = named.filter(({ value }) => !present.has(value));
  // Skipping them all would turn the replacement of the members into their removal.
  const isReplacement = change.clear || change.replacesSelected === true;
  const isEmptied = isReplacement && named.length === unknownOrJoining.length;
  const unknownMembers = isEmptied && joining.length === 0 ? 'refuse' : rules.unknownMembers;
  checkKnown(unknownOrJoining, joining, { ...rules, unknownMembers });
  return { added: joining, renamed, removed: leaving };
}

/** Reads all members: the named ones replace them. */
async function compareWithAll(
  tenant: Tenant,
  groupId: string,
  named: readonly Member[],
): Promise<Comparison> {
  const present = new Map<string, Membership>();
  for await (const member of membersOf(tenant, groupId)) present.set(member.value, member);
  const staying = new Set(named.map(({ value }) => value));
  const joining = await existingMembers(
    tenant,
    named.filter(({ value }) => !present.has(value)),
  );
  return {
    present,
    joining,
    leaving: [...present.values()].filter(({ value }) => !staying.has(value)),
  };
}

/**
 * Refuses or reports named members that do not exist.
 * @throws ScimError 400 `invalidValue`
 */
export function checkKnown(
  named: readonly Member[],
  known: readonly Membership[],
  { unknownMembers, onSkippedMembers }: UnknownMemberRules,
): void {
  if (known.length === named.length) return;
  const ids = new Set(known.map(({ value }) => value));
  const unknown = named.map(({ value }) => value).filter((id) => !ids.has(id));
  if (unknownMembers !== 'skip') throw unknownMember(unknown[0] ?? '');
  onSkippedMembers?.(unknown);
}

/** Returns a difference as edits. */
export function editsOf({ added, renamed, removed }: MemberDifference): readonly MembershipEdit[] {
  return [
    ...added.map((member) => ({ kind: 'add', member }) as const),
    ...renamed.map((member) => ({ kind: 'rename', member }) as const),
    ...removed.map((member) => ({ kind: 'remove', member }) as const),
  ];
}

/** Members that the log names per change. */
const LOGGED_IDS = 5;

/** Summarizes a difference for the log; undefined if there is none. */
export function membershipCountsOf(difference: MemberDifference): MembershipCounts | undefined {
  const { added, removed, renamed } = difference;
  const ids = [...added, ...removed, ...renamed].map(({ value }) => value);
  if (ids.length === 0) return undefined;
  return {
    added: added.length,
    removed: removed.length,
    ...(renamed.length === 0 ? {} : { renamed: renamed.length }),
    ids: ids.slice(0, LOGGED_IDS),
  };
}
