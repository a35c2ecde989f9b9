/**
 * Returns whether a receiver that reports an error would refuse the token again. Errors about a
 * key, a signature or a right can pass: a receiver may not know the key that signs since a moment
 * ago.
 * @param err as registered for security event tokens
 * @see https://www.rfc-editor.org/rfc/rfc8935#section-2.4
 */
export function isFinalError(err: string): boolean {
  return FINAL.has(err);
}

const FINAL: ReadonlySet<string> = new Set(['invalid_request', 'invalid_audience']);
