import { randomUUID } from 'node:crypto';
import { SignJWT } from 'jose';
import { admin, Client, expectError, expectProblem, USER } from '../support/client';
import { createKey, FakeEntra, type KeysBehavior } from '../support/fake-entra';
import { bearer, requestTokenByAssertion } from '../support/oauth';

let entra: FakeEntra;

// Each test has keys of its own, because those of an issuer are requested once a minute.
beforeEach(async () => {
  entra = await FakeEntra.start();
});
afterEach(() => entra.stop());

const BLANK_AUDIENCE = '8adf8e6e-67b2-4cf2-a259-e3dc5476c621';
const REFUSED = {
  error: 'invalid_client',
  error_description: 'The client is unknown, or its secret or assertion is not valid.',
};

/** Connects a client that trusts workload identity federation. */
async function trusting(settings: object = {}): Promise<Client> {
  const client = await Client.connect('entra');
  const reply = await admin('PUT', `/connections/${client.id}/trust`, {
    issuer: entra.issuer,
    subject: entra.subject,
    audiences: [`api://${entra.application}/.default`],
    ...settings,
  });
  if (reply.status !== 200) throw new Error(reply.text);
  return client;
}

/** Connects a client that trusts the tokens which Entra ID sends if Secret Token is blank. */
async function trustingBlankToken(settings: object = {}): Promise<Client> {
  const client = await Client.connect('entra');
  const reply = await admin('PUT', `/connections/${client.id}/trust`, {
    issuer: entra.issuerV1,
    ...settings,
  });
  if (reply.status !== 200) throw new Error(reply.text);
  return client;
}

const blankClaims = (): Readonly<Record<string, unknown>> => ({
  iss: entra.issuerV1,
  aud: BLANK_AUDIENCE,
  ver: '1.0',
});

test('an assertion is exchanged for an access token that works', async () => {
  const client = await trusting();
  const reply = await requestTokenByAssertion(client, await entra.sign(), {
    client_id: entra.application,
    scope: `api://${entra.application}/.default`,
  });
  expect([reply.status, reply.body]).toEqual([
    200,
    {
      access_token: expect.any(String),
      token_type: 'Bearer',
      expires_in: 3600,
      scope: 'users:read-write groups:read-write resources:read-write',
    },
  ]);
  const user = { schemas: [USER], userName: 'ada' };
  const created = await client.call('POST', '/Users', user, bearer(reply.body.access_token));
  expect(created.status).toBe(201);
});

test.each([
  ['api://<id>/.default', 'the bare id', (id: string) => id],
  ['api://<id>', 'the same', (id: string) => `api://${id}`],
  ['<id>', 'the portal form', (id: string) => `api://${id}/.default`],
])('a trust in audience %s accepts %s', async (setting, _, form) => {
  const client = await trusting({ audiences: [setting.replace('<id>', entra.application)] });
  const assertion = await entra.sign({ aud: form(entra.application) });
  expect((await requestTokenByAssertion(client, assertion)).status).toBe(200);
});

test('an assertion signed with ES256 is accepted', async () => {
  await entra.rotate('ES256');
  const client = await trusting();
  expect((await requestTokenByAssertion(client, await entra.sign())).status).toBe(200);
});

test('a token in place of Secret Token authenticates each request', async () => {
  const client = await trustingBlankToken();
  const token = await entra.sign(blankClaims());
  expect((await client.call('GET', '/Users', undefined, bearer(token))).status).toBe(200);
  const user = { schemas: [USER], userName: 'ada' };
  expect((await client.call('POST', '/Users', user, bearer(token))).status).toBe(201);
  const { body } = await admin('GET', `/connections/${client.id}/trust`);
  expect(body).toMatchObject({ audiences: [BLANK_AUDIENCE], lastUsedAt: expect.any(String) });
});

type Case = [
  name: string,
  check: string,
  sign: () => Promise<string>,
  settings?: object | undefined,
  behavior?: KeysBehavior,
];
const now = (): number => Math.floor(Date.now() / 1000);
const signed =
  (claims: object, header: object = {}): (() => Promise<string>) =>
  () =>
    entra.sign({ ...claims }, { ...header });

/** Signs with another key than the one that the header names. */
async function signedByStranger(): Promise<string> {
  return entra.sign({}, { kid: entra.keys[0]?.id }, await createKey('RS256'));
}

/** Signs with a secret that is the published key, for verifiers that take the header's word. */
async function signedWithPublicKey(): Promise<string> {
  const [key] = entra.keys;
  const secret = new TextEncoder().encode(JSON.stringify(key?.jwk));
  const header = { alg: 'HS256', kid: key?.id ?? '' };
  return new SignJWT(entra.claims()).setProtectedHeader(header).sign(secret);
}

