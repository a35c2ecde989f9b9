import fc from 'fast-check';
import { COMPARISON_OPERATORS, type ComparisonValue, type Filter } from '../../../scim/filter/ast';

const names = fc.constantFrom(
  'userName',
  'emails.type',
  'name.givenName',
  'meta.created',
  'urn:x:2.0:User:a.b',
  '$ref',
);

const values: fc.Arbitrary<ComparisonValue> = fc.oneof(
  fc.string(),
  fc.string({ unit: 'grapheme' }),
  fc.integer(),
  fc.double({ noNaN: true, noDefaultInfinity: true }).map((number) => (number === 0 ? 0 : number)),
  fc.boolean(),
  fc.constant(null),
);

/** Arbitrary filter trees, shallow enough for the parser's nesting limit. */
export const filters: fc.Arbitrary<Filter> = fc.letrec<{ filter: Filter }>((tie) => ({
  filter: fc.oneof(
    { maxDepth: 4, withCrossShrink: true },
    fc.record({
      kind: fc.constant('compare' as const),
      path: names,
      operator: fc.constantFrom(...COMPARISON_OPERATORS),
      value: values,
      position: fc.constant(0),
    }),
    fc.record({ kind: fc.constant('present' as const), path: names, position: fc.constant(0) }),
    fc.record({
      kind: fc.constantFrom('and' as const, 'or' as const),
      left: tie('filter'),
      right: tie('filter'),
    }),
    fc.record({ kind: fc.constant('not' as const), filter: tie('filter') }),
    fc.record({
      kind: fc.constant('values' as const),
      path: fc.constantFrom('emails', 'addresses'),
      filter: tie('filter'),
      position: fc.constant(0),
    }),
  ),
})).filter;

/** Returns the tree without text positions, which printing does not preserve. */
export function withoutPositions(filter: Filter): unknown {
  return JSON.parse(
    JSON.stringify(filter, (key, value: unknown) => (key === 'position' ? undefined : value)),
  );
}
