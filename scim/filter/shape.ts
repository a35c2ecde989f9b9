import { isLoggableName } from '../resource/unknown';
import type { Filter } from './ast';
import { mapExpressions } from './map';
import { printFilter } from './print';

/** Longest shape. */
const MAXIMUM_LENGTH = 300;

/**
 * Returns a filter as logs may show it: `userName eq "…" and active eq "…"`, without values and
 * without names that may be values.
 */
export function filterShape(filter: Filter): string {
  return printFilter(withoutValues(filter)).slice(0, MAXIMUM_LENGTH);
}

function withoutValues(filter: Filter): Filter {
  return mapExpressions(filter, (expression) => {
    const path = isLoggableName(expression.path) ? expression.path : 'unknown';
    if (expression.kind === 'values') {
      return { ...expression, path, filter: withoutValues(expression.filter) };
    }
    return expression.kind === 'compare'
      ? { ...expression, path, value: '…' }
      : { ...expression, path };
  });
}
