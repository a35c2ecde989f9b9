import { tooMuchWork } from '../errors/request-errors';
import type { BoundFilter } from '../filter/bind';
import { comparisonsIn } from '../filter/evaluate';
import { LIMITS } from '../limits';

/**
 * Bounds the work of the PATCH operations of one request. Each operation costs one step for every
 * value of its attribute, and for every comparison of its filter with such a value, so that many
 * operations on many values cannot occupy a function.
 */
export class PatchWork {
  private left: number = LIMITS.patchSteps;

  /**
   * Counts an operation on the values of an attribute.
   * @throws ScimError 413 if the request exceeds `LIMITS.patchSteps`
   */
  spend(values: number, filter: BoundFilter | undefined): void {
    this.left -= values * (filter === undefined ? 1 : 1 + comparisonsIn(filter));
    if (this.left < 0) throw tooMuchWork();
  }
}
