import type * as Calls from './kms-calls';

/** Loads the client of KMS on the first call: most requests sign nothing. */
export function kms(): Promise<typeof Calls> {
  return import('./kms-calls');
}
