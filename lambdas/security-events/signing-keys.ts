import { createHash } from 'node:crypto';
import { jwkOf } from '../../events/security-events/key-set';
import type { TokenSigner } from '../../events/security-events/token';
import type { JsonObject } from '../../scim/json';
import { kms } from '../runtime/kms';

/**
 * The keys that sign security event tokens. KMS has them and signs; no function reads a private
 * key. While a new key replaces another one, the key set has both, so that receivers can verify
 * tokens that were signed before.
 */
export class SigningKeys {
  private keySet: Promise<JsonObject> | undefined;

  /** @param arns of the KMS keys, the one that signs first */
  constructor(private readonly arns: readonly string[]) {}

  /** Returns the signer of new tokens. @throws Error without any key */
  signer(): TokenSigner {
    const [arn] = this.arns;
    if (arn === undefined) throw new Error('There is no signing key.');
    return {
      keyId: keyIdOf(arn),
      sign: async (message) => {
        const { sign } = await kms();
        const { Signature } = await sign({
          KeyId: arn,
          SigningAlgorithm: 'ECDSA_SHA_256',
          // KMS takes 4 KB of a message itself.
          MessageType: 'DIGEST',
          Message: createHash('sha256').update(message).digest(),
        });
        if (Signature === undefined) throw new Error('KMS returned no signature.');
        return Signature;
      },
    };
  }

  /** Returns the JWK set with the public keys (RFC 7517 section 5); KMS is asked once. */
  publicKeys(): Promise<JsonObject> {
    this.keySet ??= this.readKeys();
    // A failed read is repeated with the next request.
    this.keySet.catch(() => {
      this.keySet = undefined;
    });
    return this.keySet;
  }

  private async readKeys(): Promise<JsonObject> {
    const { getPublicKey } = await kms();
    const keys = await Promise.all(
      this.arns.map(async (arn) => {
        const { PublicKey } = await getPublicKey({ KeyId: arn });
        if (PublicKey === undefined) throw new Error('KMS returned no public key.');
        return jwkOf(keyIdOf(arn), PublicKey);
      }),
    );
    return { keys };
  }
}

/** Returns the id of a key, the last part of its ARN. */
function keyIdOf(arn: string): string {
  return arn.slice(arn.lastIndexOf('/') + 1);
}
