import type { ScimError } from '../../scim/errors/scim-error';
import { isArray, type Json } from '../../scim/json';
import type { StoredItem } from './resource-item';

/** Resources times comparisons that a filter may evaluate; beyond it is 400 `tooMany`. */
export const STEP_BUDGET = 1_000_000;

/** Characters of a resource that count as another step: comparing long texts takes longer. */
const STEP_SIZE = 1024;

/** Elements of a derived attribute that count as another step. */
const STEP_ELEMENTS = 10;

/** Counts the steps of evaluating a filter, whose number depends on what the resources hold. */
export class StepBudget {
  private left = STEP_BUDGET;
  private resources = 0;

  /** @param errorAfter returns the error after a number of resources */
  constructor(
    private readonly comparisons: number,
    private readonly errorAfter: (resources: number) => ScimError,
  ) {}

  /** Spends the steps of a resource without its derived attribute. @throws ScimError */
  spend({ size }: StoredItem): void {
    this.resources += 1;
    this.spendSteps(1 + Math.floor(size / STEP_SIZE));
  }

  /** Spends the steps of a derived attribute. @throws ScimError */
  spendOnDerived(value: Json | undefined): void {
    this.spendSteps(isArray(value) ? Math.floor(value.length / STEP_ELEMENTS) : 0);
  }

  private spendSteps(steps: number): void {
    this.left -= this.comparisons * steps;
    if (this.left < 0) throw this.errorAfter(this.resources);
  }
}
