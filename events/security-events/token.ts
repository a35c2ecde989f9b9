import type { JsonObject } from '../../scim/json';
import { rawSignature } from './raw-signature';

/** Signs tokens with the key that receivers find under an id. */
export interface TokenSigner {
  /** Id of the key in the key set (`kid`). */
  readonly keyId: string;
  /**
   * Signs a message with ECDSA on P-256 and SHA-256.
   * @returns the signature as DER, as KMS and OpenSSL write it
   */
  readonly sign: (message: string) => Promise<Uint8Array>;
}

/** The media type of security event tokens (RFC 8417 section 7.2). */
export const TOKEN_MEDIA_TYPE = 'application/secevent+jwt';

/**
 * Signs a security event token: a JWT with the algorithm ES256, in its compact form.
 * @see https://www.rfc-editor.org/rfc/rfc8417#section-2.3
 */
export async function signToken(claims: JsonObject, signer: TokenSigner): Promise<string> {
  const header = { alg: 'ES256', typ: 'secevent+jwt', kid: signer.keyId };
  const input = `${encoded(header)}.${encoded(claims)}`;
  const signature = rawSignature(await signer.sign(input));
  return `${input}.${Buffer.from(signature).toString('base64url')}`;
}

function encoded(value: JsonObject): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url');
}
