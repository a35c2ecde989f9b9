/** Matches facts that two items must agree on: one item needs what another one has. */
export class Pairs {
  private readonly open = new Map<string, 'needed' | 'had'>();

  /** Adds a fact that one item needs. */
  need(fact: string): void {
    this.match(fact, 'needed');
  }

  /** Adds a fact that one item has. */
  have(fact: string): void {
    this.match(fact, 'had');
  }

  /** The facts that have been seen on one side only. */
  get unmatched(): Iterable<readonly [string, 'needed' | 'had']> {
    return this.open;
  }

  private match(fact: string, side: 'needed' | 'had'): void {
    const other = this.open.get(fact);
    if (other !== undefined && other !== side) this.open.delete(fact);
    else this.open.set(fact, side);
  }
}

/** A stated number and the number that was counted. */
export interface Sum {
  readonly stated: number;
  readonly counted: number;
}

/** Compares numbers that items state with what was counted. */
export class Sums {
  private readonly sums = new Map<string, Sum>();

  /** Adds to a stated number. */
  state(name: string, number: number): void {
    const { stated, counted } = this.get(name);
    this.sums.set(name, { stated: stated + number, counted });
  }

  /** Counts one. */
  count(name: string): void {
    const { stated, counted } = this.get(name);
    this.sums.set(name, { stated, counted: counted + 1 });
  }

  /** The numbers that differ, by name. */
  get unequal(): readonly (readonly [string, Sum])[] {
    return [...this.sums].filter(([, { stated, counted }]) => stated !== counted);
  }

  private get(name: string): Sum {
    return this.sums.get(name) ?? { stated: 0, counted: 0 };
  }
}
