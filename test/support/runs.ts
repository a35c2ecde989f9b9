/** Whether the tests run against mutants, thousands of times (npm run test:mutation). */
const IS_MUTATION_RUN = process.env['STRYKER_MUTATOR_WORKER'] !== undefined;

/** Returns the number of runs of a property test: a fraction of the given one against mutants. */
export function runs(number: number): number {
  return IS_MUTATION_RUN ? Math.ceil(number / 50) : number;
}
