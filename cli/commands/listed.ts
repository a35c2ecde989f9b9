/** Returns the entries of a list, up to a limit. */
export async function listed<T>(
  entries: AsyncIterable<T>,
  limit = Number.POSITIVE_INFINITY,
): Promise<readonly T[]> {
  const found: T[] = [];
  for await (const entry of entries) {
    found.push(entry);
    if (found.length >= limit) break;
  }
  return found;
}
