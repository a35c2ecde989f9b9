import type { Filter } from './ast';

/** Returns a filter as text, which `parseFilter` parses to the same tree. */
export function printFilter(filter: Filter): string {
  switch (filter.kind) {
    case 'compare':
      return `${filter.path} ${filter.operator} ${JSON.stringify(filter.value)}`;
    case 'present':
      return `${filter.path} pr`;
    case 'values':
      return `${filter.path}[${printFilter(filter.filter)}]`;
    case 'not':
      return `not (${printFilter(filter.filter)})`;
    case 'and':
    case 'or': {
      const left = operand(filter.left, filter.kind, 'left');
      const right = operand(filter.right, filter.kind, 'right');
      return `${left} ${filter.kind} ${right}`;
    }
  }
}

/**
 * Prints an operand, with parentheses where they are needed: both operators are left-associative,
 * and `and` binds tighter than `or`.
 */
function operand(filter: Filter, parent: 'and' | 'or', side: 'left' | 'right'): string {
  const logical = filter.kind === 'and' || filter.kind === 'or';
  const plain =
    !logical ||
    (filter.kind === parent && side === 'left') ||
    (filter.kind === 'and' && parent === 'or');
  return plain ? printFilter(filter) : `(${printFilter(filter)})`;
}
