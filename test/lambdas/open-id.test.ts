import { createHash, createSign, generateKeyPairSync, type KeyObject } from 'node:crypto';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import { text } from 'node:stream/consumers';
import { newSecret } from '../../directory/sessions/secret';
import { OpenId, operatorOf } from '../../lambdas/pages/open-id';
import { listen } from '../support/loopback-server';

/** Operators sign in at an OpenID provider, which runs on this machine. */

const CLIENT_ID = 'console';
const REDIRECT = 'https://scim.example/scim/console/callback';

/** Wrong parts of the provider's answer. */
interface Lies {
  readonly claims?: Readonly<Record<string, unknown>>;
  readonly key?: KeyObject;
  readonly error?: string;
}

const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
let server: Server;
let issuer: string;
let lies: Lies = {};
let sent = new URLSearchParams();
let nonce = '';

function part(value: object): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url');
}

function idToken(): string {
  const now = Math.floor(Date.now() / 1000);
  const head = part({ alg: 'RS256', kid: 'one', typ: 'JWT' });
  const body = part({
    iss: issuer,
    sub: 'subject',
    aud: CLIENT_ID,
    iat: now,
    exp: now + 300,
    nonce,
    email: 'ops@northwind.example',
    email_verified: true,
    groups: ['operators'],
    ...lies.claims,
  });
  const signature = createSign('RSA-SHA256')
    .update(`${head}.${body}`)
    .sign(lies.key ?? privateKey, 'base64url');
  return `${head}.${body}.${signature}`;
}

async function answer(request: IncomingMessage): Promise<object> {
  switch (request.url) {
    case '/.well-known/openid-configuration':
      return {
        issuer,
        authorization_endpoint: `${issuer}/authorize`,
        token_endpoint: `${issuer}/token`,
        jwks_uri: `${issuer}/keys`,
        response_types_supported: ['code'],
        subject_types_supported: ['public'],
        id_token_signing_alg_values_supported: ['RS256'],
      };
    case '/keys':
      return { keys: [{ ...publicKey.export({ format: 'jwk' }), kid: 'one', alg: 'RS256' }] };
    default:
      sent = new URLSearchParams(await text(request));
      return { access_token: 'a', token_type: 'Bearer', expires_in: 300, id_token: idToken() };
  }
}

beforeAll(async () => {
  server = createServer((request, response) => {
    void answer(request).then((body) => {
      const isError = lies.error !== undefined && request.url === '/token';
      if (isError) body = { error: lies.error };
      response
        .writeHead(isError ? 401 : 200, { 'Content-Type': 'application/json' })
        .end(JSON.stringify(body));
    });
  });
  issuer = await listen(server);
});

afterAll(() => {
  server.closeAllConnections();
  server.close();
});

afterEach(() => {
  lies = {};
});

function opened(settings: Partial<ConstructorParameters<typeof OpenId>[0]> = {}): OpenId {
  return new OpenId({
    issuer,
    clientId: CLIENT_ID,
    clientSecret: undefined,
    allowedGroups: ['operators'],
    redirectUri: REDIRECT,
    isInsecureAllowed: true,
    ...settings,
  });
}

/** Signs in as the provider's user. @returns the operator's name */
async function signIn(openId: OpenId, change = (query: string): string => query): Promise<string> {
  const { url, signIn: begun } = await openId.begin();
  nonce = new URL(url).searchParams.get('nonce') ?? '';
  return openId.complete(change(`code=c&state=${begun.state}`), begun);
}

test('the sign-in uses the authorization code with PKCE, state and nonce', async () => {
  const { url, signIn: begun } = await opened().begin();
  const { origin, pathname, searchParams } = new URL(url);
  expect(`${origin}${pathname}`).toBe(`${issuer}/authorize`);
  expect(Object.fromEntries(searchParams)).toEqual({
    client_id: CLIENT_ID,
    redirect_uri: REDIRECT,
    response_type: 'code',
    scope: 'openid email profile',
    state: begun.state,
    nonce: begun.nonce,
    code_challenge: expect.stringMatching(/^[\w-]{43}$/),
    code_challenge_method: 'S256',
  });
  expect(url).not.toContain(begun.verifier);
  expect(await signIn(opened())).toBe('ops@northwind.example');
  expect(sent.get('code_verifier')).toMatch(/^[\w-]{43}$/);
  expect(sent.get('client_secret')).toBeNull();
});

