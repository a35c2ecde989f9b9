/** A check of a public suite that contradicts an RFC, as docs/reference/conformance.md explains. */
export interface Exception {
  readonly suite: 'scim-sanity';
  readonly profile: 'rfc' | 'generic';
  /** The name of the check, as the suite prints it. */
  readonly check: string;
}

export const EXCEPTIONS: readonly Exception[] = [
  { suite: 'scim-sanity', profile: 'rfc', check: 'PATCH /Groups/{id} add member' },
];
