import type { Comparison, Filter, Presence, ValueFilter } from './ast';

/** A filter with each of its expressions replaced; `and`, `or` and `not` stay, the inside of a value path is left to `replace`. */
export function mapExpressions(
  filter: Filter,
  replace: (expression: Comparison | Presence | ValueFilter) => Filter,
): Filter {
  switch (filter.kind) {
    case 'and':
    case 'or':
      return {
        ...filter,
        left: mapExpressions(filter.left, replace),
        right: mapExpressions(filter.right, replace),
      };
    case 'not':
      return { ...filter, filter: mapExpressions(filter.filter, replace) };
    default:
      return replace(filter);
  }
}