async function unsigned(): Promise<string> {
  const [, claims = ''] = (await entra.sign()).split('.');
  const header = { alg: 'none', kid: entra.keys[0]?.id };
  return `${Buffer.from(JSON.stringify(header)).toString('base64url')}.${claims}.`;
}

async function changed(change: (parts: string[]) => string[]): Promise<string> {
  return change((await entra.sign()).split('.')).join('.');
}

/** Puts a key into the header, for verifiers that take it from there. */
async function signedWithOwnKey(): Promise<string> {
  const key = await createKey('RS256');
  return entra.sign({}, { jwk: key.jwk, kid: entra.keys[0]?.id }, key);
}

const CASES: readonly Case[] = [
  ['no JWT', 'form', () => Promise.resolve('not-a-token')],
  ['two parts', 'form', () => changed((parts) => parts.slice(0, 2))],
  ['a header that is no JSON', 'form', () => changed(([, ...rest]) => ['eyJhbGci', ...rest])],
  ['claims that are no JSON', 'form', () => changed(([header = '', , s = '']) => [header, 'e', s])],
  ['an encrypted token', 'form', () => changed((parts) => [...parts, 'x', 'y'])],
  ['10,000 characters', 'size', () => entra.sign({ padding: 'x'.repeat(10_000) })],
  ['no signature', 'algorithm', unsigned],
  ['HS256 with the public key', 'algorithm', signedWithPublicKey],
  ['PS256', 'algorithm', async () => entra.sign({}, {}, await createKey('PS256'))],
  ['RS512', 'algorithm', async () => entra.sign({}, {}, await createKey('RS512'))],
  ['a critical header', 'criticalHeader', () => changed(withCritical)],
  ['no key id', 'keyId', signed({}, { kid: undefined })],
  ['an unknown key id', 'keyId', signed({}, { kid: randomUUID() })],
  ['a key id that is a path', 'keyId', signed({}, { kid: '../../keys' })],
  ['another issuer', 'issuer', signed({ iss: 'https://login.microsoftonline.com/x/v2.0' })],
  ['the issuer of version 1', 'issuer', () => entra.sign({ iss: entra.issuerV1 })],
  ['the issuer in capitals', 'issuer', () => entra.sign({ iss: entra.issuer.toUpperCase() })],
  ['no issuer', 'issuer', signed({ iss: undefined })],
  ['another tenant', 'tenant', signed({ tid: randomUUID() })],
  ['no tenant', 'tenant', signed({ tid: undefined })],
  ['another subject', 'subject', signed({ sub: randomUUID() })],
  ['no subject', 'subject', signed({ sub: undefined })],
  ['another audience', 'audience', signed({ aud: randomUUID() })],
  ['a list of audiences', 'audience', () => entra.sign({ aud: [entra.application] })],
  ['an audience that begins alike', 'audience', () => entra.sign({ aud: `${entra.application}0` })],
  ['the audience of a blank token', 'audience', signed({ aud: BLANK_AUDIENCE })],
  ['no audience', 'audience', signed({ aud: undefined })],
  ['an end in the past', 'expiry', () => entra.sign({ exp: now() - 61 })],
  ['no end', 'expiry', signed({ exp: undefined })],
  ['an end that is text', 'expiry', signed({ exp: '2099-01-01' })],
  ['a begin in the future', 'notBefore', () => entra.sign({ nbf: now() + 90 })],
  ['an issue in the future', 'issuedAt', () => entra.sign({ iat: now() + 90 })],
  ['the key of a stranger', 'signature', signedByStranger],
  ['a key in its header', 'signature', signedWithOwnKey],
  ['changed claims', 'signature', () => changed(withOtherClaims)],
  ['a cut signature', 'signature', () => changed(([h = '', c = '', s = '']) => [h, c, s.slice(4)])],
  ['keys behind a redirect', 'issuerKeys', () => entra.sign(), {}, 'redirected'],
  ['keys that are huge', 'issuerKeys', () => entra.sign(), {}, 'huge'],
  ['keys that are malformed', 'issuerKeys', () => entra.sign(), {}, 'malformed'],
  ['keys that never end', 'issuerKeys', () => entra.sign(), {}, 'silent'],
  ['an issuer that is down', 'issuerKeys', () => entra.sign(), {}, 'down'],
];

function withCritical([header = '', ...rest]: string[]): string[] {
  const decoded = JSON.parse(Buffer.from(header, 'base64url').toString()) as object;
  const text = JSON.stringify({ ...decoded, crit: ['exp'] });
  return [Buffer.from(text).toString('base64url'), ...rest];
}

function withOtherClaims([header = '', , signature = '']: string[]): string[] {
  const claims = { ...entra.claims(), uti: 'changed' };
  return [header, Buffer.from(JSON.stringify(claims)).toString('base64url'), signature];
}

