import type { Json, JsonObject } from '../../../scim/json';
import { LIMITS } from '../../../scim/limits';
import {
  foldMembershipOperations,
  isMembersOperation,
  membersFrom,
  needsCurrentMembers,
  type Member,
} from '../../../scim/patch/memberships';
import { parseOperations } from '../../../scim/patch/request';
import { PatchWork } from '../../../scim/patch/work';
import { GROUP } from '../../../scim/schema/resource-type';
import { USER_WITH_X as TYPE, X } from '../../support/extension';
import { errorOf } from '../../support/error-of';

const STRICT = { tolerant: false };
const TOLERANT = { tolerant: true };

describe('members', () => {
  const operations = (...sent: readonly JsonObject[]) => parseOperations(GROUP, sent, STRICT);
  const current: readonly Member[] = [
    { value: 'a', display: 'Anna', type: 'User' },
    { value: 'b', display: 'Bert', type: 'User' },
    { value: 'g', type: 'Group' },
  ];
  const fold = (...sent: readonly JsonObject[]) => {
    const { clear, add, remove } = foldMembershipOperations(operations(...sent), current);
    return { clear, add: [...add.values()], remove: [...remove] };
  };

  test('operations on them are told from others', () => {
    const sent = operations(
      { op: 'remove', path: 'members' },
      { op: 'replace', path: 'displayName', value: 'x' },
    );
    expect(sent.map(isMembersOperation)).toEqual([true, false]);
    const [extension] = parseOperations(TYPE, [{ op: 'remove', path: X }], STRICT);
    expect(extension !== undefined && isMembersOperation(extension)).toBe(false);
  });

  test.each<[string, boolean]>([
    ['members[value eq "a"]', false],
    ['members[value eq "a" or value eq "b" or value eq "c"]', false],
    ['members[value eq "a" or display eq "b"]', true],
    ['members[display eq "a" or value eq "b"]', true],
    ['members[value eq "a" and type eq "User"]', true],
    ['members[value sw "a"]', true],
    ['members[value pr]', true],
    ['members[not (value eq "a")]', true],
    ['members[value eq null]', true],
    ['members', false],
  ])('removing %s needs the current ones: %s', (path, isNeeded) => {
    expect(needsCurrentMembers(operations({ op: 'remove', path }))).toBe(isNeeded);
  });

  test('a replacement of selected ones needs the current ones', () => {
    const path = 'members[value eq "a"]';
    expect(needsCurrentMembers(operations({ op: 'replace', path, value: { value: 'c' } }))).toBe(
      true,
    );
    expect(
      needsCurrentMembers(operations({ op: 'add', path: 'members', value: { value: 'c' } })),
    ).toBe(false);
  });

  test.each<[string, JsonObject, object]>([
    [
      'a removal by value',
      { op: 'remove', path: 'members', value: [{ value: 'a' }] },
      { remove: ['a'] },
    ],
    ['a removal by type', { op: 'remove', path: 'members[type eq "group"]' }, { remove: ['g'] }],
    [
      'a removal of all but some',
      { op: 'remove', path: 'members[not (value eq "a")]' },
      { remove: ['b', 'g'] },
    ],
    [
      'a replacement of one',
      { op: 'replace', path: 'members[value eq "a"]', value: [{ value: 'c' }] },
      { add: [{ value: 'c' }], remove: ['a'] },
    ],
    [
      'an addition beside one',
      { op: 'add', path: 'members[value eq "a"]', value: [{ value: 'c' }] },
      { add: [{ value: 'c' }] },
    ],
    [
      'an addition with all parts',
      {
        op: 'add',
        path: 'members',
        value: [{ value: 'c', display: 'C', type: 'User', $ref: 'r' }],
      },
      { add: [{ value: 'c', display: 'C', type: 'User' }] },
    ],
  ])('%s', (_, sent, expected) => {
    const isRemovalByValue = sent['op'] === 'remove' && sent['value'] !== undefined;
    const parsed = parseOperations(GROUP, [sent], isRemovalByValue ? TOLERANT : STRICT);
    const { clear, add, remove } = foldMembershipOperations(parsed, current);
    expect({ clear, add: [...add.values()], remove: [...remove] }).toStrictEqual({
      clear: false,
      add: [],
      remove: [],
      ...expected,
    });
  });

  test('a selection sees what earlier operations did', () => {
    const removeUsers = { op: 'remove', path: 'members[type eq "User"]' };
    expect(fold({ op: 'remove', path: 'members[value eq "a"]' }, removeUsers).remove).toEqual([
      'a',
      'b',
    ]);
    expect(
      fold({ op: 'replace', path: 'members', value: [{ value: 'z', type: 'User' }] }, removeUsers),
    ).toEqual({ clear: true, add: [], remove: ['z'] });
    expect(
      fold({ op: 'add', path: 'members', value: [{ value: 'a', type: 'Group' }] }, removeUsers),
    ).toEqual({ clear: false, add: [{ value: 'a', type: 'Group' }], remove: ['b'] });
  });

  test('a selection costs a step per member and comparison', () => {
    const removal = operations(
      { op: 'add', path: 'members', value: { value: 'z' } },
      { op: 'remove', path: 'members[display pr]' },
    );
    const work = (steps: number) => {
      const limited = new PatchWork();
      limited.spend(LIMITS.patchSteps - steps, undefined);
      return limited;
    };
    expect(() => foldMembershipOperations(removal, current, work(8))).not.toThrow();
    expect(errorOf(() => foldMembershipOperations(removal, current, work(7))).status).toBe(413);
  });

  test.each<[string, Json]>([
    ['replace', [{ value: '' }]],
    ['replace', [{ id: 'a' }]],
    ['replace', [null]],
    ['add', [{ value: '' }]],
  ])('%s of %j is refused, because it names none', (op, value) => {
    const error = errorOf(() => fold({ op, path: 'members', value }));
    expect(error.scimType).toBe('invalidValue');
    expect(error.message).toContain('"members.value" is required');
  });

  test('a replacement of selected ones is refused if there are none', () => {
    const replace = { op: 'replace', path: 'members[value eq "x"]', value: [{ value: 'c' }] };
    const error = errorOf(() => fold(replace));
    expect([error.scimType, error.message]).toEqual([
      'noTarget',
      expect.stringContaining('members'),
    ]);
  });

  test('of a POST or PUT replace all', () => {
    const { clear, add } = membersFrom([{ value: 'a', display: 'A' }, { value: 'b' }]);
    expect([clear, [...add.values()]]).toStrictEqual([
      true,
      [{ value: 'a', display: 'A' }, { value: 'b' }],
    ]);
    expect([...membersFrom(undefined).add]).toEqual([]);
    expect([...membersFrom({ value: 'a' }).add.keys()]).toEqual(['a']);
    expect(errorOf(() => membersFrom([{ id: 'a' }])).scimType).toBe('invalidValue');
  });
});
