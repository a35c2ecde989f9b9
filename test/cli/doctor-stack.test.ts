import { Duration } from 'aws-cdk-lib';
import type { Connection, ConnectionDeletion, Webhook } from '../../client';
import { checkClock } from '../../cli/doctor/operator/clock-check';
import {
  DEPLOYMENT_DIAGNOSES,
  type DeploymentDiagnosis,
} from '../../cli/doctor/operator/diagnoses';
import { SERVER_DIAGNOSES } from '../../cli/doctor/identity-provider/diagnoses';
import { Findings } from '../../cli/doctor/finding';
import { checkStack } from '../../cli/doctor/operator/stack-checks';
import type { StackFacts } from '../../cli/doctor/operator/stack-facts';
import { readTemplate } from '../../cli/doctor/operator/stack-template';
import { IdentityProvider } from '../../lib';
import { provide } from '../lib/support';

/** What the doctor finds in AWS: faults are seeded one at a time into healthy facts. */

const NOW = Date.parse('2026-06-01T12:00:00Z');
const LONG_AGO = '2026-01-01T00:00:00.000Z';
const JUST_NOW = '2026-06-01T11:58:00.000Z';

/** The template of a stack that declares a connection, sends mails and has alarms. */
const TEMPLATE = readTemplate(
  JSON.stringify(
    provide(() => ({
      connections: [
        {
          id: 'acme',
          displayName: 'Acme',
          identityProvider: IdentityProvider.ENTRA,
          rotation: { every: Duration.days(90) },
          rateLimit: { requestsPerSecond: 50 },
        },
      ],
      failureMail: { sender: 'scim@acme.example', recipients: ['ops@acme.example'] },
      alarms: {},
    }))
      .template()
      .toJSON(),
  ),
);
const { deployment = '' } = TEMPLATE;

/** The connection as the stack declares it. */
const CONNECTION: Connection = {
  id: 'acme',
  displayName: 'Acme',
  identityProvider: 'entra',
  enabled: true,
  userDeletion: 'retain',
  groups: true,
  tokenExpiresInDays: 365,
  rotation: { everyDays: 90, overlapDays: 7 },
  rateLimit: { requestsPerSecond: 50, burst: 200 },
  adoption: 'off',
  secret: true,
  createdAt: LONG_AGO,
  schemas: [],
  secretName: `${deployment}/acme`,
  scimBaseUrl: 'https://x/v2/connections/acme',
};

const DELETION: ConnectionDeletion = {
  id: 'acme',
  displayName: 'Acme',
  enabled: false,
  deletion: { startedAt: LONG_AGO, removed: 1 },
};

const WEBHOOK: Webhook = {
  id: 'w1',
  url: 'https://app.example/hook',
  description: '',
  types: [],
  connections: [],
  enabled: true,
  createdAt: LONG_AGO,
};

const secret = (name: string, createdAt = LONG_AGO): { name: string; createdAt: number } => ({
  name: `${deployment}/${name}`,
  createdAt: Date.parse(createdAt),
});

const SECRETS = [secret('acme'), secret('webhooks/w1')];
const MAIL = { sender: 'scim@acme.example', isVerified: true, isInSandbox: false, canSend: true };

const HEALTHY: StackFacts = {
  deployment,
  declared: TEMPLATE.connections,
  alarms: [],
  secrets: SECRETS,
  mail: MAIL,
};

function found(
  facts: Partial<StackFacts>,
  connections: readonly (Connection | ConnectionDeletion)[] = [CONNECTION],
): readonly string[] {
  const findings = new Findings<DeploymentDiagnosis>(DEPLOYMENT_DIAGNOSES);
  checkStack(findings, { ...HEALTHY, ...facts }, { connections, webhooks: [WEBHOOK] }, NOW);
  return findings.all.map(({ name, seen, remedy }) => `${name}: ${seen} ${remedy}`);
}

const named = (name: DeploymentDiagnosis, text: string): readonly unknown[] => [
  expect.stringMatching(new RegExp(`^${name}: .*${text}`, 's')),
];

test('the doctor finds nothing in a healthy stack, nor in what it could not read', () => {
  expect(found({})).toEqual([]);
  const unread = { deployment: undefined, alarms: undefined, secrets: undefined, mail: undefined };
  expect(found(unread)).toEqual([]);
  const unknown = { declared: [{ id: 'acme', settings: undefined }] };
  expect(found(unknown)).toEqual([]);
});