describe('an assertion is refused in the same words, and the log has the check, for', () => {
  test.each(CASES)('%s', async (_, check, sign, settings = {}, behavior = 'published') => {
    const client = await trusting(settings);
    entra.behavior = behavior;
    const reply = await requestTokenByAssertion(client, await sign());
    expect([reply.status, reply.body]).toEqual([401, REFUSED]);
    const log = await admin('GET', `/connections/${client.id}/requests?status=failed`);
    expect(log.body.requests).toHaveLength(1);
    expect(log.body.requests[0]).toMatchObject({
      cause: 'clientRefused',
      check,
      expected: expect.any(String),
      received: expect.any(String),
    });
  });
});

test.each<[string, string, () => object]>([
  ['another tenant', 'tenant', () => ({ tid: randomUUID() })],
  ['the issuer of another tenant', 'issuer', () => ({ iss: `${entra.origin}/${randomUUID()}/` })],
  ['another audience', 'audience', () => ({ aud: entra.application })],
  ['an end in the past', 'expiry', () => ({ exp: now() - 100 })],
  ['another subject', 'subject', () => ({ sub: randomUUID() })],
])('a token in place of Secret Token is refused with %s', async (_, check, claims) => {
  const client = await trustingBlankToken({ subject: entra.subject });
  const token = await entra.sign({ ...blankClaims(), ...claims() });
  expectError(await client.call('GET', '/Users', undefined, bearer(token)), 401);
  const log = await admin('GET', `/connections/${client.id}/requests?status=failed`);
  expect(log.body.requests[0]).toMatchObject({ cause: 'tokenRefused', check });
});

test('a connection without trust refuses both kinds of tokens', async () => {
  const client = await Client.connect('entra');
  const assertion = await requestTokenByAssertion(client, await entra.sign());
  expect([assertion.status, assertion.body]).toEqual([401, REFUSED]);
  const token = await entra.sign(blankClaims());
  expectError(await client.call('GET', '/Users', undefined, bearer(token)), 401);
});

test('a trust accepts tokens of its kind only', async () => {
  const [federated, blank] = await Promise.all([trusting(), trustingBlankToken()]);
  const assertion = await entra.sign();
  expectError(await federated.call('GET', '/Users', undefined, bearer(assertion)), 401);
  const token = await entra.sign(blankClaims());
  expect((await requestTokenByAssertion(blank, token)).status).toBe(401);
});

test('changing or removing the trust ends the access tokens issued for it', async () => {
  const client = await trusting();
  const path = `/connections/${client.id}/trust`;
  const { body: trust } = await admin('GET', path);
  const statusOfNew = async (change: () => Promise<unknown>): Promise<number> => {
    const { body } = await requestTokenByAssertion(client, await entra.sign());
    await change();
    const use = bearer(body.access_token);
    return (await client.call('GET', '/Users', undefined, use)).status;
  };
  const { issuer, subject, audiences } = trust;
  const same = { issuer, subject, audiences };
  expect(await statusOfNew(() => admin('PUT', path, same))).toBe(200);
  expect(await statusOfNew(() => admin('PUT', path, { ...same, scopes: ['users:read'] }))).toBe(
    401,
  );
  const ordered = { ...same, scopes: ['users:read', 'groups:read'] };
  await admin('PUT', path, ordered);
  const turned = { ...same, scopes: ['groups:read', 'users:read'] };
  expect(await statusOfNew(() => admin('PUT', path, turned))).toBe(200);
  expect(await statusOfNew(() => admin('DELETE', path))).toBe(401);
  expectProblem(await admin('GET', path), 404);
  expectProblem(await admin('DELETE', path), 404);
});

test.each<[string, object, string]>([
  ['an unknown host', { issuer: `https://evil.example/${randomUUID()}/v2.0` }, '/issuer'],
  [
    'a host that ends alike',
    { issuer: `https://x.login.microsoftonline.com/${randomUUID()}/v2.0` },
    '/issuer',
  ],
  ['a port', { issuer: `https://login.microsoftonline.com:8443/${randomUUID()}/v2.0` }, '/issuer'],
  ['plain HTTP', { issuer: `http://login.microsoftonline.com/${randomUUID()}/v2.0` }, '/issuer'],
  ['every tenant', { issuer: 'https://login.microsoftonline.com/common/v2.0' }, '/issuer'],
  ['no issuer', { issuer: undefined }, '/issuer'],
  ['another tenant', { tenantId: randomUUID() }, '/tenantId'],
  ['no subject', { subject: undefined }, '/subject'],
  ['no audience', { audiences: [] }, '/audiences'],
])('a trust cannot be set with %s', async (_, settings, pointer) => {
  const client = await Client.connect('entra');
  const reply = await admin('PUT', `/connections/${client.id}/trust`, {
    issuer: `https://login.microsoftonline.com/${entra.tenant}/v2.0`,
    subject: entra.subject,
    audiences: ['api://app'],
    ...settings,
  });
  expectProblem(reply, 400);
  expect(reply.body.errors[0].pointer).toBe(pointer);
});
