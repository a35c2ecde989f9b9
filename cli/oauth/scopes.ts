import type { TokenScope } from '../../client';

/** The scopes of tokens and clients, as choices of an option. */
export const SCOPES: readonly TokenScope[] = [
  'users:read',
  'users:read-write',
  'groups:read',
  'groups:read-write',
  'resources:read',
  'resources:read-write',
];
