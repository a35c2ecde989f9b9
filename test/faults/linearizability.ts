/** One operation as a client saw it: when it was sent, when it was answered, and what it would have made of a state. */
export interface Observed<S> {
  readonly start: number;
  readonly end: number;
  /** @returns the state afterwards; undefined when the operation cannot have had its answer in this state */
  apply(state: S): S | undefined;
  /** Whether nobody knows if it happened: its answer was an error. */
  readonly isUncertain?: boolean;
}

/**
 * Whether there is an order of the operations in which each has the answer that it had, and which does not put one before another that had been
 * answered before the first was sent (Herlihy and Wing 1990; the search is that of Wing and Gong, with Lowe's memory of what has been tried).
 */
export function isLinearizable<S extends string | boolean>(
  initial: S,
  history: readonly Observed<S>[],
): boolean {
  const operations = [...history].sort((a, b) => a.start - b.start);
  const tried = new Set<string>();

  const search = (done: ReadonlySet<number>, state: S): boolean => {
    const open = operations.flatMap((operation, index) =>
      done.has(index) ? [] : [{ operation, index }],
    );
    if (open.every(({ operation }) => operation.isUncertain === true)) return true;
    const known = `${open.map(({ index }) => index).join()} ${String(state)}`;
    if (tried.has(known)) return false;
    tried.add(known);
    const firstEnd = Math.min(
      ...open.map(({ operation }) => (operation.isUncertain === true ? Infinity : operation.end)),
    );
    return open.some(({ operation, index }) => {
      if (operation.start > firstEnd) return false;
      const next = operation.apply(state);
      return next !== undefined && search(new Set([...done, index]), next);
    });
  };
  return search(new Set(), initial);
}
