/** Splits a list into batches of at most `size` elements, in order. */
export function batchesOf<T>(list: readonly T[], size: number): readonly (readonly T[])[] {
  const batches: T[][] = [];
  for (let start = 0; start < list.length; start += size) {
    batches.push(list.slice(start, start + size));
  }
  return batches;
}

/**
 * Runs a task for each element, at most `width` at a time.
 * @returns the results, in the order of the list
 */
export async function inParallel<T, R>(
  list: readonly T[],
  width: number,
  task: (element: T, index: number) => Promise<R>,
): Promise<readonly R[]> {
  const results: R[] = [];
  const queue = list.entries();
  const worker = async (): Promise<void> => {
    for (const [index, element] of queue) results[index] = await task(element, index);
  };
  await Promise.all(Array.from({ length: Math.min(width, list.length) }, worker));
  return results;
}

/** Reads several generators in parallel and yields their values as they arrive, in no order. */
export async function* interleave<T>(
  generators: readonly AsyncGenerator<T, void, undefined>[],
): AsyncGenerator<T, void, undefined> {
  const next = new Map(generators.map((generator) => [generator, generator.next()]));
  while (next.size > 0) {
    const [generator, result] = await Promise.race(
      [...next].map(async ([key, value]) => [key, await value] as const),
    );
    if (result.done === true) next.delete(generator);
    else {
      next.set(generator, generator.next());
      yield result.value;
    }
  }
}
