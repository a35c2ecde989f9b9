import { ScimError } from '../../../scim/errors/scim-error';
import type { JsonObject } from '../../../scim/json';
import { applyPatch } from '../../../scim/patch/apply';
import { parseOperations } from '../../../scim/patch/request';
import { ENTERPRISE_USER_URN as ENTERPRISE } from '../../../scim/schema/enterprise-user';
import { USER_WITH_X as TYPE, X } from '../../support/extension';

/* PATCH of every kind of attribute: what is stored, what is sent, and what is stored then. */

const READ_ONLY = {
  id: 'i',
  groups: [{ value: 'g' }],
  meta: { resourceType: 'User', version: '1' },
};

function patched(stored: JsonObject, sent: readonly JsonObject[], tolerant: boolean): JsonObject {
  const rules = { tolerant };
  const before = { userName: 'u', ...stored };
  const copy = structuredClone(before);
  const { userName: _, ...after } = applyPatch(
    TYPE,
    before,
    parseOperations(TYPE, sent, rules),
    rules,
    READ_ONLY,
  );
  // What is stored must not be changed in place.
  expect(before).toStrictEqual(copy);
  return after;
}

/** Outcome: attributes, or the `scimType` of a refusal. */
type Outcome = JsonObject | string;

function outcome(stored: JsonObject, sent: readonly JsonObject[], tolerant: boolean): Outcome {
  try {
    return patched(stored, sent, tolerant);
  } catch (error) {
    if (!(error instanceof ScimError)) throw error;
    return error.scimType ?? String(error.status);
  }
}

/** Title, stored, operation, and the outcome with both rules, or with strict and tolerant ones. */
type Row = readonly [string, JsonObject, JsonObject | readonly JsonObject[], Outcome, Outcome?];

function rows(...table: readonly Row[]): void {
  test.each(table.map(([title, ...row]) => [title, row] as const))('%s', (_, row) => {
    const [stored, sent, strict, tolerant = strict] = row;
    const operations = [sent].flat();
    expect(outcome(stored, operations, false)).toStrictEqual(strict);
    expect(outcome(stored, operations, true)).toStrictEqual(tolerant);
  });
}

const add = (path: string, value: unknown) => ({ op: 'add', path, value }) as JsonObject;
const replace = (path: string, value: unknown) => ({ op: 'replace', path, value }) as JsonObject;
const remove = (path: string, value?: unknown) =>
  (value === undefined ? { op: 'remove', path } : { op: 'remove', path, value }) as JsonObject;

const work = { value: 'w@x', type: 'work' };
const home = { value: 'h@x', type: 'home' };
const primaryWork = { ...work, primary: true };

describe('simple attributes', () => {
  rows(
    ['add sets', {}, add('title', 't'), { title: 't' }],
    ['replace sets', { title: 't' }, replace('title', 'u'), { title: 'u' }],
    ['null unassigns', { title: 't' }, replace('title', null), {}],
    ['remove unassigns', { title: 't' }, remove('title'), {}],
    ['remove of nothing is fine', {}, remove('title'), {}],
    ['a wrong type is refused', {}, add('title', 5), 'invalidValue'],
    ['a required attribute stays', {}, remove('userName'), 'mutability'],
    ['a required attribute cannot be blank', {}, replace('userName', ' '), 'invalidValue'],
    ['a password is checked and dropped', {}, replace('password', 'x'), {}],
    ['a password of a wrong type is refused', {}, replace('password', 5), 'invalidValue'],
    ['a password can be removed', {}, remove('password'), {}],
    ['schemas are derived', {}, add('schemas', ['urn:x']), {}],
    ['schemas cannot be removed', {}, remove('schemas'), 'mutability', 'mutability'],
    ['an immutable value may be set once', {}, add(`${X}:badge`, 'b'), { [X]: { badge: 'b' } }],
    ['an immutable value stays', { [X]: { badge: 'b' } }, replace(`${X}:badge`, 'c'), 'mutability'],
    [
      'an immutable value cannot be removed',
      { [X]: { badge: 'b' } },
      remove(`${X}:badge`),
      'mutability',
    ],
  );
});

