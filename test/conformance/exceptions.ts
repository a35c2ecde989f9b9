/** A check of a public suite that contradicts the RFC; docs/reference/conformance.md says how. */
export interface Exception {
  readonly suite: 'scim-sanity';
  readonly profile: 'rfc' | 'generic';
  /** The check's name, as the suite prints it. */
  readonly check: string;
}

export const EXCEPTIONS: readonly Exception[] = [
  { suite: 'scim-sanity', profile: 'rfc', check: 'PATCH /Groups/{id} add member' },
];
