import { bindValueFilter, type BoundFilter } from '../../../scim/filter/bind';
import { parseBracketedFilter } from '../../../scim/filter/parse';
import type { Json, JsonObject } from '../../../scim/json';
import { LIMITS } from '../../../scim/limits';
import { applyPatch } from '../../../scim/patch/apply';
import { parseOperations } from '../../../scim/patch/request';
import { PatchWork } from '../../../scim/patch/work';
import { USER_WITH_X as TYPE, X } from '../../support/extension';
import { errorOf } from '../../support/error-of';

const STRICT = { tolerant: false };
const TOLERANT = { tolerant: true };

function patch(sent: JsonObject, stored: JsonObject, rules = STRICT): Json {
  const operations = parseOperations(TYPE, [sent], rules);
  return applyPatch(TYPE, { userName: 'u', ...stored }, operations, rules);
}

describe('work', () => {
  const filterOf = (text: string): BoundFilter => {
    const target = TYPE.resolve('emails');
    if (target?.attribute === undefined) throw new Error('emails');
    return bindValueFilter(parseBracketedFilter(`[${text}]`, 0).filter, target);
  };

  test('costs a step per value, and one per comparison of the filter', () => {
    const most = LIMITS.patchSteps;
    expect(() => new PatchWork().spend(most, undefined)).not.toThrow();
    expect(errorOf(() => new PatchWork().spend(most + 1, undefined)).status).toBe(413);
    const filter = filterOf('type eq "a" or value pr');
    expect(() => new PatchWork().spend(Math.floor(most / 3), filter)).not.toThrow();
    expect(errorOf(() => new PatchWork().spend(Math.floor(most / 3) + 1, filter)).status).toBe(413);
  });

  test('adds up over the operations of a request', () => {
    const work = new PatchWork();
    work.spend(LIMITS.patchSteps - 1, undefined);
    work.spend(1, undefined);
    expect(errorOf(() => work.spend(1, undefined)).status).toBe(413);
  });

  /** Returns the steps that an operation takes. */
  function stepsOf(sent: JsonObject, stored: JsonObject): number {
    const operations = parseOperations(TYPE, [sent], TOLERANT);
    const fits = (steps: number): boolean => {
      const work = new PatchWork();
      work.spend(LIMITS.patchSteps - steps, undefined);
      try {
        applyPatch(TYPE, { userName: 'u', ...stored }, operations, TOLERANT, {}, work);
        return true;
      } catch {
        return false;
      }
    };
    return Array.from({ length: 100 }, (_, steps) => steps).find(fits) ?? Number.NaN;
  }

  const emails = [{ value: 'a' }, { value: 'b' }, { value: 'c' }];
  test.each<[string, JsonObject, JsonObject, number]>([
    ['a simple value', { op: 'add', path: 'title', value: 't' }, {}, 1],
    ['a long text', { op: 'add', path: 'title', value: 't' }, { title: 'x'.repeat(512) }, 3],
    ['a list', { op: 'add', path: 'emails', value: { value: 'd' } }, { emails }, 4],
    ['a list with a filter', { op: 'remove', path: 'emails[value eq "d"]' }, { emails }, 8],
    [
      'values that are removed',
      { op: 'remove', path: 'emails', value: [{ value: 'd' }, { value: 'e' }] },
      { emails },
      8,
    ],
    [
      'a value that is removed',
      { op: 'remove', path: 'emails', value: { value: 'd' } },
      { emails },
      4,
    ],
    [
      'long parts',
      { op: 'add', path: 'emails', value: { value: 'd' } },
      { emails: [{ value: 'x'.repeat(256) }] },
      4,
    ],
    [
      'lists in elements',
      { op: 'add', path: `${X}:cards`, value: { number: '2' } },
      { [X]: { cards: [{ number: '1', tags: ['a', 'b'] }] } },
      5,
    ],
    [
      'short parts',
      { op: 'add', path: 'emails', value: { value: 'd' } },
      { emails: [{ value: 'a', type: 'b' }] },
      2,
    ],
  ])('of %s', (_, sent, stored, steps) => {
    expect(stepsOf(sent, stored)).toBe(steps);
  });

  test('a value is not copied into more elements than a resource can hold', () => {
    const stored = { emails: Array.from({ length: 40 }, (_, index) => ({ value: `${index}` })) };
    const replacement = (length: number) => ({
      op: 'replace',
      path: 'emails.display',
      value: 'x'.repeat(length),
    });
    expect(() => patch(replacement(9000), stored)).not.toThrow();
    expect(errorOf(() => patch(replacement(10_000), stored)).code).toBe('tooLarge');
    expect(() => patch(replacement(300_000), { emails: [{ value: 'a' }] })).not.toThrow();
  });
});