describe('readOnly attributes', () => {
  rows(
    ['may be sent unchanged', {}, replace('id', 'i'), {}],
    ['cannot change', {}, replace('id', 'j'), 'mutability'],
    ['cannot be removed', {}, remove('id'), 'mutability'],
    ['may have unchanged parts', {}, replace('meta.version', '1'), {}],
    ['cannot have other parts', {}, replace('meta.version', '2'), 'mutability'],
    ['cannot get parts', {}, replace('meta.location', 'x'), 'mutability'],
    [
      'may be sent in any order of members',
      {},
      replace('meta', { version: '1', resourceType: 'User' }),
      {},
    ],
    [
      'may be unassigned if they are',
      { [ENTERPRISE]: { manager: { value: 'm' } } },
      replace(`${ENTERPRISE}:manager.displayName`, null),
      'mutability',
    ],
    ['of lists may be sent unchanged', {}, replace('groups', [{ value: 'g' }]), {}],
    ['of lists cannot grow', {}, add('groups', [{ value: 'h' }]), 'mutability'],
  );
});

describe('complex attributes', () => {
  rows(
    [
      'add merges',
      { name: { givenName: 'g' } },
      add('name', { familyName: 'f' }),
      { name: { givenName: 'g', familyName: 'f' } },
    ],
    [
      'replace merges, too',
      { name: { givenName: 'g' } },
      replace('name', { familyName: 'f' }),
      { name: { givenName: 'g', familyName: 'f' } },
    ],
    [
      'null parts are removed',
      { name: { givenName: 'g', familyName: 'f' } },
      replace('name', { givenName: null }),
      { name: { familyName: 'f' } },
    ],
    [
      'the last part takes the whole along',
      { name: { givenName: 'g' } },
      replace('name', { givenName: null }),
      {},
    ],
    ['null removes the whole', { name: { givenName: 'g' } }, replace('name', null), {}],
    ['a part is set', {}, add('name.givenName', 'g'), { name: { givenName: 'g' } }],
    [
      'a part is replaced',
      { name: { givenName: 'g', familyName: 'f' } },
      replace('name.givenName', 'h'),
      { name: { givenName: 'h', familyName: 'f' } },
    ],
    [
      'a part is removed',
      { name: { givenName: 'g', familyName: 'f' } },
      remove('name.givenName'),
      { name: { familyName: 'f' } },
    ],
    ['the last part is removed', { name: { givenName: 'g' } }, remove('name.givenName'), {}],
    [
      'a missing part is removed',
      { name: { givenName: 'g' } },
      remove('name.familyName'),
      { name: { givenName: 'g' } },
    ],
    ['a text is refused', {}, replace('name', 'n'), 'invalidValue'],
    ['a part of a wrong type is refused', {}, replace('name.givenName', 5), 'invalidValue'],
    [
      'an empty object changes nothing',
      { name: { givenName: 'g' } },
      add('name', {}),
      { name: { givenName: 'g' } },
    ],
    [
      'a new manager loses the old reference',
      { [ENTERPRISE]: { manager: { value: 'm', $ref: 'r' } } },
      replace(`${ENTERPRISE}:manager`, { value: 'n' }),
      { [ENTERPRISE]: { manager: { value: 'n' } } },
    ],
    [
      'a new manager may bring a reference',
      { [ENTERPRISE]: { manager: { value: 'm', $ref: 'r' } } },
      replace(`${ENTERPRISE}:manager`, { value: 'n', $ref: 's' }),
      { [ENTERPRISE]: { manager: { value: 'n', $ref: 's' } } },
    ],
    [
      'the same manager keeps the reference',
      { [ENTERPRISE]: { manager: { value: 'm', $ref: 'r' } } },
      replace(`${ENTERPRISE}:manager.value`, 'm'),
      { [ENTERPRISE]: { manager: { value: 'm', $ref: 'r' } } },
    ],
    [
      'a manager by part loses the reference',
      { [ENTERPRISE]: { manager: { value: 'm', $ref: 'r' } } },
      replace(`${ENTERPRISE}:manager.value`, 'n'),
      { [ENTERPRISE]: { manager: { value: 'n' } } },
    ],
    [
      'a filter that matches',
      { [ENTERPRISE]: { manager: { value: 'm' } } },
      replace(`${ENTERPRISE}:manager[value eq "m"].value`, 'n'),
      { [ENTERPRISE]: { manager: { value: 'n' } } },
    ],
    [
      'a filter that does not match',
      { [ENTERPRISE]: { manager: { value: 'm' } } },
      replace(`${ENTERPRISE}:manager[value eq "x"].value`, 'n'),
      'noTarget',
      { [ENTERPRISE]: { manager: { value: 'n' } } },
    ],
    [
      'a filter without a value',
      {},
      replace(`${ENTERPRISE}:manager[value eq "x"].value`, 'n'),
      'noTarget',
      { [ENTERPRISE]: { manager: { value: 'n' } } },
    ],
    [
      'a removal whose filter matches',
      { [ENTERPRISE]: { manager: { value: 'm' } } },
      remove(`${ENTERPRISE}:manager[value eq "m"]`),
      {},
    ],
    [
      'a removal whose filter does not match',
      { [ENTERPRISE]: { manager: { value: 'm' } } },
      remove(`${ENTERPRISE}:manager[value eq "x"]`),
      { [ENTERPRISE]: { manager: { value: 'm' } } },
    ],
    [
      'a manager that loses its value goes',
      { [ENTERPRISE]: { manager: { value: 'm', $ref: 'r' } } },
      remove(`${ENTERPRISE}:manager.value`),
      { [ENTERPRISE]: { manager: { $ref: 'r' } } },
      {},
    ],
    [
      'an immutable part stays',
      { [X]: { seat: { row: '1' } } },
      replace(`${X}:seat.row`, '2'),
      'mutability',
    ],
    [
      'parts beside an immutable one change',
      { [X]: { seat: { row: '1' } } },
      add(`${X}:seat.note`, 'n'),
      { [X]: { seat: { row: '1', note: 'n' } } },
    ],
  );
});

