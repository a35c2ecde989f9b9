/** An operation as a client observed it: its time, and its effect on a state. */
export interface Observed<S> {
  /** When the request was sent. */
  readonly start: number;
  /** When the response arrived. */
  readonly end: number;
  /**
   * Returns the state after the operation; undefined if it cannot have had its response in this
   * state.
   */
  apply(state: S): S | undefined;
  /** Whether the response was an error, so that the operation may or may not have taken effect. */
  readonly isUncertain?: boolean;
}

/**
 * Returns whether a history is linearizable (Herlihy and Wing 1990): some order of the operations
 * explains every response and respects time, so that an operation comes after those whose responses
 * arrived before it was sent. Uses the search of Wing and Gong with Lowe's memoization.
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
