/*
 * The filter language of RFC 7644 section 3.4.2.2 as a tree. Names are as the client wrote them;
 * `bind.ts` resolves them.
 */

/** The operators that compare an attribute with a value; `pr` takes no value. */
export const COMPARISON_OPERATORS = ['eq', 'ne', 'co', 'sw', 'ew', 'gt', 'ge', 'lt', 'le'] as const;

/** One of `COMPARISON_OPERATORS`. */
export type ComparisonOperator = (typeof COMPARISON_OPERATORS)[number];

/** A value to compare with, in JSON notation (`compValue` in RFC 7644). */
export type ComparisonValue = string | number | boolean | null;

/** Any filter expression. */
export type Filter = Comparison | Presence | Logical | Negation | ValueFilter;

/** `userName eq "bjensen"` */
export interface Comparison {
  readonly kind: 'compare';
  readonly path: string;
  readonly operator: ComparisonOperator;
  readonly value: ComparisonValue;
  /** Where the expression starts in the filter's text, counted from 0. Error messages show it. */
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

/**
 * `emails[type eq "work"]`: matches if one element of the attribute matches the inner filter, whose
 * names are sub-attributes.
 */
export interface ValueFilter {
  readonly kind: 'values';
  readonly path: string;
  readonly filter: Filter;
  readonly position: number;
}
