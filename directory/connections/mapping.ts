/*
 * How a connection's users appear to the application: rows that map SCIM attributes to the names of
 * the application, and rules that turn groups into roles. `events/` applies them.
 */

/** A row of a mapping: one field of the application's profile. */
export interface MappingRow {
  /** A field of the profile, such as `email`; any other name becomes a field of `custom`. */
  readonly target: string;
  /** SCIM path such as `emails[type eq "work"].value`, or several for `firstOf`. */
  readonly source: string | readonly string[];
  /** `firstOf` takes the first source that has a value; `map` looks the value up in `map`. */
  readonly transform?: 'lower' | 'trim' | 'map' | 'firstOf';
  /** The values of `map`, by what the identity provider sends. */
  readonly map?: Readonly<Record<string, string>>;
  /** The value if the sources have none, or if `map` lacks it. */
  readonly default?: string;
}

/** A rule that gives a role to the members of groups. */
export interface RoleRule {
  /** The attribute of the group that is compared, regardless of case unless it is the id. */
  readonly match: 'id' | 'externalId' | 'displayName';
  /** Either `equals` or `prefix` is set. */
  readonly equals?: string;
  readonly prefix?: string;
  readonly role: string;
}
