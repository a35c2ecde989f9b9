import { CommanderError } from 'commander';
import { ScimClientError } from '../client/errors';

/** The exit codes of the command. */
export const EXIT = { done: 0, findings: 1, usage: 2, unreachable: 3 } as const;

/** A command line that is wrong. The message states how to fix it. */
export class UsageError extends Error {}

/** A deployment, table or AWS account that cannot be used. The message states why. */
export class UnreachableError extends Error {}

/** Statuses of an answer that refuses the caller or comes from a service that is not working. */
function isUnreachable(status: number): boolean {
  return status === 0 || status === 401 || status === 403 || status === 429 || status >= 500;
}

/**
 * Returns the exit code for an error: 2 if the command or what it asks for is wrong, 3 if the
 * deployment cannot be used.
 */
export function exitCodeOf(error: unknown): number {
  if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.done : EXIT.usage;
  if (error instanceof UsageError) return EXIT.usage;
  if (error instanceof ScimClientError && !isUnreachable(error.status)) return EXIT.usage;
  return EXIT.unreachable;
}

/** Returns what went wrong; some libraries hide it in the cause. */
export function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const { cause } = error;
  if (error instanceof ScimClientError || typeof cause !== 'object' || cause === null) {
    return error.message;
  }
  const { message } = cause as { readonly message?: unknown };
  return typeof message === 'string' && message !== '' ? message : error.message;
}
