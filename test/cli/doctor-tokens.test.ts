import type {
  Connection,
  ConnectionUsage,
  FailureLogEntry,
  OAuthClient,
  Token,
  Trust,
} from '../../client';
import { Findings } from '../../cli/doctor/finding';
import type { ConnectionFacts } from '../../cli/doctor/operator/connection-facts';
import {
  DEPLOYMENT_DIAGNOSES,
  type DeploymentDiagnosis,
} from '../../cli/doctor/operator/diagnoses';
import { checkSecrets } from '../../cli/doctor/operator/oauth-checks';
import { checkTokens } from '../../cli/doctor/operator/token-checks';
import { checkUsage } from '../../cli/doctor/operator/usage-checks';

/** The doctor's view of tokens, for lifetimes and schedules that take months. */

const NOW = Date.parse('2026-06-01T12:00:00Z');

/** Returns the time some days ago, or in the future for a negative number. */
const ago = (days: number): string => new Date(NOW - days * 86_400_000).toISOString();

const CONNECTION: Connection = {
  id: 'acme',
  displayName: 'Acme',
  identityProvider: 'okta',
  enabled: true,
  userDeletion: 'retain',
  groups: true,
  tokenExpiresInDays: 365,
  adoption: 'off',
  secret: true,
  createdAt: ago(1000),
  schemas: [],
  scimBaseUrl: 'https://x/v2/connections/acme',
};

const MAIN: Token = {
  id: 't1',
  createdAt: ago(100),
  expiresAt: ago(-265),
  lastUsedAt: ago(0.01),
  state: 'active',
};
const SCOPED: Token = { ...MAIN, id: 't2', scopes: ['users:read'] };
const ROTATION = { rotation: { everyDays: 90, overlapDays: 7 } };

/** The facts of a connection without OAuth, failures and mails. */
const NOTHING = { clients: [], trust: undefined, failures: [], mails: [] } as const;

const CASES: readonly (readonly [
  name: string,
  tokens: readonly Token[],
  connection: Partial<Connection>,
  expected: readonly DeploymentDiagnosis[],
])[] = [
  ['a main token and one with scopes', [MAIN, SCOPED], {}, []],
  ['a main token that ends in 10 days', [{ ...MAIN, expiresAt: ago(-10) }], {}, ['tokenEnds']],
  ['a token of a day that has 12 hours left', [lived(1, 0.5)], {}, []],
  ['a token of a day that has 5 hours left', [lived(1, 0.8)], {}, ['tokenEnds']],
  ['a main token that a schedule replaces in time', [lived(97, 88)], ROTATION, []],
  ['a main token that a schedule has not replaced', [lived(97, 92)], ROTATION, ['tokenEnds']],
  ['a token with scopes that ends', [MAIN, { ...SCOPED, expiresAt: ago(-3) }], {}, ['tokenEnds']],
  ['only a token with scopes', [SCOPED], {}, ['noToken']],
  ['an expired main token', [{ ...MAIN, state: 'expired', expiresAt: ago(3) }], {}, ['noToken']],
  ['only a pending token', [{ ...MAIN, state: 'pending' }], {}, ['noToken']],
  ['an earlier token alone', [{ ...MAIN, state: 'ending', expiresAt: ago(-3) }], {}, []],
  ['an unused main token', [{ ...MAIN, lastUsedAt: null }, SCOPED], {}, []],
  ['an unused token with scopes', [MAIN, { ...SCOPED, lastUsedAt: ago(40) }], {}, ['tokenUnused']],
  ['a main token of two years', [lived(3650, 730)], {}, ['tokenOld']],
  ['a schedule of 500 days', [lived(600, 400)], { rotation: { everyDays: 500 } }, []],
];

/** Returns a main token of a lifetime, issued some days ago. */
function lived(days: number, since: number): Token {
  return { ...MAIN, createdAt: ago(since), expiresAt: ago(since - days) };
}

test.each(CASES)('%s', (_, tokens, settings, expected) => {
  const findings = new Findings<DeploymentDiagnosis>(DEPLOYMENT_DIAGNOSES);
  const usage = { lastRequestAt: ago(0.01), days: [] };
  const connection = { ...CONNECTION, ...settings };
  const facts = { ...NOTHING, connection, tokens, usage };
  checkTokens(findings, facts, NOW);
  checkUsage(findings, facts, NOW);
  expect(findings.all.map(({ name }) => name)).toEqual(expected);
  for (const { seen } of findings.all) expect(seen).toMatch(/^acme.*\.$/);
});

/** Creates a client by the days of its secrets' end, and their last use some days ago. */
function client(ends: readonly number[], lastUse?: number, scopes?: OAuthClient['scopes']) {
  const secrets = ends.map((end, index) => ({
    id: `s${index}`,
    createdAt: ago(100),
    expiresAt: ago(-end),
    lastUsedAt: lastUse === undefined ? null : ago(lastUse),
    state: end > 0 ? ('active' as const) : ('expired' as const),
  }));
  const terms = { accessTokenSeconds: 3600, createdAt: ago(100), tokenEndpoint: 'https://x' };
  const rest = scopes === undefined ? {} : { scopes };
  return { id: 'c1', displayName: 'Entra ID', ...terms, secrets, ...rest };
}

