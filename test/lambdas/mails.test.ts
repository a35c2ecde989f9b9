import type { ConnectionNotice } from '../../directory/notices/notice';
import type { Mail, MailContext } from '../../lambdas/mail/mail';
import { mailOf } from '../../lambdas/mail/notice-mail';
import { connectionWith } from '../directory/support';

process.env['AWS_REGION'] = 'eu-central-1';

const at = '2026-11-26T12:00:00.000Z';
const token = { connection: 'acme', token: 'abcdefghij', expiresAt: at };
const name = `\u202Eeve${'scim_acme_abcdefghij_'.padEnd(64, 'x')} https://evil.example/login`;
const NOTICES: readonly ConnectionNotice[] = [
  { kind: 'tokenExpires', days: 7, ...token },
  { kind: 'secretExpires', days: 30, client: '0123456789abcdef', ...token },
  { kind: 'tokenRotated', earlierUntil: at, ...token },
  { kind: 'tokenNotAdopted', earlierUntil: at, reminder: '3', ...token },
  {
    kind: 'failures',
    connection: 'acme',
    causes: [
      { cause: 'tokenRefused', status: 401, count: 1, names: [name] },
      { cause: 'connectionDisabled', status: 403, count: 1, names: [] },
      { cause: 'groupsOff', status: 501, count: 1, names: [] },
      { cause: 'unknownMember', status: 200, count: 1, names: [] },
    ],
  },
  { kind: 'recovered', connection: 'acme', since: at, causes: [{ cause: 'tokenRefused' }] },
  { kind: 'silent', connection: 'acme', since: at },
  { kind: 'quarantined', connection: 'acme', since: at },
];

function mail(notice: ConnectionNotice, audience: MailContext['audience']): Mail {
  return mailOf(notice, {
    connection: { ...connectionWith({ id: 'acme' }), identityProvider: 'entra' },
    adminUrl: 'https://api.example/scim/admin',
    secretName: 'Scim/1/acme',
    audience,
    contact: 'help@example.com',
  });
}

describe.each(NOTICES)('the mail about $kind', (notice) => {
  test('has commands with their region for operators', () => {
    const { text } = mail(notice, 'operator');
    const commands = text.split('\n').filter((line) => line.startsWith('    '));
    expect(commands.length).toBeGreaterThan(0);
    for (const command of commands)
      expect(command).toMatch(/^ {4}(?:aws|npx cdk-scim) .* --region eu-central-1(?: |$)/);
    expect(text).not.toContain('help@example.com');
  });

  test('has no command for an account that the recipient has no access to', () => {
    const { text, html } = mail(notice, 'customer');
    for (const form of [text, html]) {
      expect(form).not.toMatch(/\baws|secretsmanager|\/admin\b|Scim\/1\/acme|runbook/);
      expect(form).toContain('help@example.com');
    }
  });
});

test('names are quoted without invisible characters, links and tokens', () => {
  const failures = NOTICES.find(({ kind }) => kind === 'failures');
  if (failures === undefined) throw new Error('missing');
  const { text } = mail(failures, 'customer');
  expect(text).toContain('"evescim_… https[:]//evil.example/login"');
  expect(text).not.toContain('\u202E');
});
