import type { ScopedResources, TokenScope } from './tokens';

/** A token, a client's secret, or a trust, by which a caller is authenticated. */
export interface Credential {
  readonly id: string;
  /** Undefined for the right to do everything. */
  readonly scopes?: readonly TokenScope[];
  /** Whether it is a token that is not yet the current value of the connection's secret. */
  readonly pending?: true;
  /** RFC 3339; recorded at most once an hour. */
  readonly lastUsedAt?: string;
}

/** Returns whether a credential may access resources. */
export function allows(
  { scopes }: Pick<Credential, 'scopes'>,
  resources: ScopedResources,
  access: 'read' | 'read-write',
): boolean {
  return (
    scopes === undefined ||
    scopes.includes(`${resources}:read-write`) ||
    (access === 'read' && scopes.includes(`${resources}:read`))
  );
}
