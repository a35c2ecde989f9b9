/** Facts that two items must agree on: one needs what the other has. What is left in the end has no counterpart. */
export class Pairs {
  private readonly open = new Map<string, 'needed' | 'had'>();

  /** An item that needs another one. */
  need(fact: string): void {
    this.meet(fact, 'needed');
  }

  /** The item that another one needs. */
  have(fact: string): void {
    this.meet(fact, 'had');
  }

  /** The facts of which only one side was seen. */
  get unmatched(): Iterable<readonly [string, 'needed' | 'had']> {
    return this.open;
  }

  private meet(fact: string, side: 'needed' | 'had'): void {
    const other = this.open.get(fact);
    if (other !== undefined && other !== side) this.open.delete(fact);
    else this.open.set(fact, side);
  }
}

/** Sums that an item states, and what was counted. */
export class Sums {
  private readonly sums = new Map<string, { stated: number; counted: number }>();

  state(name: string, number: number): void {
    this.of(name).stated += number;
  }

  count(name: string): void {
    this.of(name).counted += 1;
  }

  get unequal(): readonly (readonly [
    string,
    { readonly stated: number; readonly counted: number },
  ])[] {
    return [...this.sums].filter(([, { stated, counted }]) => stated !== counted);
  }

  private of(name: string): { stated: number; counted: number } {
    const known = this.sums.get(name) ?? { stated: 0, counted: 0 };
    this.sums.set(name, known);
    return known;
  }
}
