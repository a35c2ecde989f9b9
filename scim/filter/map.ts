import type { Comparison, Filter, Presence, ValueFilter } from './ast';

/**
 * Returns a filter with each attribute expression replaced; `and`, `or` and `not` stay.
 * @param replace returns the replacement; for a value path it also handles the inner filter
 */
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
