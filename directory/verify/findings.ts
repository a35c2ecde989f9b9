/** The ways in which items can be inconsistent. */
export type FindingKind =
  /** An item that cannot be read. */
  | 'unreadable'
  /** An item with a key that this version does not know. */
  | 'unknownItem'
  /** A value of a resource or retained user without the item that leads to it. */
  | 'missingValue'
  /** The item of a value that its resource or retained user does not have. */
  | 'strayValue'
  /** A reference to an item that does not exist. */
  | 'danglingReference'
  /** A membership that is not in its member's group list, or one in a list that does not exist. */
  | 'notIndexed'
  /** A stored number that differs from what was counted. */
  | 'wrongNumber'
  /** An intent that is not complete after half an hour. */
  | 'overdue'
  /** An item of a connection that does not exist, or of a resource type that it does not have. */
  | 'orphaned';

/** An inconsistency between items of the table. */
export interface Finding {
  readonly connection: string;
  readonly kind: FindingKind;
  /** The key of an item or of a value's partition, or the name of a count. */
  readonly subject: string;
  /** The other item concerned: a key, or the id of a resource. */
  readonly related?: string;
  /** A description for the reader, which continues the subject. */
  readonly problem: string;
}

/** The result of checking a table. */
export interface Verification {
  readonly items: number;
  readonly users: number;
  readonly groups: number;
  /** Resources of custom types. */
  readonly others: number;
  readonly memberships: number;
  /**
   * Member edits, deletions and purges that are not complete; their remaining work does not count.
   */
  readonly underWay: number;
  /**
   * Values whose items are still in the form of an earlier release. They are no inconsistency; the
   * `completion` function converts them.
   */
  readonly formerValues: number;
  readonly findings: readonly Finding[];
}

/**
 * Returns the findings that two checks have in common. A request in progress looks inconsistent in
 * one of them only. Numbers in `problem` may differ, because the table is in use.
 */
export function persisting(
  first: readonly Finding[],
  second: readonly Finding[],
): readonly Finding[] {
  const again = new Set(second.map(identityOf));
  return first.filter((finding) => again.has(identityOf(finding)));
}

function identityOf({ kind, subject, related = '' }: Finding): string {
  return `${kind} ${subject} ${related}`;
}
