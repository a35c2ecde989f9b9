import fc from 'fast-check';
import { createLocalJWKSet, decodeProtectedHeader, jwtVerify } from 'jose';
import { generateKeyPairSync, sign, verify, type KeyObject } from 'node:crypto';
import { jwkOf } from '../../../events/security-events/key-set';
import { rawSignature } from '../../../events/security-events/raw-signature';
import { signToken, type TokenSigner } from '../../../events/security-events/token';

const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });

function signerOf(keyId: string, key: KeyObject): TokenSigner {
  return { keyId, sign: (message) => Promise.resolve(sign('sha256', Buffer.from(message), key)) };
}

const claims = {
  iss: 'https://abc.execute-api.eu-central-1.amazonaws.com/scim',
  iat: 1458496404,
  jti: '4d3559ec67504aaba65d40b0363faad8',
  events: { 'urn:ietf:params:scim:event:prov:delete': {} },
};

test('a token is what RFC 8417 says, and jose verifies it with the key set', async () => {
  const token = await signToken(claims, signerOf('key-1', privateKey));
  expect(decodeProtectedHeader(token)).toEqual({ alg: 'ES256', typ: 'secevent+jwt', kid: 'key-1' });
  const spki = publicKey.export({ type: 'spki', format: 'der' });
  const keys = createLocalJWKSet({ keys: [{ kty: 'EC', ...jwkOf('key-1', spki) }] });
  const { payload } = await jwtVerify(token, keys, { typ: 'secevent+jwt', issuer: claims.iss });
  expect(payload).toEqual(claims);
});

test('a signature of OpenSSL verifies in the form of JWS, whatever its numbers are', () => {
  fc.assert(
    fc.property(fc.string(), (text) => {
      const message = Buffer.from(text);
      const raw = rawSignature(sign('sha256', message, privateKey));
      expect(raw).toHaveLength(64);
      const key = { key: publicKey, dsaEncoding: 'ieee-p1363' } as const;
      expect(verify('sha256', message, key, raw)).toBe(true);
    }),
    // One in 256 signatures has a short number, and one in two has a leading zero.
    { numRuns: 1000 },
  );
});

test('what is not a signature on P-256 is refused', () => {
  const der = sign('sha256', Buffer.alloc(32), privateKey);
  const long = Buffer.concat([der.subarray(0, 1), Buffer.from([der.length - 1]), der.subarray(2)]);
  for (const wrong of [
    Buffer.alloc(0),
    der.subarray(1),
    der.subarray(0, -1),
    Buffer.concat([long, Buffer.alloc(1)]),
    Buffer.concat([
      Buffer.from([0x30, 0x26, 2, 0x21, 1]),
      Buffer.alloc(32),
      Buffer.from([2, 1, 1]),
    ]),
  ]) {
    expect(() => rawSignature(wrong)).toThrow('The signature');
  }
});