describe('extensions', () => {
  rows(
    [
      'add sets what is named',
      { [X]: { text: 't' } },
      add(X, { count: 1 }),
      { [X]: { text: 't', count: 1 } },
    ],
    [
      'replace leaves the rest, too',
      { [X]: { text: 't' } },
      replace(X, { count: 1 }),
      { [X]: { text: 't', count: 1 } },
    ],
    ['unknown members are dropped', {}, add(X, { nosuch: 1, count: 1 }), { [X]: { count: 1 } }],
    [
      'null removes the whole',
      { [X]: { text: 't' }, title: 't' },
      replace(X, null),
      { title: 't' },
    ],
    ['remove removes the whole', { [X]: { text: 't' } }, remove(X), {}],
    [
      'remove names what goes',
      { [X]: { text: 't', count: 1 } },
      remove(X, { text: 't' }),
      'invalidValue',
      { [X]: { count: 1 } },
    ],
    ['a text is refused', {}, add(X, 'x'), 'invalidValue'],
    ['the last attribute takes it along', { [X]: { text: 't' } }, remove(`${X}:text`), {}],
    [
      'without a path',
      { [X]: { text: 't' } },
      { op: 'add', value: { [X]: { count: 1 }, title: 'T' } },
      { [X]: { text: 't', count: 1 }, title: 'T' },
    ],
    [
      'without a path and null',
      { [X]: { text: 't' } },
      { op: 'replace', value: { [X.toUpperCase()]: null } },
      {},
    ],
    ['without a path and a text', {}, { op: 'replace', value: { [X]: 'x' } }, 'invalidValue'],
    [
      'both are changed by several operations',
      { [X]: { text: 't' } },
      [remove(`${X}:text`), add(`${X}:count`, 1), add(`${ENTERPRISE}:division`, 'd')],
      { [X]: { count: 1 }, [ENTERPRISE]: { division: 'd' } },
    ],
    [
      'removed and set again',
      { [X]: { text: 't', count: 1 } },
      [add(`${X}:ratio`, 1), remove(X), add(`${X}:count`, 2)],
      { [X]: { count: 2 } },
    ],
  );
});

