import { tooMuchWork } from '../errors/request-errors';
import type { BoundFilter } from '../filter/bind';
import { LIMITS } from '../limits';

/**
 * Bounds the work of one PATCH. Every operation costs one step per value of its attribute and
 * comparison of its filter, so that many operations on many values cannot occupy a function.
 */
export class PatchWork {
  private left: number = LIMITS.patchSteps;

  /**
   * Counts an operation on the values of an attribute.
   * @throws ScimError 413 if the request exceeds `LIMITS.patchSteps`
   */
  spend(values: number, filter: BoundFilter | undefined): void {
    this.left -= values * (filter === undefined ? 1 : 1 + comparisons(filter));
    if (this.left < 0) throw tooMuchWork();
  }
}

function comparisons(filter: BoundFilter): number {
  switch (filter.kind) {
    case 'and':
    case 'or':
      return comparisons(filter.left) + comparisons(filter.right);
    case 'not':
    case 'values':
      return comparisons(filter.filter);
    default:
      return 1;
  }
}
