import type { FailureKind } from '../contract';

const KINDS: Readonly<Record<number, FailureKind>> = {
  401: 'unauthorized',
  403: 'forbidden',
  404: 'notFound',
  409: 'conflict',
  412: 'precondition',
  429: 'rateLimited',
  // Groups on a users-only connection: the service itself did not fail.
  501: 'invalid',
  503: 'throttled',
};

/** Returns the kind of failure that an answer's status means; undefined for a success. */
export function failureKind(method: string, status: number): FailureKind | undefined {
  if (status < 400) return undefined;
  // A lookup that finds nothing was answered correctly.
  if (status === 404 && (method === 'GET' || method === 'HEAD')) return undefined;
  return KINDS[status] ?? (status >= 500 ? 'fault' : 'invalid');
}
