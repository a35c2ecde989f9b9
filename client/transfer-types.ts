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
