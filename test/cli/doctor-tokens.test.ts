import type { Connection, ConnectionUsage, Token } from '../../client';
import { Findings } from '../../cli/doctor/finding';
import {
  DEPLOYMENT_DIAGNOSES,
  type DeploymentDiagnosis,
} from '../../cli/doctor/operator/diagnoses';
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
  const facts = { connection, tokens, usage, failures: [], mails: [] };
  checkTokens(findings, facts, NOW);
  checkUsage(findings, facts, NOW);
  expect(findings.all.map(({ name }) => name)).toEqual(expected);
  for (const { seen } of findings.all) expect(seen).toMatch(/^acme.*\.$/);
});

test('without a valid token, silence is no finding of its own', () => {
  const names = (tokens: readonly Token[]): readonly string[] => {
    const findings = new Findings<DeploymentDiagnosis>(DEPLOYMENT_DIAGNOSES);
    const usage = { lastRequestAt: ago(3), silentSince: ago(3), days: [] };
    const facts = { connection: CONNECTION, tokens, usage, failures: [], mails: [] };
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
  const facts = { connection: CONNECTION, tokens: [MAIN], failures: [], mails: [] };
  checkUsage(findings, { ...facts, usage: usageWith(40_000) }, NOW);
  expect(findings.all).toEqual([]);
  checkUsage(findings, { ...facts, usage: usageWith(40_001) }, NOW);
  expect(findings.all.map(({ name }) => name)).toEqual(['errorRatio']);
});
