import { ScimError } from '../../scim/errors/scim-error';

/** Returns the error of a call as data. */
export function errorOf(call: () => unknown): ScimError {
  try {
    call();
  } catch (error) {
    if (error instanceof ScimError) return error;
    throw error;
  }
  throw new Error('The call succeeds.');
}
