/* The JSON of imports and exports; docs/reference/admin-api.md describes each field. */

/** A line of an import that was refused, or whose members do not all exist. */
export interface ImportConflict {
  /** Number of the line, from 1. */
  readonly line: number;
  readonly id?: string;
  /** `userName` or `displayName`. */
  readonly name?: string;
  readonly attribute?: string;
  readonly scimType?: string;
  readonly detail: string;
  /** Number of members that do not exist; `members` are the first of them. */
  readonly unknownMembers?: number;
  readonly members?: readonly string[];
}

/** The result of an import. */
export interface ImportResult {
  readonly created: number;
  readonly updated: number;
  readonly unchanged: number;
  readonly conflictCount: number;
  /** The first 1,000. */
  readonly conflicts: readonly ImportConflict[];
  /** Attributes that the connection does not have. */
  readonly ignored: readonly string[];
  /** False if there was not enough time for all lines: send them again. */
  readonly isComplete: boolean;
}

/** A page of an export. */
export interface ExportPage {
  /** JSON Lines: each line ends with a line feed. */
  readonly lines: string;
  /** Continues after this page; undefined on the last one. */
  readonly nextCursor: string | undefined;
}

/** A conversion of user names to email addresses. */
export interface UserNameConversion {
  readonly id: string;
  readonly to: 'emails.work' | 'emails.primary';
  /** `checked` and `checking` are those of a dry run. */
  readonly state:
    | 'checking'
    | 'checked'
    | 'converting'
    | 'converted'
    | 'undoing'
    | 'undone'
    | 'closing'
    | 'closed';
  /** RFC 3339. */
  readonly startedAt: string;
  /** The ARN of the principal. */
  readonly startedBy: string;
  /** Users that the present state has gone through. */
  readonly users: number;
  /** Users with another name now; in a dry run, those that would have one. */
  readonly converted: number;
  readonly conflictCount: number;
  /** The first 1,000 users that were left alone. Lists of conversions have none. */
  readonly conflicts?: readonly UserNameConflict[];
}

/** A user whose name was left alone. */
export interface UserNameConflict {
  readonly userId: string;
  readonly userName?: string;
  readonly reason: 'noAddress' | 'addressTaken' | 'changedSince' | 'refused';
  readonly address?: string;
}