test('a confidential client sends its secret', async () => {
  await signIn(opened({ clientSecret: () => Promise.resolve('s3cret') }));
  expect(sent.get('client_secret')).toBe('s3cret');
});

test.each([
  ['another state', {}, (query: string) => query.replace(/state=.*/, `state=${newSecret()}`)],
  [
    'an error of the provider',
    {},
    (query: string) => query.replace('code=c', 'error=access_denied'),
  ],
  ['another nonce', { claims: { nonce: 'other' } }, undefined],
  ['another audience', { claims: { aud: 'other' } }, undefined],
  ['another issuer', { claims: { iss: 'https://evil.example' } }, undefined],
  ['a token that has expired', { claims: { exp: 1 } }, undefined],
  ['an address that is not verified', { claims: { email_verified: false } }, undefined],
  [
    'an address that is not verified, in a text',
    { claims: { email_verified: 'false' } },
    undefined,
  ],
  ['no group', { claims: { groups: undefined } }, undefined],
  ['another group', { claims: { groups: ['staff', 'operators-of-coffee'] } }, undefined],
] as const)('%s is refused', async (_, wrong: Lies, change) => {
  lies = wrong;
  await expect(signIn(opened(), change)).rejects.toMatchObject({ status: 403 });
});

test('an answer counts with the state, nonce and verifier of its own sign-in', async () => {
  const openId = opened();
  const [one, other] = [await openId.begin(), await openId.begin()];
  nonce = one.signIn.nonce;
  const query = `code=c&state=${one.signIn.state}`;
  await expect(openId.complete(query, other.signIn)).rejects.toMatchObject({ status: 403 });
});

test('an operator is named by a verified address, else by user name, else by subject', () => {
  const groups = ['operators'];
  for (const [claims, name] of [
    [{ email: 'a@b.example', email_verified: true }, 'a@b.example'],
    [{ email: 'a@b.example', email_verified: 'true' }, 'a@b.example'],
    [{ email: 'a@b.example', preferred_username: 'ann' }, 'ann (subject)'],
    [
      { preferred_username: `ann\nportal ${'x'.repeat(300)}` },
      expect.stringMatching(/^ann portal x{245} \(subject\)$/),
    ],
    [{ email: 'a@b.example' }, 'subject'],
  ] as const) {
    expect(operatorOf({ sub: 'subject', groups, ...claims }, ['operators'])).toEqual(name);
  }
  expect(operatorOf({ sub: 's', groups: 'operators' }, ['operators'])).toBe('s');
  expect(() => operatorOf({ sub: 's', groups }, [])).toThrow('none of the groups');
});

test('the verifier that is sent belongs to the challenge', async () => {
  const openId = opened();
  const { url, signIn: begun } = await openId.begin();
  nonce = begun.nonce;
  await openId.complete(`code=c&state=${begun.state}`, begun);
  expect(sent.get('code_verifier')).toBe(begun.verifier);
  expect(new URL(url).searchParams.get('code_challenge')).toBe(
    createHash('sha256').update(begun.verifier).digest('base64url'),
  );
});

test('an issuer over HTTP is refused, except for development', async () => {
  await expect(opened({ isInsecureAllowed: false }).begin()).rejects.toThrow('HTTPS');
});

test('a client secret that was rotated is read again', async () => {
  const secrets = ['old', 'new'];
  const openId = opened({ clientSecret: () => Promise.resolve(secrets.shift() ?? '') });
  lies = { error: 'invalid_client' };
  await expect(signIn(openId)).rejects.toMatchObject({ status: 403 });
  lies = {};
  await signIn(openId);
  expect(sent.get('client_secret')).toBe('new');
});
