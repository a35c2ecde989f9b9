import { createLocalJWKSet, jwtVerify, type JSONWebKeySet } from 'jose';
import { LocalKms } from '../../local/services/kms';
import { close, listen } from '../support/loopback-server';
import type { TokenIssuer as Issuer } from '../../lambdas/security-events/token-issuer';

const server = new LocalKms().createServer();
const ISSUER = 'https://scim.example/scim';
const [FIRST, SECOND, THIRD] = [1, 2, 3].map(
  (number) => `arn:aws:kms:us-east-1:000000000000:key/key-${number}`,
) as [string, string, string];

let open: (...arns: string[]) => Promise<{ issuer: Issuer; keys: JSONWebKeySet }>;

beforeAll(async () => {
  process.env['AWS_ENDPOINT_URL_KMS'] = await listen(server);
  process.env['AWS_REGION'] = 'us-east-1';
  process.env['AWS_ACCESS_KEY_ID'] = 'local';
  process.env['AWS_SECRET_ACCESS_KEY'] = 'local';
  const { SigningKeys } = await import('../../lambdas/security-events/signing-keys');
  const { TokenIssuer } = await import('../../lambdas/security-events/token-issuer');
  open = async (...arns) => {
    const keys = new SigningKeys(arns);
    const set = (await keys.publicKeys()) as unknown as JSONWebKeySet;
    return { issuer: new TokenIssuer(ISSUER, keys), keys: set };
  };
});

afterAll(() => close(server));

const token = { jti: 'one', issuedAt: 1_790_000_000, claims: { txn: 't', events: {} } };

async function signerOf(signed: string, keys: JSONWebKeySet): Promise<string | undefined> {
  const { protectedHeader } = await jwtVerify(signed, createLocalJWKSet(keys), {
    issuer: ISSUER,
    typ: 'secevent+jwt',
    algorithms: ['ES256'],
  });
  return protectedHeader.kid;
}

test('receivers verify tokens before, during and after a rotation of the key', async () => {
  const before = await open(FIRST);
  const early = await before.issuer.sign({}, token);
  expect(await signerOf(early, before.keys)).toBe('key-1');
  const during = await open(SECOND, FIRST);
  const late = await during.issuer.sign({}, token);
  expect(await signerOf(early, during.keys)).toBe('key-1');
  expect(await signerOf(late, during.keys)).toBe('key-2');
  // A receiver that has cached the key set of before asks for it again: `kid` is not in it.
  await expect(signerOf(late, before.keys)).rejects.toThrow('no applicable key found');
  const after = await open(THIRD, SECOND);
  expect(await signerOf(late, after.keys)).toBe('key-2');
  await expect(signerOf(early, after.keys)).rejects.toThrow('no applicable key found');
});

test('a token keeps its id and claims whichever key signs it', async () => {
  const payloads = await Promise.all(
    [await open(FIRST), await open(SECOND, FIRST)].map(async ({ issuer, keys }) => {
      const signed = await issuer.sign({}, token);
      return (await jwtVerify(signed, createLocalJWKSet(keys))).payload;
    }),
  );
  expect(payloads[1]).toEqual(payloads[0]);
  expect(payloads[0]).toEqual({
    iss: ISSUER,
    iat: 1_790_000_000,
    jti: 'one',
    txn: 't',
    events: {},
  });
});