test('the template names the deployment, the sender, connections and alarms', () => {
  expect(TEMPLATE).toMatchObject({
    deployment: expect.stringMatching(/^Test\//) as string,
    sender: 'scim@acme.example',
    connections: [{ id: 'acme', settings: { displayName: 'Acme' } }],
    nested: [],
  });
  expect(TEMPLATE.alarms).toHaveLength(17);
  const foreign = {
    Resources: {
      Other: {
        Type: 'AWS::Lambda::Function',
        Properties: { Environment: { Variables: { DEPLOYMENT: 'blue' } } },
      },
      Unknown: {
        Type: 'Custom::ScimConnection',
        Properties: { Id: 'x', Settings: { 'Fn::Join': ['', []] } },
      },
    },
  };
  expect(readTemplate(JSON.stringify(foreign))).toMatchObject({
    deployment: undefined,
    connections: [{ id: 'x', settings: undefined }],
  });
});

test('an alarm that is on is a finding with the page of the runbook', () => {
  const description = 'SES refuses. Mails are late. See https://x.example/runbook.md#mail';
  const alarm = { name: 'Scim-Mail', description, since: NOW - 7_200_000 };
  expect(found({ alarms: [alarm] })).toEqual([
    'alarm: Scim-Mail is on since 2 hours ago: SES refuses. Mails are late. ' +
      'Follow https://x.example/runbook.md#mail.',
  ]);
});

test.each([
  ['senderNotVerified', { isVerified: false }, 'scim@acme.example'],
  ['sesSandbox', { isInSandbox: true }, 'production access'],
  ['sesPaused', { canSend: false, isInSandbox: true }, 'paused'],
] as const)('the doctor finds %s', (name, fault, text) => {
  expect(found({ mail: { ...MAIL, ...fault } })).toEqual(named(name, text));
});

test('secrets without a connection or webhook are findings, except for new ones', () => {
  for (const name of ['gone', 'webhooks/w2']) {
    expect(found({ secrets: [...SECRETS, secret(name)] })).toEqual(named('orphanedSecret', name));
  }
  // Deeper names belong to another deployment.
  const others = [secret('new', JUST_NOW), secret('blue/acme')];
  expect(found({ secrets: [...SECRETS, ...others] })).toEqual([]);
});

test('a connection without its secret is a finding, unless it is new or has none', () => {
  const [, ofWebhook] = SECRETS;
  const secrets = ofWebhook === undefined ? [] : [ofWebhook];
  expect(found({ secrets })).toEqual(named('secretMissing', 'acme should have'));
  expect(found({ secrets }, [{ ...CONNECTION, createdAt: JUST_NOW }])).toEqual([]);
  const { secretName: _, ...without } = CONNECTION;
  expect(found({ secrets }, [{ ...without, secret: false }])).toEqual([]);
});

test.each([
  [{ displayName: 'Acme Ltd' }, 'displayName is "Acme Ltd", and declared as "Acme"'],
  [{ identityProvider: 'okta' }, 'identityProvider is "okta"'],
  [{ groups: false }, 'groups is false, and declared as true'],
  [{ rotation: { everyDays: 30, overlapDays: 7 } }, 'rotation is'],
  [{ rateLimit: { requestsPerSecond: 5, burst: 200 } }, 'rateLimit is'],
  [{ actsAs: 'acc-1' }, 'actsAs is "acc-1", and declared as not set'],
  [{ failureMail: { recipients: [] } }, 'failureMail is'],
  [{ adoption: 'userName' }, 'adoption is "userName", and declared as "off"'],
] as const)('the doctor finds that a declared connection has %j', (change, text) => {
  expect(found({}, [{ ...CONNECTION, ...change }])).toEqual(named('drift', text));
});

test('a declared connection that does not exist is a finding', () => {
  const secrets = SECRETS.slice(1);
  expect(found({ secrets }, [])).toEqual(named('declaredMissing', '"acme"'));
  expect(found({ secrets }, [DELETION])).toEqual(named('declaredMissing', '"acme"'));
});

test.each([
  [30_000, []],
  [-30_000, []],
  [600_000, ['It is 600 seconds ahead of AWS.']],
  [-600_000, ['It is 600 seconds behind AWS.']],
])('a clock that is off by %i ms', (difference, seen) => {
  const findings = new Findings<DeploymentDiagnosis>(DEPLOYMENT_DIAGNOSES);
  checkClock(findings, NOW, NOW + difference);
  expect(findings.all.map((each) => each.seen)).toEqual(seen);
});

test('the ids of the findings are unique and in order', () => {
  const ids = (table: Readonly<Record<string, { readonly id: string }>>): readonly string[] =>
    Object.values(table).map(({ id }) => id);
  const from = (first: number, all: readonly string[]): readonly string[] =>
    all.map((_, index) => `D${String(first + index).padStart(3, '0')}`);
  const [server, operator] = [ids(SERVER_DIAGNOSES), ids(DEPLOYMENT_DIAGNOSES)];
  expect(server).toEqual(from(1, server));
  expect(operator).toEqual(from(101, operator));
});
