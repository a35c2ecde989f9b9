import fc from 'fast-check';
import { ScimError } from '../../../scim/errors/scim-error';
import { bindFilter } from '../../../scim/filter/bind';
import { matches } from '../../../scim/filter/evaluate';
import { parseFilter } from '../../../scim/filter/parse';
import type { JsonObject } from '../../../scim/json';
import { sortKey, sortTarget } from '../../../scim/list/sort';
import { applyPatch } from '../../../scim/patch/apply';
import { parseOperations } from '../../../scim/patch/request';
import { parseResource, type Attributes } from '../../../scim/resource/parse';
import { Projection } from '../../../scim/resource/project';
import { parseExtensionSchema } from '../../../scim/schema/extension-schema';
import { resourceTypesWith } from '../../../scim/schema/resource-type';
import { USER_URN } from '../../../scim/schema/user';
import { runs } from '../../support/runs';

/* Extensions may have multi-valued sub-attributes, in single- and multi-valued attributes. */

const X = 'urn:example:2.0:X';
const parts = [
  { name: 'value' },
  { name: 's' },
  { name: 'tags', multiValued: true },
  { name: 'numbers', type: 'integer', multiValued: true },
];
const parsed = parseExtensionSchema(X, {
  attributes: [
    { name: 'one' },
    { name: 'list', multiValued: true },
    { name: 'c', type: 'complex', subAttributes: parts.slice(1) },
    { name: 'm', type: 'complex', multiValued: true, subAttributes: parts },
  ],
});
if ('problems' in parsed) throw new Error(JSON.stringify(parsed.problems));
const { user: TYPE } = resourceTypesWith([parsed.schema]);

function patch(operations: readonly JsonObject[], extension?: JsonObject): unknown {
  const stored = { userName: 'u', ...(extension === undefined ? {} : { [X]: extension }) };
  const rules = { tolerant: false };
  return applyPatch(TYPE, stored, parseOperations(TYPE, operations, rules), rules)[X];
}

describe('add appends', () => {
  test.each<[string, unknown, JsonObject, JsonObject]>([
    [`${X}:c.tags`, ['b'], { c: { s: 'x', tags: ['a'] } }, { c: { s: 'x', tags: ['a', 'b'] } }],
    [`${X}:c.tags`, 'b', { c: { tags: ['a'] } }, { c: { tags: ['a', 'b'] } }],
    [`${X}:c.tags`, ['a'], { c: { tags: ['a'] } }, { c: { tags: ['a'] } }],
    [
      `${X}:c`,
      { tags: ['b'] },
      { c: { s: 'x', tags: ['a'] } },
      { c: { s: 'x', tags: ['a', 'b'] } },
    ],
    [
      `${X}:m[value eq "v1"].tags`,
      ['b'],
      { m: [{ value: 'v1', tags: ['a'] }, { value: 'v2' }] },
      { m: [{ value: 'v1', tags: ['a', 'b'] }, { value: 'v2' }] },
    ],
    [
      `${X}:m[value eq "v1"]`,
      { tags: ['b'] },
      { m: [{ value: 'v1', tags: ['a'] }] },
      { m: [{ value: 'v1', tags: ['a', 'b'] }] },
    ],
    [
      `${X}:m[tags eq "a"].value`,
      'v1',
      { one: 'x' },
      { one: 'x', m: [{ tags: ['a'], value: 'v1' }] },
    ],
    [
      `${X}:m[tags eq "a" and tags eq "b"].value`,
      'v1',
      { one: 'x' },
      { one: 'x', m: [{ tags: ['a', 'b'], value: 'v1' }] },
    ],
  ])('at %s', (path, value, before, after) => {
    expect(patch([{ op: 'add', path, value: value as never }], before)).toEqual(after);
  });
});