describe('simple lists', () => {
  rows(
    [
      'add appends',
      { [X]: { tags: ['a'] } },
      add(`${X}:tags`, ['b', 'a']),
      { [X]: { tags: ['a', 'b'] } },
    ],
    [
      'add appends a single value',
      { [X]: { tags: ['a'] } },
      add(`${X}:tags`, 'b'),
      { [X]: { tags: ['a', 'b'] } },
    ],
    [
      'replace sets',
      { [X]: { tags: ['a'] } },
      replace(`${X}:tags`, ['b']),
      { [X]: { tags: ['b'] } },
    ],
    ['null unassigns', { [X]: { tags: ['a'] } }, replace(`${X}:tags`, null), {}],
    ['an empty list unassigns', { [X]: { tags: ['a'] } }, replace(`${X}:tags`, []), {}],
    [
      'adding null changes nothing',
      { [X]: { tags: ['a'] } },
      add(`${X}:tags`, null),
      { [X]: { tags: ['a'] } },
    ],
    [
      'a filter removes',
      { [X]: { tags: ['a', 'b'] } },
      remove(`${X}:tags[value eq "A"]`),
      { [X]: { tags: ['b'] } },
    ],
    ['a filter removes all', { [X]: { tags: ['a'] } }, remove(`${X}:tags[value pr]`), {}],
    [
      'a value removes',
      { [X]: { tags: ['a', 'b', 'c'] } },
      remove(`${X}:tags`, ['A', 'c']),
      'invalidValue',
      { [X]: { tags: ['b'] } },
    ],
    [
      'a single value removes',
      { [X]: { counts: [1, 2] } },
      remove(`${X}:counts`, 2),
      'invalidValue',
      { [X]: { counts: [1] } },
    ],
    [
      'a filter replaces',
      { [X]: { tags: ['a', 'b'] } },
      replace(`${X}:tags[value eq "a"]`, 'c'),
      { [X]: { tags: ['c', 'b'] } },
    ],
    ['an element of a wrong type is refused', {}, add(`${X}:tags`, [5]), 'invalidValue'],
  );
});

