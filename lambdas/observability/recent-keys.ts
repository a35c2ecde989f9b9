/** Keys that are remembered at most. Older ones are forgotten. */
const MAXIMUM = 1000;

/** Remembers the latest keys, so that a function instance need not do the same work again. */
export class RecentKeys {
  private readonly keys = new Set<string>();

  /** Returns whether a key was added and not forgotten. */
  has(key: string): boolean {
    return this.keys.has(key);
  }

  /** Adds a key. @returns false if it was there already */
  add(key: string): boolean {
    if (this.keys.has(key)) return false;
    const [oldest] = this.keys;
    if (this.keys.size >= MAXIMUM && oldest !== undefined) this.keys.delete(oldest);
    this.keys.add(key);
    return true;
  }
}
