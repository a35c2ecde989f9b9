/** Cuts a list into runs of at most `size`, in order. */
export function batchesOf<T>(list: readonly T[], size: number): readonly (readonly T[])[] {
  const batches: T[][] = [];
  for (let start = 0; start < list.length; start += size)
    batches.push(list.slice(start, start + size));
  return batches;
}

/** Runs a task for each element, at most `width` at a time; results in the order of the list. */
export async function inParallel<T, R>(
  list: readonly T[],
  width: number,
  task: (element: T) => Promise<R>,
): Promise<readonly R[]> {
  const results = new Map<number, R>();
  const queue = list.entries();
  const worker = async (): Promise<void> => {
    for (const [index, element] of queue) results.set(index, await task(element));
  };
  await Promise.all(Array.from({ length: Math.min(width, list.length) }, worker));
  return [...results.entries()].sort(([a], [b]) => a - b).map(([, result]) => result);
}
