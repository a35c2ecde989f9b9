import type { CommandUnknownOpts } from '@commander-js/extra-typings';
import { Duration } from 'aws-cdk-lib';
import { createCommand } from '../../cli/command';
import type { Connection, ConnectionDeletion, Webhook } from '../../client';
import { identitiesOf } from '../../cli/doctor/operator/aws-calls';
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
const [DEPLOYMENT = { name: '', sender: undefined, connections: [] }] = TEMPLATE.deployments;
const { name: deployment } = DEPLOYMENT;

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

const SECRETS = [`${deployment}/acme`, `${deployment}/webhooks/w1`];
const MAIL = { sender: 'scim@acme.example', isVerified: true, isInSandbox: false, canSend: true };

const HEALTHY: StackFacts = {
  deployment: DEPLOYMENT,
  alarms: [],
  secrets: SECRETS,
  // The list is up to date.
  hasSecret: (name) => Promise.resolve(name.endsWith('/gone') || name.endsWith('/w2')),
  mail: MAIL,
};

async function found(
  facts: Partial<StackFacts>,
  connections: readonly (Connection | ConnectionDeletion)[] = [CONNECTION],
): Promise<readonly string[]> {
  const findings = new Findings<DeploymentDiagnosis>(DEPLOYMENT_DIAGNOSES);
  await checkStack(findings, { ...HEALTHY, ...facts }, { connections, webhooks: [WEBHOOK] }, NOW);
  return findings.all.map(({ name, seen, remedy }) => `${name}: ${seen} ${remedy}`);
}

const named = (name: DeploymentDiagnosis, text: string): readonly unknown[] => [
  expect.stringMatching(new RegExp(`^${name}: .*${text}`, 's')),
];

test('the doctor finds nothing in a healthy stack, nor in what it could not read', async () => {
  expect(await found({})).toEqual([]);
  const unread = { deployment: undefined, alarms: undefined, secrets: undefined, mail: undefined };
  expect(await found(unread)).toEqual([]);
  const connections = [{ id: 'acme', settings: undefined }];
  expect(await found({ deployment: { ...DEPLOYMENT, connections } })).toEqual([]);
});