const TRUST: Trust = {
  id: 't3',
  issuer: 'https://login.microsoftonline.com/t/v2.0',
  tenantId: 't',
  subject: 's',
  audiences: ['api://a'],
  accessTokenSeconds: 3600,
  createdAt: ago(100),
  lastUsedAt: ago(0.01),
  tokenEndpoint: 'https://x',
};
const ENDING = { ...MAIN, expiresAt: ago(-10) };
const UNUSED = { ...ENDING, lastUsedAt: null };
const READ = ['users:read'] as const;

test.each<[string, Partial<ConnectionFacts>, readonly DeploymentDiagnosis[]]>([
  ['a secret that lasts', { clients: [client([300], 0.1)] }, []],
  ['a secret that ends in 10 days', { clients: [client([10], 0.1)] }, ['secretEnds']],
  ['a secret that ends, with a replacement', { clients: [client([10, 300], 0.1)] }, []],
  ['an unused secret that has ended', { clients: [client([-1])], tokens: [MAIN] }, []],
  ['a secret that ended in use', { clients: [client([-1], 2)], tokens: [UNUSED] }, ['secretEnds']],
  ['a secret that a token replaced', { clients: [client([-1], 2)], tokens: [MAIN] }, []],
  ['a client and no token', { clients: [client([300])], tokens: [] }, []],
  [
    'an unused client and a token that has ended',
    { clients: [client([300])], tokens: [{ ...MAIN, state: 'expired', expiresAt: ago(3) }] },
    ['noToken'],
  ],
  ['a client with scopes and no token', { clients: [client([300], 0.1, READ)] }, ['noToken']],
  ['a trust and no token', { trust: TRUST, tokens: [] }, []],
  ['a token left over by a client', { clients: [client([300], 0.1)], tokens: [UNUSED] }, []],
  ['a token left over by a trust', { trust: TRUST, tokens: [UNUSED] }, []],
  ['a token beside a client', { clients: [client([300], 0.1)], tokens: [ENDING] }, ['tokenEnds']],
  [
    'a token beside a client with scopes',
    { clients: [client([300], 0.1, READ)], tokens: [UNUSED] },
    ['tokenEnds'],
  ],
])('%s, for the doctor', (_, known, expected) => {
  const findings = new Findings<DeploymentDiagnosis>(DEPLOYMENT_DIAGNOSES);
  const usage = { lastRequestAt: ago(0.01), days: [] };
  const facts = { ...NOTHING, connection: CONNECTION, tokens: [], usage, ...known };
  checkTokens(findings, facts, NOW);
  checkSecrets(findings, facts, NOW);
  expect(findings.all.map(({ name }) => name)).toEqual(expected);
});

test('a client that was refused before its secret was used is no finding', () => {
  const names = (at: string): readonly string[] => {
    const findings = new Findings<DeploymentDiagnosis>(DEPLOYMENT_DIAGNOSES);
    const usage = { lastRequestAt: ago(0.01), days: [] };
    const known = { clients: [client([300], 0.1)], tokens: [], connection: CONNECTION, usage };
    checkUsage(findings, { ...NOTHING, ...known, failures: [refusal(at)] }, NOW);
    return findings.all.map(({ name }) => name);
  };
  expect(names(ago(0.2))).toEqual([]);
  expect(names(ago(0.05))).toEqual(['requestsFail']);
});

/** Creates the entry of a client that exceeded the limit of failures. */
function refusal(at: string): FailureLogEntry {
  return {
    kind: 'failure',
    id: 'e1',
    at,
    requestId: 'r1',
    method: 'POST',
    route: '/oauth2/token',
    status: 429,
    cause: 'clientRefused',
    title: 'The client is refused',
    meaning: 'It is.',
    remedy: 'Compare them.',
    latency: 1,
    count: 1,
  };
}

test('without a valid token, silence is no finding of its own', () => {
  const names = (tokens: readonly Token[]): readonly string[] => {
    const findings = new Findings<DeploymentDiagnosis>(DEPLOYMENT_DIAGNOSES);
    const usage = { lastRequestAt: ago(3), silentSince: ago(3), days: [] };
    const facts = { ...NOTHING, connection: CONNECTION, tokens, usage };
    checkTokens(findings, facts, NOW);
    checkUsage(findings, facts, NOW);
    return findings.all.map(({ name }) => name);
  };
  expect(names([MAIN])).toEqual(['silent']);
  expect(names([])).toEqual(['noToken']);
});

test('more than 40,000 failures are a finding, whatever their share', () => {
  const findings = new Findings<DeploymentDiagnosis>(DEPLOYMENT_DIAGNOSES);
  const day = { day: '2026-06-01', requests: 1_000_000 };
  const usageWith = (failures: number): ConnectionUsage => ({
    lastRequestAt: ago(0),
    days: [{ ...day, failures }],
  });
  const facts = { ...NOTHING, connection: CONNECTION, tokens: [MAIN] };
  checkUsage(findings, { ...facts, usage: usageWith(40_000) }, NOW);
  expect(findings.all).toEqual([]);
  checkUsage(findings, { ...facts, usage: usageWith(40_001) }, NOW);
  expect(findings.all.map(({ name }) => name)).toEqual(['errorRatio']);
});
