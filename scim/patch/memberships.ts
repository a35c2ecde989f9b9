import { noMatch } from '../errors/patch-errors';
import { immutableMember, requiredMissing } from '../errors/value-errors';
import type { BoundFilter } from '../filter/bind';
import { elementMatches, isPresent } from '../filter/evaluate';
import { isArray, isObject, ownIgnoringCase, type Json, type JsonObject } from '../json';
import { parseValue } from '../resource/value';
import { describeTarget, GROUP } from '../schema/resource-type';
import type { PatchOperation } from './request';
import { PatchWork } from './work';

/** A member as a client sends it. `value` is the id of a user or a group. */
export interface Member {
  readonly value: string;
  readonly display?: string;
  readonly type?: string;
  /** Set for stored members only. A value that a client sends is dropped. */
  readonly $ref?: string;
}

/**
 * A requested change to a group's members. It only holds the members that the request names: a
 * change of 3 members in a group of 100,000 has 3 entries.
 */
export interface MembershipChange {
  /** Whether all members that `add` does not contain are removed (`replace`, `remove` of all). */
  readonly clear: boolean;
  /** Whether members that a filter selects are replaced by those in `add`. */
  readonly replacesSelected?: boolean;
  /** Members to add, by id. */
  readonly add: ReadonlyMap<string, Member>;
  /** Ids of members to remove. */
  readonly remove: ReadonlySet<string>;
}

/** A change that adds and removes no members. */
export const NO_MEMBERSHIP_CHANGE: MembershipChange = {
  clear: false,
  add: new Map(),
  remove: new Set(),
};

/** Returns whether an operation changes a group's members, which are stored separately. */
export function isMembersOperation({ path }: PatchOperation): boolean {
  return path.attribute?.name === 'members' && path.extension === undefined;
}

/**
 * Returns whether the operations depend on the group's current members, because they select members
 * by more than their ids.
 */
export function needsCurrentMembers(operations: readonly PatchOperation[]): boolean {
  return operations.some(({ op, path }) => {
    if (path.attribute === undefined || path.filter === undefined) return false;
    return op !== 'remove' || namedIds(path.filter) === undefined;
  });
}

/**
 * Combines operations on `members`, in order, into one change (RFC 7644 section 3.5.2).
 * @param current the group's members; only needed if `needsCurrentMembers` returns true
 * @param work as in `applyPatch`
 * @throws ScimError 400 `invalidValue`, `mutability`, or `noTarget` for a filter that selects no
 * member; 413 if the operations visit too many members
 */
export function foldMembershipOperations(
  operations: readonly PatchOperation[],
  current: readonly Member[] = [],
  work = new PatchWork(),
): MembershipChange {
  const change = new ChangeBuilder();
  for (const operation of operations) applyOperation(change, operation, current, work);
  return change;
}

/**
 * Returns the change that the `members` of a POST or PUT request: all members are replaced.
 * @throws ScimError 400 `invalidValue`
 */
export function membersFrom(value: Json | undefined): MembershipChange {
  const change = new ChangeBuilder();
  change.clearAll();
  checkNamed(value ?? null);
  for (const member of parseMembers(value ?? null)) change.addMember(member);
  return change;
}

class ChangeBuilder implements MembershipChange {
  clear = false;
  replacesSelected = false;
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

  replace(ids: readonly string[]): void {
    this.replacesSelected = true;
    for (const id of ids) this.removeMember(id);
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
  work: PatchWork,
): void {
  if (path.attribute === undefined) return;
  if (op !== 'add') checkNamed(value);
  if (path.subAttribute !== undefined) {
    throw immutableMember(describeTarget(path));
  }
  if (op === 'remove') {
    if (value !== null) for (const { value: id } of parseMembers(value)) change.removeMember(id);
    else if (path.filter === undefined) change.clearAll();
    else
      for (const id of namedIds(path.filter) ?? selectedIds(path.filter, change, current, work))
        change.removeMember(id);
    return;
  }
  if (path.filter !== undefined) {
    // `replace members[value eq "a"]` replaces the selected members by those in the value.
    const selected = selectedIds(path.filter, change, current, work);
    if (selected.length === 0) throw noMatch('members');
    if (op === 'replace') change.replace(selected);
  } else if (op === 'replace') {
    change.clearAll();
  }
  for (const member of parseMembers(value)) change.addMember(member);
}

/**
 * Checks that each element names a member. The parser drops elements without known sub-attributes,
 * so that a replacement by `[{"id": "…"}]` would empty the group.
 */
function checkNamed(value: Json): void {
  const isNameless = (element: Json): boolean =>
    element === null ||
    (isObject(element) && !isPresent(ownIgnoringCase(element, 'value') ?? null));
  const elements = isArray(value) ? value : isObject(value) ? [value] : [];
  if (elements.some(isNameless)) throw requiredMissing('members.value');
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

/**
 * Returns the ids of a filter that only selects by id, such as `value eq "a" or value eq "b"`;
 * undefined for any other filter.
 */
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

/** Returns the ids of matching members, including the effect of the preceding operations. */
function selectedIds(
  filter: BoundFilter,
  change: ChangeBuilder,
  current: readonly Member[],
  work: PatchWork,
): readonly string[] {
  work.spend(current.length + change.add.size, filter);
  const kept = change.clear
    ? []
    : current.filter(({ value }) => !change.remove.has(value) && !change.add.has(value));
  return [...kept, ...change.add.values()]
    .filter((member) => elementMatches(filter, { ...member }))
    .map(({ value }) => value);
}
