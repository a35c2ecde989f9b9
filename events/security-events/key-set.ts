import { createPublicKey } from 'node:crypto';
import type { JsonObject } from '../../scim/json';

/**
 * Returns a public key as a member of a JWK set.
 * @param keyId its `kid`
 * @param spki the key as KMS returns it: SubjectPublicKeyInfo in DER
 * @see https://www.rfc-editor.org/rfc/rfc7517#section-4
 */
export function jwkOf(keyId: string, spki: Uint8Array): JsonObject {
  const key = createPublicKey({ key: Buffer.from(spki), format: 'der', type: 'spki' });
  const { kty, crv, x, y } = key.export({ format: 'jwk' });
  return { kty, crv, x, y, kid: keyId, alg: 'ES256', use: 'sig' };
}
