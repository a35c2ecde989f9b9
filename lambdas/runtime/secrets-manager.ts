import type * as Calls from './secrets-manager-calls';

/**
 * Loads the client of Secrets Manager on the first call: loading takes longer than many of the
 * requests that need no secret.
 */
export function secretsManager(): Promise<typeof Calls> {
  return import('./secrets-manager-calls');
}

/** Errors of Secrets Manager that functions tell apart. */
export type SecretsManagerError =
  | 'InvalidParameterException'
  | 'InvalidRequestException'
  | 'ResourceExistsException'
  | 'ResourceNotFoundException';

/**
 * Returns whether an error is an answer of Secrets Manager with one of these names. The classes of
 * the SDK would load its client.
 */
export function isSecretsManagerError(
  error: unknown,
  ...names: readonly SecretsManagerError[]
): error is Error {
  return error instanceof Error && names.some((name) => name === error.name);
}