describe('lists of objects', () => {
  rows(
    ['add appends', { emails: [work] }, add('emails', [home]), { emails: [work, home] }],
    ['add appends an object', { emails: [work] }, add('emails', home), { emails: [work, home] }],
    [
      'add of what is there changes nothing',
      { emails: [work] },
      add('emails', [work]),
      { emails: [work] },
    ],
    [
      'a new primary element takes the mark',
      { emails: [primaryWork] },
      add('emails', [{ ...home, primary: true }]),
      {
        emails: [
          { ...work, primary: false },
          { ...home, primary: true },
        ],
      },
    ],
    [
      'two new primary elements are refused',
      {},
      add('emails', [primaryWork, { ...home, primary: true }]),
      'invalidValue',
    ],
    ['replace sets', { emails: [work] }, replace('emails', [home]), { emails: [home] }],
    [
      'an unknown part beside a label is refused',
      { addresses: [{ type: 'work', locality: 'l' }] },
      replace('addresses', [{ type: 'work', street: 's' }]),
      { addresses: [{ type: 'work' }] },
      'invalidValue',
    ],
    [
      'an unknown part beside content is dropped',
      { emails: [work] },
      replace('emails', [{ value: 'n@x', nosuch: 1 }]),
      { emails: [{ value: 'n@x' }] },
    ],
    [
      'elements without a value are refused',
      { emails: [work] },
      replace('emails', [{ type: 'home' }]),
      { emails: [{ type: 'home' }] },
      'invalidValue',
    ],
    [
      'elements of nothing that is known are refused',
      { emails: [work] },
      replace('emails', [{ nosuch: 1 }]),
      'invalidValue',
    ],
    ['remove unassigns', { emails: [work, home] }, remove('emails'), {}],
    [
      'a part of all elements is set',
      { emails: [work, home] },
      replace('emails.display', 'd'),
      {
        emails: [
          { ...work, display: 'd' },
          { ...home, display: 'd' },
        ],
      },
    ],
    [
      'a part of a missing element is set',
      {},
      add('emails.value', 'n@x'),
      { emails: [{ value: 'n@x' }] },
    ],
    [
      'a part of all elements is removed',
      { emails: [work, home] },
      remove('emails.type'),
      { emails: [{ value: 'w@x' }, { value: 'h@x' }] },
    ],
    [
      'without their value, elements go',
      { emails: [work, home] },
      remove('emails.value'),
      { emails: [{ type: 'work' }, { type: 'home' }] },
      {},
    ],
    [
      'a required part cannot be removed',
      { [X]: { cards: [{ number: '1', value: 'v' }] } },
      remove(`${X}:cards.number`),
      'mutability',
    ],
    [
      'lists in elements are appended',
      { [X]: { cards: [{ number: '1', tags: ['a'] }] } },
      add(`${X}:cards[number eq "1"].tags`, ['b']),
      { [X]: { cards: [{ number: '1', tags: ['a', 'b'] }] } },
    ],
    [
      'lists in elements are replaced',
      { [X]: { cards: [{ number: '1', tags: ['a'] }] } },
      replace(`${X}:cards[number eq "1"].tags`, 'b'),
      { [X]: { cards: [{ number: '1', tags: ['b'] }] } },
    ],
    [
      'values of lists in elements are removed',
      { [X]: { cards: [{ number: '1', tags: ['a', 'b'] }] } },
      remove(`${X}:cards.tags`, ['A']),
      'invalidValue',
      { [X]: { cards: [{ number: '1', tags: ['b'] }] } },
    ],
    [
      'all values of a list in an element are removed',
      { [X]: { cards: [{ number: '1', tags: ['a'] }] } },
      remove(`${X}:cards.tags`, 'a'),
      'invalidValue',
      { [X]: { cards: [{ number: '1' }] } },
    ],
  );
});

