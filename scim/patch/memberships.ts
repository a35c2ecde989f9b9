import { noMatch } from '../errors/patch-errors';
import { immutableMember, requiredMissing } from '../errors/value-errors';
import { elementMatches, type BoundFilter } from '../filter/bind';
import { isArray, isObject, type Json, type JsonObject } from '../json';
import { parseValue } from '../resource/value';
import { describeTarget, GROUP } from '../schema/resource-type';
import type { PatchOperation } from './request';

/** A member as a client names it: `value` is the id of a user or a group. */
export interface Member {
  readonly value: string;
  readonly display?: string;
  readonly type?: string;
  /** Only of members that are stored: what is sent of it is not kept. */
  readonly $ref?: string;
}

/**
 * What a request does to a group's members, without the group's members being known: a change of 3 members of a group of
 * 100,000 names 3.
 */
export interface MembershipChange {
  /** True when every member that `add` does not name leaves the group (`replace`, or `remove` of all). */
  readonly clear: boolean;
  /** By id; each is a member afterwards. */
  readonly add: ReadonlyMap<string, Member>;
  /** Ids of those that are no members afterwards. */
  readonly remove: ReadonlySet<string>;
}

export const NO_MEMBERSHIP_CHANGE: MembershipChange = {
  clear: false,
  add: new Map(),
  remove: new Set(),
};

/** Whether an operation is about a group's members, which are kept apart from the group. */
export function isMembersOperation({ path }: PatchOperation): boolean {
  return path.attribute?.name === 'members' && path.extension === undefined;
}

/** Whether operations select members by more than their ids, so that the change depends on who is a member now. */
export function needsCurrentMembers(operations: readonly PatchOperation[]): boolean {
  return operations.some(({ op, path }) => {
    if (path.attribute === undefined || path.filter === undefined) return false;
    return op !== 'remove' || namedIds(path.filter) === undefined;
  });
}

/**
 * Folds operations on `members`, in order, into one change.
 * @param current the group's members; needed only where `needsCurrentMembers` says so
 * @throws ScimError 400 `invalidValue`, `mutability`, or `noTarget` for a filter that selects no member
 */
export function foldMembershipOperations(
  operations: readonly PatchOperation[],
  current: readonly Member[] = [],
): MembershipChange {
  const change = new ChangeBuilder();
  for (const operation of operations) applyOperation(change, operation, current);
  return change;
}

/**
 * The members in the body of a POST or PUT.
 * @throws ScimError 400 `invalidValue`
 */
export function membersFrom(value: Json | undefined): MembershipChange {
  const change = new ChangeBuilder();
  change.clearAll();
  for (const member of parseMembers(value ?? null)) change.addMember(member);
  return change;
}

class ChangeBuilder implements MembershipChange {
  clear = false;
  readonly add = new Map<string, Member>();
  readonly remove = new Set<string>();

  addMember(member: Member): void {
    this.remove.delete(member.value);
    this.add.set(member.value, member);
  }

  removeMember(id: string): void {
    this.add.delete(id);
    this.remove.add(id);
  }

  clearAll(): void {
    this.clear = true;
    this.add.clear();
    this.remove.clear();
  }
}

function applyOperation(
  change: ChangeBuilder,
  { op, path, value }: PatchOperation,
  current: readonly Member[],
): void {
  if (path.attribute === undefined) return;
  if (path.subAttribute !== undefined) {
    throw immutableMember(describeTarget(path));
  }
  if (op === 'remove') {
    if (path.filter === undefined) change.clearAll();
    else
      for (const id of namedIds(path.filter) ?? selectedIds(path.filter, change, current))
        change.removeMember(id);
    return;
  }
  if (path.filter !== undefined) {
    // `replace members[value eq "a"]`: the selected members make way for those in the value.
    const selected = selectedIds(path.filter, change, current);
    if (selected.length === 0) throw noMatch('members');
    if (op === 'replace') for (const id of selected) change.removeMember(id);
  } else if (op === 'replace') {
    change.clearAll();
  }
  for (const member of parseMembers(value)) change.addMember(member);
}

function parseMembers(value: Json): readonly Member[] {
  const members = GROUP.resolve('members')?.attribute;
  if (members === undefined) return [];
  const parsed = parseValue(members, isObject(value) ? [value] : value);
  return isArray(parsed) ? parsed.filter(isObject).map(toMember) : [];
}

function toMember(element: JsonObject): Member {
  const { value, display, type } = element;
  if (typeof value !== 'string' || value === '') throw requiredMissing('members.value');
  return {
    value,
    ...(typeof display === 'string' ? { display } : {}),
    ...(typeof type === 'string' ? { type } : {}),
  };
}

/** The ids that a filter names when it does nothing else: `value eq "a"`, `value eq "a" or value eq "b"`. */
function namedIds(filter: BoundFilter): readonly string[] | undefined {
  if (filter.kind === 'or') {
    const left = namedIds(filter.left);
    const right = namedIds(filter.right);
    return left === undefined || right === undefined ? undefined : [...left, ...right];
  }
  const named =
    filter.kind === 'compare' &&
    filter.operator === 'eq' &&
    filter.target.subAttribute?.name === 'value';
  return named && typeof filter.value === 'string' ? [filter.value] : undefined;
}

/** Ids of the members that match, as the operations before this one left them. */
function selectedIds(
  filter: BoundFilter,
  change: ChangeBuilder,
  current: readonly Member[],
): readonly string[] {
  const kept = change.clear
    ? []
    : current.filter(({ value }) => !change.remove.has(value) && !change.add.has(value));
  return [...kept, ...change.add.values()]
    .filter((member) => elementMatches(filter, { ...member }))
    .map(({ value }) => value);
}
