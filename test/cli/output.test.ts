import { CommanderError } from 'commander';
import fc from 'fast-check';
import type { LogEntry } from '../../client';
import { ScimClientError } from '../../client';
import { logText } from '../../cli/commands/log-text';
import { exitCodeOf, UnreachableError, UsageError } from '../../cli/errors';
import { durationSeconds, relativeTime } from '../../cli/output/time';

const NOW = Date.parse('2026-06-15T12:00:00Z');

test.each([
  ['2026-06-15T12:00:00Z', 'just now'],
  ['2026-06-15T11:59:18Z', '42 seconds ago'],
  ['2026-06-15T10:01:00Z', '1 hour ago'],
  ['2026-06-18T12:00:00Z', 'in 3 days'],
  ['2027-06-14T12:00:00Z', 'in 12 months'],
  ['2023-06-15T12:00:00Z', '3 years ago'],
])('relativeTime of %s is "%s"', (time, text) => {
  expect(relativeTime(time, NOW)).toBe(text);
});

test('relativeTime names the past and the future, for any time', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 3_000_000_000 }), (seconds) => {
      const at = (time: number): string => relativeTime(new Date(time).toISOString(), NOW);
      expect(at(NOW + seconds * 1000)).toMatch(/^in [1-9]\d* [a-z]+$/);
      expect(at(NOW - seconds * 1000)).toMatch(/^[1-9]\d* [a-z]+ ago$/);
    }),
  );
});

test.each([
  ['90s', 90],
  ['30m', 1800],
  ['12h', 43_200],
  ['7d', 604_800],
  ['0s', 0],
  ['7', undefined],
  ['-1d', undefined],
  ['1.5h', undefined],
  ['1w', undefined],
  ['', undefined],
])('durationSeconds of "%s" is %s', (text, seconds) => {
  expect(durationSeconds(text)).toBe(seconds);
});

test.each<[Error, number]>([
  [new UsageError(''), 2],
  [new UnreachableError(''), 3],
  [new CommanderError(0, 'commander.help', ''), 0],
  [new CommanderError(1, 'commander.unknownOption', ''), 2],
  [new ScimClientError('', 0), 3],
  [new ScimClientError('', 400), 2],
  [new ScimClientError('', 403), 3],
  [new ScimClientError('', 404), 2],
  [new ScimClientError('', 409), 2],
  [new ScimClientError('', 429), 3],
  [new ScimClientError('', 503), 3],
  [new TypeError('a bug'), 3],
])('exitCodeOf %s is %i', (error, code) => {
  expect(exitCodeOf(error)).toBe(code);
});

const FAILURE = {
  kind: 'failure',
  id: '1',
  at: '2026-06-15T12:00:00.000Z',
  requestId: 'r',
  method: 'POST',
  route: '/v2/connections/{connectionId}/Users',
  status: 409,
  latency: 9,
  count: 3,
  name: 'ann@acme.example',
  cause: 'duplicateUser',
  attribute: 'userName',
  title: 'Another user has this userName',
  meaning: 'Two users.',
  remedy: 'Rename one.',
} as const satisfies LogEntry;

test('a failure is explained once', () => {
  const explained = new Set<string>();
  expect(logText(FAILURE, explained).split('\n')).toEqual([
    '2026-06-15T12:00:00.000Z  409  POST /Users  ann@acme.example  (3 times)',
    '  Another user has this userName (duplicateUser)',
    '    Attribute: userName.',
    '    Two users.',
    '    What to do: Rename one.',
  ]);
  expect(logText(FAILURE, explained)).not.toContain('What to do');
});

test.each<[string, LogEntry, string]>([
  [
    'a change',
    {
      kind: 'change',
      id: '2',
      at: FAILURE.at,
      requestId: 'r',
      token: 't',
      action: 'changed',
      resourceType: 'User',
      resourceId: '7',
      name: 'ann@acme.example',
      latency: 5,
      changes: [{ attribute: 'active', from: true, to: false }, { attribute: 'nickName' }],
    },
    'changed  User ann@acme.example  active: true → false, nickName',
  ],
  [
    'a change of members',
    {
      kind: 'change',
      id: '3',
      at: FAILURE.at,
      requestId: 'r',
      token: 't',
      action: 'changed',
      resourceType: 'Group',
      resourceId: '7',
      latency: 5,
      changes: [],
      members: { added: 2, removed: 0 },
    },
    'changed  Group 7  2 members added',
  ],
  [
    'a mail',
    {
      kind: 'mail',
      id: '4',
      at: FAILURE.at,
      requestId: 'r',
      mail: 'failures',
      error: 'MessageRejected',
      cause: 'mailNotSent',
      title: 'A mail was not sent',
      meaning: 'SES refused it.',
      remedy: 'Verify the address.',
    },
    'mail  failures: MessageRejected',
  ],
])('%s is described in one line', (_, entry, line) => {
  expect(logText(entry, new Set()).split('\n')[0]).toBe(`${FAILURE.at}  ${line}`);
});