describe('elements that a filter selects', () => {
  rows(
    [
      'a part is replaced',
      { emails: [work, home] },
      replace('emails[type eq "work"].value', 'n@x'),
      { emails: [{ ...work, value: 'n@x' }, home] },
    ],
    [
      'a part is added',
      { emails: [work, home] },
      add('emails[type eq "HOME"].display', 'd'),
      { emails: [work, { ...home, display: 'd' }] },
    ],
    [
      'a part is removed',
      { emails: [{ ...work, display: 'd' }] },
      remove('emails[type eq "work"].display'),
      { emails: [work] },
    ],
    [
      'elements are removed',
      { emails: [work, home] },
      remove('emails[type eq "work" or value eq "x"]'),
      { emails: [home] },
    ],
    [
      'no element is removed',
      { emails: [work] },
      remove('emails[type eq "home"]'),
      { emails: [work] },
    ],
    ['the last element is removed', { emails: [work] }, remove('emails[type eq "work"]'), {}],
    [
      'an element is replaced',
      { emails: [work, home] },
      replace('emails[type eq "work"]', { value: 'n@x', type: 'other' }),
      { emails: [{ value: 'n@x', type: 'other' }, home] },
    ],
    [
      'what the filter says is kept',
      { emails: [primaryWork] },
      replace('emails[type eq "work" and primary eq true]', { value: 'n@x' }),
      { emails: [{ value: 'n@x' }] },
      { emails: [{ value: 'n@x', type: 'work', primary: true }] },
    ],
    [
      'negated filters say something, too',
      { emails: [work] },
      replace('emails[not (type eq "home")]', { value: 'n@x' }),
      { emails: [{ value: 'n@x' }] },
      { emails: [{ value: 'n@x', type: 'work' }] },
    ],
    [
      'an element is merged by add',
      { emails: [work] },
      add('emails[type eq "work"]', { display: 'd' }),
      { emails: [{ ...work, display: 'd' }] },
    ],
    [
      'an element takes the primary mark',
      { emails: [primaryWork, home] },
      replace('emails[type eq "home"].primary', true),
      {
        emails: [
          { ...work, primary: false },
          { ...home, primary: true },
        ],
      },
    ],
    [
      'several cannot be primary',
      { emails: [work, home] },
      replace('emails[value pr].primary', true),
      'invalidValue',
    ],
    [
      'an element is created',
      { emails: [work] },
      add('emails[type eq "home"].value', 'h@x'),
      { emails: [work, home] },
    ],
    [
      'an element is created by replace',
      { emails: [work] },
      replace('emails[type eq "home"].value', 'h@x'),
      'noTarget',
      { emails: [work, home] },
    ],
    [
      'an element is created with all of the filter',
      {},
      add('emails[type eq "home" and primary eq true].value', 'h@x'),
      { emails: [{ ...home, primary: true }] },
    ],
    [
      'a filter with or describes none',
      {},
      add('emails[type eq "home" or type eq "work"].value', 'h@x'),
      'noTarget',
    ],
    [
      'a filter that contradicts itself describes none',
      {},
      add('emails[type eq "home" and type eq "work"].value', 'h@x'),
      'noTarget',
    ],
    [
      'a filter with another operator describes none',
      {},
      add('emails[type sw "home"].value', 'h@x'),
      'noTarget',
    ],
    ['an empty text describes none', {}, add('emails[type eq ""].value', 'h@x'), 'noTarget'],
    [
      'null creates none',
      { emails: [work] },
      add('emails[type eq "home"].value', null),
      { emails: [work] },
    ],
    ['null creates none in an empty list', {}, add('emails[type eq "home"].value', null), {}],
    [
      'a repeated replacement changes nothing',
      { emails: [{ value: 'n@x' }] },
      replace('emails[value eq "o@x"].value', 'n@x'),
      'noTarget',
      { emails: [{ value: 'n@x' }] },
    ],
    [
      'a list in a filter describes a list',
      {},
      add(`${X}:cards[number eq "1" and tags eq "a" and tags eq "b"].level`, 5),
      { [X]: { cards: [{ number: '1', tags: ['a', 'b'], level: 5 }] } },
    ],
    [
      'the element meant to be primary becomes it',
      { emails: [primaryWork, home] },
      replace('emails[type eq "home" and primary eq true].value', 'n@x'),
      'noTarget',
      {
        emails: [
          { ...work, primary: false },
          { value: 'n@x', type: 'home', primary: true },
        ],
      },
    ],
    [
      'primary alone names no other element',
      { emails: [home] },
      replace('emails[primary eq true].value', 'n@x'),
      'noTarget',
      { emails: [home, { primary: true, value: 'n@x' }] },
    ],
    [
      'a text is refused',
      { emails: [work] },
      replace('emails[type eq "work"]', 'x'),
      'invalidValue',
    ],
    [
      'null empties the element',
      { emails: [work, home] },
      replace('emails[type eq "work"]', null),
      { emails: [home] },
    ],
    [
      'nothing that is known is refused',
      { emails: [work] },
      replace('emails[type eq "work"]', { nosuch: 1 }),
      'invalidValue',
    ],
  );
});

