import fc from 'fast-check';
import type { JsonObject } from '../../../scim/json';
import {
  foldMembershipOperations,
  membersFrom,
  needsCurrentMembers,
  type Member,
  type MembershipChange,
} from '../../../scim/patch/memberships';
import { parseOperations } from '../../../scim/patch/request';
import { GROUP } from '../../../scim/schema/resource-type';
import { runs } from '../../support/runs';

function fold(
  operations: readonly JsonObject[],
  current: readonly Member[] = [],
): MembershipChange {
  return foldMembershipOperations(parseOperations(GROUP, operations, { tolerant: false }), current);
}

/** Returns the sorted ids of the members after a change. */
function result({ clear, add, remove }: MembershipChange, before: readonly string[]): string[] {
  const kept = clear ? [] : before.filter((id) => !remove.has(id));
  return [...new Set([...kept, ...add.keys()])].sort();
}

describe('PATCH operations on members', () => {
  test.each<[string, JsonObject[], string[]]>([
    [
      'add',
      [{ op: 'add', path: 'members', value: [{ value: 'c' }, { value: 'a' }] }],
      ['a', 'b', 'c'],
    ],
    [
      'add with a single value instead of a list',
      [{ op: 'add', path: 'members', value: { value: 'c' } }],
      ['a', 'b', 'c'],
    ],
    ['add without a path', [{ op: 'add', value: { members: [{ value: 'c' }] } }], ['a', 'b', 'c']],
    ['remove with a value filter', [{ op: 'remove', path: 'members[value eq "a"]' }], ['b']],
    [
      'remove of several members',
      [{ op: 'remove', path: 'members[value eq "a" or value eq "b"]' }],
      [],
    ],
    [
      'remove of a user who is not a member',
      [{ op: 'remove', path: 'members[value eq "x"]' }],
      ['a', 'b'],
    ],
    ['remove of all members', [{ op: 'remove', path: 'members' }], []],
    [
      'replace',
      [{ op: 'replace', path: 'members', value: [{ value: 'b' }, { value: 'c' }] }],
      ['b', 'c'],
    ],
    ['replace with an empty list', [{ op: 'replace', path: 'members', value: [] }], []],
    ['replace without a path', [{ op: 'replace', value: { members: [{ value: 'c' }] } }], ['c']],
    [
      'several operations in order',
      [
        { op: 'remove', path: 'members[value eq "a"]' },
        { op: 'add', path: 'members', value: [{ value: 'a' }] },
        { op: 'add', path: 'members', value: [{ value: 'c' }] },
        { op: 'remove', path: 'members[value eq "c"]' },
      ],
      ['a', 'b'],
    ],
  ])('%s: needs no current members and gives the right result', (_name, operations, expected) => {
    expect(needsCurrentMembers(parseOperations(GROUP, operations, { tolerant: false }))).toBe(
      false,
    );
    expect(result(fold(operations), ['a', 'b'])).toEqual(expected);
  });

  test('a filter on display matches current members and those just added', () => {
    const operations = [
      { op: 'add', path: 'members', value: [{ value: 'c', display: 'Carla' }] },
      { op: 'remove', path: 'members[display sw "c"]' },
    ];
    expect(needsCurrentMembers(parseOperations(GROUP, operations, { tolerant: false }))).toBe(true);
    const current = [
      { value: 'a', display: 'Anna' },
      { value: 'b', display: 'Carl' },
    ];
    expect(result(fold(operations, current), ['a', 'b'])).toEqual(['a']);
  });

  test('a filter on $ref matches the references of members', () => {
    const current = [
      { value: 'a', $ref: 'https://x/Users/a' },
      { value: 'b', $ref: 'https://x/Groups/b' },
    ];
    const operations = [{ op: 'remove', path: 'members[$ref co "/Groups/"]' }];
    expect(result(fold(operations, current), ['a', 'b'])).toEqual(['a']);
  });

  test.each<[JsonObject, string]>([
    [{ op: 'add', path: 'members', value: [{}] }, ''],
    [{ op: 'add', path: 'members', value: [{ display: 'x' }] }, 'invalidValue'],
    [{ op: 'add', path: 'members', value: ['x'] }, 'invalidValue'],
    [{ op: 'replace', path: 'members[value eq "a"].display', value: 'x' }, 'mutability'],
    [{ op: 'replace', path: 'members[display eq "x"]', value: { value: 'c' } }, 'noTarget'],
  ])('%j gives scimType %p (empty if it is accepted)', (operation, scimType) => {
    if (scimType === '') expect(fold([operation]).add.size).toBe(0);
    else expect(() => fold([operation])).toThrow(expect.objectContaining({ scimType }));
  });

  test('folding several operations equals applying them one by one', () => {
    const ids: fc.Arbitrary<string> = fc.constantFrom('a', 'b', 'c', 'd');
    const operation = fc.oneof(
      fc
        .array(ids)
        .map((list) => ({ op: 'add', path: 'members', value: list.map((value) => ({ value })) })),
      ids.map((id) => ({ op: 'remove', path: `members[value eq "${id}"]` })),
      fc.array(ids).map((list) => ({
        op: 'replace',
        path: 'members',
        value: list.map((value) => ({ value })),
      })),
      fc.constant({ op: 'remove', path: 'members' }),
    );
    fc.assert(
      fc.property(
        fc.array(operation, { maxLength: 8 }),
        fc.uniqueArray(ids),
        (operations, before) => {
          const oneByOne = operations.reduce<string[]>(
            (members, each) => result(fold([each]), members),
            [...before].sort(),
          );
          expect(result(fold(operations), before)).toEqual(oneByOne);
        },
      ),
      { numRuns: runs(2000) },
    );
  });
});

test('PUT replaces all members', () => {
  expect(result(membersFrom([{ value: 'c' }]), ['a'])).toEqual(['c']);
  expect(result(membersFrom(undefined), ['a'])).toEqual([]);
});
