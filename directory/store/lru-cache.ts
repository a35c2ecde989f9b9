/** Keeps the values that were used last, for later requests of the same execution environment. */
export class LruCache<T> {
  private readonly values = new Map<string, T>();

  /** @param most how many values are kept */
  constructor(private readonly most: number) {}

  /** Returns a value; undefined if it is not kept. */
  get(name: string): T | undefined {
    const value = this.values.get(name);
    if (value === undefined) return undefined;
    this.values.delete(name);
    this.values.set(name, value);
    return value;
  }

  /** Keeps a value, in place of the one that was used longest ago. */
  set(name: string, value: T): void {
    this.values.delete(name);
    this.values.set(name, value);
    const [oldest] = this.values.keys();
    if (this.values.size > this.most && oldest !== undefined) this.values.delete(oldest);
  }
}