describe('removals with a value', () => {
  rows(
    [
      'by value',
      { emails: [work, home] },
      remove('emails', [{ value: 'W@X' }]),
      'invalidValue',
      { emails: [home] },
    ],
    [
      'by value and type',
      { emails: [work, { ...work, type: 'home' }] },
      remove('emails', [work]),
      'invalidValue',
      { emails: [{ ...work, type: 'home' }] },
    ],
    [
      'by a bare text',
      { emails: [work, home] },
      remove('emails', ['w@x']),
      'invalidValue',
      { emails: [home] },
    ],
    [
      'of one object',
      { emails: [work, home] },
      remove('emails', home),
      'invalidValue',
      { emails: [work] },
    ],
    [
      'of nothing that is there',
      { emails: [work] },
      remove('emails', [home]),
      'invalidValue',
      { emails: [work] },
    ],
    [
      'among selected elements',
      { emails: [work, { ...work, type: 'home' }] },
      remove('emails[type eq "work"]', [{ value: 'w@x' }]),
      'invalidValue',
      { emails: [{ ...work, type: 'home' }] },
    ],
    [
      'of parts of a complex attribute',
      { name: { givenName: 'g', familyName: 'f' } },
      remove('name', { givenName: 'g' }),
      'invalidValue',
      { name: { familyName: 'f' } },
    ],
    [
      'of all parts',
      { name: { givenName: 'g' } },
      remove('name', { givenName: 'x' }),
      'invalidValue',
      {},
    ],
    [
      'of a manager',
      { [ENTERPRISE]: { manager: { value: 'm' } } },
      remove(`${ENTERPRISE}:manager`, { value: 'm' }),
      'invalidValue',
      {},
    ],
    [
      'of another manager',
      { [ENTERPRISE]: { manager: { value: 'm' } } },
      remove(`${ENTERPRISE}:manager`, { value: 'x' }),
      'invalidValue',
      { [ENTERPRISE]: { manager: { value: 'm' } } },
    ],
    ['of a simple attribute', { title: 't' }, remove('title', 'x'), 'invalidValue', {}],
    ['that names nothing', { emails: [work] }, remove('emails', [{}]), 'invalidValue'],
  );
});

describe('the form of operations', () => {
  rows(
    ['remove without a path', {}, { op: 'remove', value: { title: 't' } }, 'noTarget'],
    ['an unknown operation', {}, { op: 'move', path: 'title' }, 'invalidSyntax'],
    ['no operation', {}, { path: 'title', value: 't' }, 'invalidSyntax'],
    ['a path that is no text', {}, { op: 'add', path: 5, value: 't' }, 'invalidPath'],
    ['no value', {}, { op: 'add', path: 'title' }, 'invalidValue'],
    ['no value and no path', {}, { op: 'add' }, 'invalidValue'],
    ['a text without a path', {}, { op: 'add', value: 'x' }, 'invalidValue'],
    ['members in any case', {}, { OP: 'add', Path: 'title', VALUE: 't' }, { title: 't' }],
    ['null as path', {}, { op: 'add', path: null, value: { title: 't' } }, { title: 't' }],
    [
      'an unknown attribute',
      { title: 't' },
      [add('nosuch', 1), replace('title', 'u')],
      'invalidPath',
      { title: 'u' },
    ],
    ['an unknown part', {}, add('name.nosuch', 1), 'invalidPath', {}],
    ['an unknown part of an element', {}, add('emails[type eq "x"].nosuch', 1), 'invalidPath', {}],
    ['an unknown attribute of an extension', {}, add(`${X}:nosuch`, 1), 'invalidPath', {}],
    [
      'the value of a simple element',
      { [X]: { tags: ['a', 'b'] } },
      replace(`${X}:tags[value eq "a"].value`, 'c'),
      { [X]: { tags: ['c', 'b'] } },
    ],
    ['a filter on a part', {}, add('name.givenName[value eq "x"]', 1), 'invalidPath'],
    ['a filter on an extension', {}, add(`${X}[text eq "x"]`, 1), 'invalidPath'],
    ['a malformed filter', {}, add('emails[type eq]', 1), 'invalidPath'],
    ['a filter that does not end', {}, add('emails[type eq "x"', 1), 'invalidPath'],
    ['something after the filter', {}, add('emails[type eq "x"]value', 1), 'invalidPath'],
    ['two parts after the filter', {}, add('emails[type eq "x"].a.b', 1), 'invalidPath'],
    ['an unknown attribute in the filter', {}, add('emails[nosuch eq "x"]', 1), 'invalidPath'],
    ['no name', {}, add('!', 1), 'invalidPath'],
    ['blanks around the path', {}, add(' title ', 't'), { title: 't' }],
    [
      'unknown members without a path are dropped',
      {},
      { op: 'add', value: { nosuch: 1, title: 't' } },
      { title: 't' },
    ],
  );
});