test('the template names the deployment, the sender, connections and alarms', () => {
  expect(TEMPLATE).toMatchObject({
    deployments: [
      {
        name: expect.stringMatching(/^Test\//) as string,
        sender: 'scim@acme.example',
        connections: [{ id: 'acme', settings: { displayName: 'Acme' } }],
      },
    ],
    nested: [],
  });
  expect(TEMPLATE.alarms).toHaveLength(17);
});

test('each deployment of a template has its own connections; those of others are left out', () => {
  const variables = (values: object): object => ({ Environment: { Variables: values } });
  const service = (values: object): object => ({
    Type: 'AWS::Lambda::Function',
    Properties: { Description: 'SCIM: serves', ...variables(values) },
  });
  const declares = (id: string, provider: string, settings: unknown): object => ({
    Type: 'Custom::ScimConnection',
    Properties: { Id: id, Settings: settings, ServiceToken: { 'Fn::GetAtt': [provider, 'Arn'] } },
  });
  const Resources = {
    Blue: service({ DEPLOYMENT: 'S/blue', MAIL_FROM: '' }),
    Green: service({ DEPLOYMENT: 'S/green', MAIL_FROM: 'g@acme.example' }),
    Other: { Type: 'AWS::Lambda::Function', Properties: variables({ DEPLOYMENT: 'other' }) },
    One: declares('one', 'Blue', '{"groups":true}'),
    Two: declares('two', 'Green', { 'Fn::Join': ['', []] }),
    Alarm: { Type: 'AWS::CloudWatch::Alarm', Properties: { AlarmDescription: 'of the app' } },
    Nested: { Type: 'AWS::CloudFormation::Stack' },
  };
  expect(readTemplate(JSON.stringify({ Resources }))).toEqual({
    deployments: [
      {
        name: 'S/blue',
        sender: undefined,
        connections: [{ id: 'one', settings: { groups: true } }],
      },
      {
        name: 'S/green',
        sender: 'g@acme.example',
        connections: [{ id: 'two', settings: undefined }],
      },
    ],
    alarms: [],
    nested: ['Nested'],
  });
});

test('an alarm that is on is a finding with the page of the runbook', async () => {
  const description = 'SES refuses. Mails are late. See https://x.example/runbook.md#mail';
  const alarm = { name: 'Scim-Mail', description, since: '2026-06-01T10:00:00Z' };
  expect(await found({ alarms: [alarm, { ...alarm, name: 'B', since: undefined }] })).toEqual([
    'alarm: Scim-Mail went on 2 hours ago: SES refuses. Mails are late. ' +
      'Follow https://x.example/runbook.md#mail.',
    expect.stringMatching(/^alarm: B is on: SES/),
  ]);
});

test.each([
  ['senderNotVerified', { isVerified: false }, 'scim@acme.example'],
  ['sesSandbox', { isInSandbox: true }, 'production access'],
  ['sesPaused', { canSend: false, isInSandbox: true }, 'paused'],
] as const)('the doctor finds %s', async (name, fault, text) => {
  expect(await found({ mail: { ...MAIL, ...fault } })).toEqual(named(name, text));
});

test('an address is allowed by itself, its domain and the domains above', () => {
  expect(identitiesOf('scim@mail.acme.example')).toEqual([
    'scim@mail.acme.example',
    'mail.acme.example',
    'acme.example',
  ]);
});

test('secrets without a connection or webhook are findings, if they still exist', async () => {
  for (const name of ['gone', 'webhooks/w2']) {
    const secrets = [...SECRETS, `${deployment}/${name}`];
    expect(await found({ secrets })).toEqual(named('orphanedSecret', name));
  }
  // Deeper names belong to another deployment, and the list can be out of date.
  const others = [`${deployment}/blue/gone`, `${deployment}/just-deleted`];
  expect(await found({ secrets: [...SECRETS, ...others] })).toEqual([]);
});

test('a connection without its secret is a finding, unless it has none', async () => {
  const secrets = SECRETS.slice(1);
  expect(await found({ secrets })).toEqual(named('secretMissing', 'acme should have'));
  const hasSecret = (): Promise<boolean> => Promise.resolve(true);
  expect(await found({ secrets, hasSecret })).toEqual([]);
  const { secretName: _, ...without } = CONNECTION;
  expect(await found({ secrets }, [{ ...without, secret: false }])).toEqual([]);
});

test.each([
  [{ displayName: 'Acme Ltd' }, 'displayName is "Acme Ltd", and declared as "Acme"'],
  [{ identityProvider: 'okta' }, 'identityProvider is "okta"'],
  [{ groups: false }, 'groups is false, and declared as true'],
  [{ rotation: { everyDays: 30, overlapDays: 7 } }, 'rotation is'],
  [{ rateLimit: { requestsPerSecond: 50, burst: 400 } }, 'rateLimit is'],
  [{ actsAs: 'acc-1' }, 'actsAs is "acc-1", and declared as not set'],
  [{ failureMail: { recipients: [] } }, 'failureMail is'],
  [{ adoption: 'userName' }, 'adoption is "userName", and declared as "off"'],
] as const)('the doctor finds that a declared connection has %j', async (change, text) => {
  expect(await found({}, [{ ...CONNECTION, ...change }])).toEqual(named('drift', text));
});

test('a declared connection that does not exist is a finding', async () => {
  const secrets = SECRETS.slice(1);
  expect(await found({ secrets }, [])).toEqual(named('declaredMissing', 'does not exist'));
  expect(await found({ secrets }, [DELETION])).toEqual(named('declaredMissing', 'being deleted'));
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

test('the remedies name commands and options that exist', () => {
  const program = createCommand();
  for (const { remedy } of Object.values(DEPLOYMENT_DIAGNOSES)) {
    for (const [, text = ''] of remedy.matchAll(/cdk-scim ([a-z][a-z -]*)/g)) {
      const words = text.trim().split(' ');
      const path = words.filter((word) => !word.startsWith('--'));
      const found = path.reduce<CommandUnknownOpts | undefined>(
        (command, name) => command?.commands.find((each) => each.name() === name),
        program,
      );
      expect([remedy, found?.name()]).toEqual([remedy, path.at(-1)]);
      const options = found?.options.map(({ long }) => long);
      for (const option of words.filter((word) => word.startsWith('--'))) {
        expect(options).toContain(option);
      }
    }
  }
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
