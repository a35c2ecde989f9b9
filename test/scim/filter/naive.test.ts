import fc from 'fast-check';
import { bindFilter } from '../../../scim/filter/bind';
import { matches } from '../../../scim/filter/evaluate';
import type { Filter } from '../../../scim/filter/ast';
import type { Json, JsonObject } from '../../../scim/json';
import { USER } from '../../../scim/schema/resource-type';
import { runs } from '../../support/runs';

/*
 * Compares the evaluator with a naive one that is written from RFC 7644 section 3.4.2.2 alone: it
 * has no schema lookup and no compilation, and each operator works as the RFC's table describes it.
 */

const CASE_EXACT = new Set(['externalId', 'id']);
const text = fc.constantFrom('a', 'A', 'ab', 'B', 'é', 'É', '', 'Σ', 'ς', 'work', 'home');

const users: fc.Arbitrary<JsonObject> = fc.record(
  {
    id: fc.constant('x'),
    userName: text,
    externalId: text,
    title: text,
    active: fc.boolean(),
    name: fc.record({ givenName: text, familyName: text }, { requiredKeys: [] }),
    emails: fc.array(
      fc.record({ value: text, type: text, primary: fc.boolean() }, { requiredKeys: [] }),
      {
        minLength: 1,
        maxLength: 3,
      },
    ),
  },
  { requiredKeys: ['id'] },
);

const textOperator = fc.constantFrom('eq', 'ne', 'co', 'sw', 'ew', 'gt', 'ge', 'lt', 'le' as const);
const inEmails: fc.Arbitrary<Filter> = fc.oneof(
  fc.record({
    kind: fc.constant('compare' as const),
    path: fc.constantFrom('value', 'type'),
    operator: textOperator,
    value: text,
    position: fc.constant(0),
  }),
  fc.record({
    kind: fc.constant('compare' as const),
    path: fc.constant('primary'),
    operator: fc.constantFrom('eq', 'ne' as const),
    value: fc.boolean(),
    position: fc.constant(0),
  }),
  fc.record({
    kind: fc.constant('present' as const),
    path: fc.constantFrom('value', 'primary'),
    position: fc.constant(0),
  }),
);
const filters = fc.letrec<{ filter: Filter }>((tie) => ({
  filter: fc.oneof(
    { maxDepth: 3 },
    fc.record({
      kind: fc.constant('compare' as const),
      path: fc.constantFrom(
        'userName',
        'externalId',
        'title',
        'name.givenName',
        'emails.value',
        'emails.type',
        'emails',
      ),
      operator: textOperator,
      value: text,
      position: fc.constant(0),
    }),
    fc.record({
      kind: fc.constant('compare' as const),
      path: fc.constantFrom('userName', 'title', 'name.familyName', 'active'),
      operator: fc.constantFrom('eq', 'ne' as const),
      value: fc.constant(null),
      position: fc.constant(0),
    }),
    fc.record({
      kind: fc.constant('present' as const),
      path: fc.constantFrom('title', 'name', 'emails', 'name.givenName', 'active'),
      position: fc.constant(0),
    }),
    fc.record({
      kind: fc.constantFrom('and' as const, 'or' as const),
      left: tie('filter'),
      right: tie('filter'),
    }),
    fc.record({ kind: fc.constant('not' as const), filter: tie('filter') }),
    fc.record({
      kind: fc.constant('values' as const),
      path: fc.constant('emails'),
      filter: inEmails,
      position: fc.constant(0),
    }),
  ),
})).filter;

function naive(filter: Filter, resource: Json): boolean {
  switch (filter.kind) {
    case 'and':
      return naive(filter.left, resource) && naive(filter.right, resource);
    case 'or':
      return naive(filter.left, resource) || naive(filter.right, resource);
    case 'not':
      return !naive(filter.filter, resource);
    case 'values':
      return valuesOf(resource, filter.path).some((element) => naive(filter.filter, element));
    case 'present':
      return valuesOf(resource, filter.path).some((value) =>
        typeof value === 'object' ? present(value) : value !== '',
      );
    case 'compare': {
      const values = valuesOf(resource, filter.path === 'emails' ? 'emails.value' : filter.path);
      if (values.length === 0)
        return filter.value === null ? filter.operator === 'eq' : filter.operator === 'ne';
      if (filter.value === null) return filter.operator === 'ne';
      return values.some((value) =>
        holds(filter.operator, value, filter.value, CASE_EXACT.has(filter.path)),
      );
    }
  }
}

function present(value: Json): boolean {
  return Object.values(value as JsonObject).some((part) => part !== '' && part !== undefined);
}

function valuesOf(subject: Json, path: string): Json[] {
  let values: Json[] = [subject];
  for (const name of path.split('.')) {
    values = values.flatMap((value) => {
      const next = (value as Record<string, Json | undefined>)[name];
      return next === undefined ? [] : Array.isArray(next) ? (next as Json[]) : [next];
    });
  }
  return values;
}

function holds(operator: string, stored: Json, wanted: Json, exact: boolean): boolean {
  const fold = (value: Json): Json =>
    typeof value === 'string' && !exact
      ? value.toUpperCase().toLowerCase().replaceAll('ς', 'σ')
      : value;
  const [left, right] = [fold(stored), fold(wanted)];
  const [a, b] = [String(left), String(right)];
  const table: Record<string, boolean> = {
    eq: left === right, ne: left !== right,
    co: a.includes(b), sw: a.startsWith(b), ew: a.endsWith(b),
    gt: a > b, ge: a >= b, lt: a < b, le: a <= b,
  }; // prettier-ignore
  return table[operator] === true;
}

test('the evaluator agrees with a naive implementation', () => {
  let matched = 0;
  fc.assert(
    fc.property(users, filters, (user, filter) => {
      const expected = naive(filter, user);
      if (expected) matched += 1;
      expect(matches(bindFilter(filter, USER), user)).toBe(expected);
    }),
    { numRuns: runs(10_000) },
  );
  // The comparison is worthless unless many filters match and many do not.
  expect(matched).toBeGreaterThan(runs(1000));
  expect(matched).toBeLessThan(9000);
});
