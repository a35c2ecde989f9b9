/** Reasons why a token was not recognized. */
export const TOKEN_PROBLEM_CODES = [
  'noHeader',
  'noToken',
  'otherConnection',
  'foreignToken',
  'incomplete',
  'wrongSecret',
  'unknownToken',
  'unknownAccessToken',
  'expiredAccessToken',
  'noTrust',
  'assertionWithoutTrust',
  'assertionOfAnother',
  'assertionInvalid',
  'issuerUnavailable',
  'clientUnknown',
  'noSecret',
  'wrongClientSecret',
  'expiredSecret',
  'invalidRequest',
] as const;
export type TokenProblemCode = (typeof TOKEN_PROBLEM_CODES)[number];

/** Facts about a request that arrived while its connection was being set up. */
export interface SetupFacts {
  /** RFC 3339. */
  readonly at: string;
  readonly method: string;
  /** The route, with placeholders. */
  readonly route: string;
  readonly status: number;
  /** The code of the failure. */
  readonly cause?: string;
  /** The attribute that failed. */
  readonly attribute?: string;
  /** One of `TOKEN_PROBLEM_CODES`. */
  readonly tokenProblem?: string;
  /** Number of characters that are missing from the token. */
  readonly missing?: number;
  /** A filter that compares one attribute. */
  readonly lookup?: { readonly attribute: string; readonly isRandom: boolean };
  /** The parameter `count`. */
  readonly count?: number;
  /** `totalResults` of a list. */
  readonly results?: number;
  /** The user's `userName` or the group's `displayName`. */
  readonly name?: string;
  readonly resourceId?: string;
}
