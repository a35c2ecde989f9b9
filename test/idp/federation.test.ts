import fc from 'fast-check';
import { failedClaimCheck, readHeader, shown } from '../../idp/federation/claims';
import {
  acceptedAudiences,
  knownIssuer,
  normalizedAudience,
  tokenUseOf,
} from '../../idp/federation/issuers';
import type { Json } from '../../scim/json';

const TENANT = '11111111-2222-3333-4444-555555555555';

test.each([
  ['login.microsoftonline.com', 'sts.windows.net'],
  ['login.partner.microsoftonline.cn', 'sts.chinacloudapi.cn'],
])('both issuers of a tenant at %s have their keys there', (login, v1) => {
  expect(knownIssuer(`https://${login}/${TENANT}/v2.0`)).toMatchObject({
    tenantId: TENANT,
    use: 'assertion',
    keysUrl: `https://${login}/${TENANT}/discovery/v2.0/keys`,
  });
  expect(knownIssuer(`https://${v1}/${TENANT}/`)).toMatchObject({
    use: 'blankToken',
    keysUrl: `https://${login}/${TENANT}/discovery/keys`,
  });
});

test('the cloud for the US government has federation, and no blank tokens', () => {
  expect(knownIssuer(`https://login.microsoftonline.us/${TENANT}/v2.0`)?.use).toBe('assertion');
  expect(knownIssuer(`https://login.microsoftonline.us/${TENANT}/`)).toBeUndefined();
});

test.each([
  `https://login.microsoftonline.com/${TENANT}/`,
  `https://login.microsoftonline.com/${TENANT}/v2.0/`,
  `https://login.microsoftonline.com/${TENANT}`,
  `https://login.microsoftonline.com@evil.example/${TENANT}/v2.0`,
  `https://login.microsoftonline.com.evil.example/${TENANT}/v2.0`,
  `https://login.microsoftonline.com/common/v2.0`,
  `https://login.microsoftonline.com/${TENANT}/v2.0?x=1`,
  `https://login.microsoftonline.com/${TENANT}/../${TENANT}/v2.0`,
  `https://sts.windows.net/${TENANT}/v2.0`,
  `http://127.0.0.1:80/${TENANT}/v2.0`,
  `https://undefined/${TENANT}/`,
  '',
])('%s is not a known issuer', (issuer) => {
  expect(knownIssuer(issuer)).toBeUndefined();
});

test('an issuer on this machine is known in development only', () => {
  const issuer = `http://127.0.0.1:8080/${TENANT}/v2.0`;
  expect(knownIssuer(issuer, true)?.keysUrl).toBe(
    `http://127.0.0.1:8080/${TENANT}/discovery/v2.0/keys`,
  );
  expect(knownIssuer(`http://169.254.169.254:80/${TENANT}/v2.0`, true)).toBeUndefined();
  expect(knownIssuer(`http://localhost:80@evil.example/${TENANT}/v2.0`, true)).toBeUndefined();
});

test('no text has an address of keys outside of the known hosts', () => {
  const hosts = fc.constantFrom('login.microsoftonline.com', 'sts.windows.net', 'evil.example');
  const part = fc.constantFrom('/', '@', '.', ':', '#', '?', '\\', '%2f', TENANT, 'v2.0', '..');
  const text = fc.tuple(hosts, fc.array(part, { maxLength: 8 }), hosts);
  fc.assert(
    fc.property(text, ([host, parts, other]) => {
      const known = knownIssuer(`https://${host}${parts.join('')}${other}/${TENANT}/v2.0`);
      if (known === undefined) return;
      expect(new URL(known.keysUrl).hostname).toBe('login.microsoftonline.com');
    }),
  );
});

test('the use of a token follows from its issuer as the known issuer says', () => {
  for (const path of ['v2.0', '']) {
    const host = path === '' ? 'sts.windows.net' : 'login.microsoftonline.com';
    const issuer = `https://${host}/${TENANT}/${path}`;
    expect(tokenUseOf(issuer)).toBe(knownIssuer(issuer)?.use);
  }
});

test('an audience that is not an application is accepted as it is, and no other', () => {
  expect(acceptedAudiences('https://scim.example.com')).toEqual(['https://scim.example.com']);
  expect(acceptedAudiences(`api://${TENANT}/.default`)).toEqual([TENANT, `api://${TENANT}`]);
  expect(normalizedAudience('api://x/.default/y')).toBe('api://x/.default/y');
});

const ISSUER = `https://login.microsoftonline.com/${TENANT}/v2.0`;
const NOW = 1_800_000_000_000;
const claims = { iss: ISSUER, tid: TENANT, sub: 's', aud: 'api://app', exp: NOW / 1000 + 10 };

test('claims are accepted within the difference of clocks, and not beyond it', () => {
  const issuer = knownIssuer(ISSUER);
  if (issuer === undefined) throw new Error('The issuer is not known.');
  const check = (changes: object): string | undefined =>
    failedClaimCheck(
      { ...claims, ...changes },
      { issuer, subject: 's', audiences: ['api://app'] },
      NOW,
    )?.check;
  const now = NOW / 1000;
  expect(check({})).toBeUndefined();
  expect([check({ exp: now - 59 }), check({ exp: now - 60 })]).toEqual([undefined, 'expiry']);
  expect([check({ nbf: now + 60 }), check({ nbf: now + 61 })]).toEqual([undefined, 'notBefore']);
  expect([check({ iat: now + 60 }), check({ iat: now + 61 })]).toEqual([undefined, 'issuedAt']);
});

test('headers and received values of any kind are read without an error', () => {
  fc.assert(
    fc.property(fc.jsonValue(), fc.jsonValue(), (alg, kid) => {
      const header = readHeader({ alg, kid });
      expect('check' in header || typeof header.keyId === 'string').toBe(true);
      expect(shown(alg as Json).length).toBeLessThanOrEqual(121);
    }),
  );
});