test('replace sets, and remove takes away', () => {
  const m = [
    { value: 'v1', tags: ['a', 'b'] },
    { value: 'v2', tags: ['c'] },
  ];
  const replace = { op: 'replace', path: `${X}:m[tags eq "b"].tags`, value: ['d'] };
  expect(patch([replace], { m })).toEqual({ m: [{ value: 'v1', tags: ['d'] }, m[1]] });
  expect(patch([{ op: 'remove', path: `${X}:m[tags eq "b"]` }], { m })).toEqual({ m: [m[1]] });
  expect(patch([{ op: 'remove', path: `${X}:m[tags eq "b"].tags` }], { m })).toEqual({
    m: [{ value: 'v1' }, m[1]],
  });
  expect(patch([{ op: 'remove', path: `${X}:c.tags` }], { c: { tags: ['a'] } })).toBeUndefined();
});

test.each<[string, boolean]>([
  [`${X}:c.tags eq "A"`, true],
  [`${X}:c.tags eq "b"`, true],
  [`${X}:c.tags co "z"`, false],
  [`${X}:c.numbers gt 1`, true],
  [`${X}:c.tags pr`, true],
  [`${X}:m[tags eq "c"]`, true],
  [`${X}:m[tags eq "c" and value eq "v1"]`, false],
  [`${X}:m.tags eq "c"`, true],
  [`not (${X}:m.tags eq "c")`, false],
  [`${X}:m.numbers pr`, false],
])('the filter %s is %p', (filter, expected) => {
  const c = { tags: ['a', 'b'], numbers: [1, 2] };
  const resource = { [X]: { c, m: [{ value: 'v1' }, { value: 'v2', tags: ['c'] }] } };
  expect(matches(bindFilter(parseFilter(filter), TYPE), resource)).toBe(expected);
});

test('projection and sorting see the values', () => {
  const resource = { id: 'i', [X]: { c: { s: 'x', tags: ['B', 'a'] } } };
  const projection = new Projection(TYPE, { attributes: [`${X}:c.tags`] });
  expect(projection.apply(resource)).toEqual({ id: 'i', [X]: { c: { tags: ['B', 'a'] } } });
  const target = sortTarget(TYPE, { by: `${X}:c.tags`, descending: false });
  expect(sortKey(target, resource)).toBe('b');
});

test.each<[unknown]>([['text'], [[1]], [{ value: 'a' }]])('%j is no list of tags', (tags) => {
  const body = { schemas: [USER_URN], userName: 'u', [X]: { c: { tags: tags as never } } };
  expect(() => parseResource(TYPE, body)).toThrow(ScimError);
});

