/** The filter language of RFC 7644 section 3.4.2.2 as a tree. Names are as written: `bind.ts` resolves them. */

export const COMPARISON_OPERATORS = ['eq', 'ne', 'co', 'sw', 'ew', 'gt', 'ge', 'lt', 'le'] as const;
export type ComparisonOperator = (typeof COMPARISON_OPERATORS)[number];

/** A value to compare with; JSON's own notation (RFC 7644: `compValue`). */
export type ComparisonValue = string | number | boolean | null;

export type Filter = Comparison | Presence | Logical | Negation | ValueFilter;

/** `userName eq "bjensen"` */
export interface Comparison {
  readonly kind: 'compare';
  readonly path: string;
  readonly operator: ComparisonOperator;
  readonly value: ComparisonValue;
  /** Where the expression begins in the filter's text, counted from 0; for messages. */
  readonly position: number;
}

/** `title pr` */
export interface Presence {
  readonly kind: 'present';
  readonly path: string;
  readonly position: number;
}

/** `… and …`, `… or …` */
export interface Logical {
  readonly kind: 'and' | 'or';
  readonly left: Filter;
  readonly right: Filter;
}

/** `not (…)` */
export interface Negation {
  readonly kind: 'not';
  readonly filter: Filter;
}

/** `emails[type eq "work"]`: one element of the attribute matches; the names inside are its sub-attributes. */
export interface ValueFilter {
  readonly kind: 'values';
  readonly path: string;
  readonly filter: Filter;
  readonly position: number;
}