describe('PATCH equals a naive model', () => {
  type Model = Record<string, unknown>;
  interface Operation {
    readonly op: 'add' | 'replace' | 'remove';
    readonly at: readonly ['one' | 'list' | 'c' | 'm', string?];
    readonly where: readonly ['value' | 's' | 'tags', string] | undefined;
    readonly value: unknown;
  }

  const word = fc.constantFrom('a', 'b', 'c');
  const words = fc.uniqueArray(word, { minLength: 1, maxLength: 3 });
  const numbers = fc.uniqueArray(fc.nat(2), { minLength: 1, maxLength: 2 });
  const partValues: Readonly<Record<string, fc.Arbitrary<unknown>>> = {
    value: word,
    s: word,
    tags: words,
    numbers,
  };
  const complex = fc.record({ s: word, tags: words, numbers }, { requiredKeys: ['s'] });
  const element = fc.record({ value: word, s: word, tags: words }, { requiredKeys: ['value'] });
  const elements = fc.uniqueArray(element, {
    minLength: 1,
    maxLength: 3,
    selector: (e) => e.value,
  });
  const whole: Readonly<Record<string, fc.Arbitrary<unknown>>> = {
    one: word,
    list: words,
    c: complex,
    m: elements,
  };
  const op = fc.constantFrom('add' as const, 'replace' as const, 'remove' as const);
  const wholeOperation = fc
    .constantFrom('one' as const, 'list' as const, 'c' as const, 'm' as const)
    .chain((name) =>
      fc.record({
        op,
        at: fc.constant([name] as const),
        where: fc.constant(undefined),
        value: whole[name] ?? word,
      }),
    );
  const partOperation = fc.constantFrom('s', 'tags', 'numbers').chain((part) =>
    fc.record({
      op,
      at: fc.constant(['c', part] as const),
      where: fc.constant(undefined),
      value: partValues[part] ?? word,
    }),
  );
  const selected = fc.constantFrom('s', 'tags', 'numbers').chain((part) =>
    fc.record({
      op,
      at: fc.constant(['m', part] as const),
      where: fc.tuple(fc.constantFrom('value' as const, 's' as const, 'tags' as const), word),
      value: partValues[part] ?? word,
    }),
  );
  const operation: fc.Arbitrary<Operation> = fc.oneof(wholeOperation, partOperation, selected);

  function pathOf({ at: [name, part], where }: Operation): string {
    const filter = where === undefined ? '' : `[${where[0]} eq "${where[1]}"]`;
    return `${X}:${name}${filter}${part === undefined ? '' : `.${part}`}`;
  }

  function union(left: unknown, right: unknown): unknown {
    if (!Array.isArray(left) || !Array.isArray(right)) return right;
    return [...left, ...right.filter((value) => !left.includes(value))];
  }

  function withPart(object: Model, { op: name, value }: Operation, part: string): Model {
    const { [part]: before, ...rest } = object;
    if (name === 'remove') return rest;
    return { ...rest, [part]: name === 'add' ? union(before, value) : value };
  }

  function isSelected(object: Model, [name, wanted]: readonly [string, string]): boolean {
    return [object[name]].flat().includes(wanted);
  }

  /** Applies an operation to the model; undefined if it must be refused. */
  function model(before: Model, operation: Operation): Model | undefined {
    const { op: name, at, where, value } = operation;
    const [attribute, part] = at;
    const { [attribute]: current, ...rest } = before;
    if (attribute === 'm' && where !== undefined && part !== undefined) {
      const list = (current ?? []) as Model[];
      const found = list.some((each) => isSelected(each, where));
      if (!found && name === 'replace') return undefined;
      const described = { [where[0]]: where[0] === 'tags' ? [where[1]] : where[1] };
      const changed = found
        ? list.map((each) => (isSelected(each, where) ? withPart(each, operation, part) : each))
        : name === 'add'
          ? [...list, withPart(described, operation, part)]
          : list;
      return { ...rest, m: distinct(changed) };
    }
    if (part !== undefined) {
      return { ...rest, [attribute]: withPart((current ?? {}) as Model, operation, part) };
    }
    if (name === 'remove') return rest;
    if (attribute === 'c') {
      const merged = Object.entries(value as Model).reduce(
        (object, [each, sent]) => withPart(object, { ...operation, value: sent }, each),
        (current ?? {}) as Model,
      );
      return { ...rest, c: merged };
    }
    if (name === 'replace') return { ...rest, [attribute]: value };
    if (attribute === 'm') {
      return { ...rest, m: distinct([...((current ?? []) as Model[]), ...(value as Model[])]) };
    }
    return { ...rest, [attribute]: union(current, value) };
  }

  /** Keeps the first of equal elements, and drops empty ones. */
  function distinct(list: Model[]): Model[] {
    const keys = list.map((each) => JSON.stringify(Object.entries(each).sort()));
    return list.filter(
      (each, index) => keys.indexOf(keys[index] ?? '') === index && !isEmpty(each),
    );
  }

  function isEmpty(value: unknown): boolean {
    return typeof value === 'object' && value !== null && Object.keys(value).length === 0;
  }

  function withoutEmpty(extension: Model): Model {
    return Object.fromEntries(Object.entries(extension).filter(([, value]) => !isEmpty(value)));
  }

  test('for one operation after another', () => {
    fc.assert(
      fc.property(fc.array(operation, { minLength: 1, maxLength: 6 }), (operations) => {
        let state: Model = {};
        let stored: Attributes = {};
        for (const each of operations) {
          const next = model(state, each);
          const sent = [
            {
              op: each.op,
              path: pathOf(each),
              ...(each.op === 'remove' ? {} : { value: each.value as never }),
            },
          ];
          if (next === undefined) {
            expect(() => patch(sent, stored)).toThrow(ScimError);
            continue;
          }
          state = withoutEmpty(next);
          const after = patch(sent, stored);
          expect(after ?? {}).toEqual(state);
          stored = (after ?? {}) as Attributes;
        }
      }),
      { numRuns: runs(2000) },
    );
  });
});
