import { Duration } from 'aws-cdk-lib';
import { marshall } from '@aws-sdk/util-dynamodb';
import { setTimeout as sleep } from 'node:timers/promises';
import { logPartition, noticePartition } from '../../directory/store/keys';
import type { Item } from '../../directory/store/item';
import { admin, Client, USER, type Body } from '../support/client';
import { eventually } from '../support/own-server';
import { FaultySystem } from './faulty-system';

/* Failures are mailed even if the mailing function dies at any of its calls, or SES fails. */

let system: FaultySystem;
let sequence = 100;

beforeAll(async () => {
  system = await FaultySystem.start(undefined, {
    failureMail: {
      sender: 'scim@acme.example',
      recipients: ['ops@acme.example'],
      window: Duration.seconds(1),
    },
  });
}, 60_000);

afterAll(() => system.stop());

/** Creates a connection with two failed requests that have different causes. */
async function connectWithFailures(): Promise<{
  readonly client: Client;
  readonly event: object;
  readonly recipient: string;
}> {
  for (const proxy of [system.proxy, system.mailProxy]) proxy.watch();
  const recipient = `it${(sequence += 1)}@acme.example`;
  const client = await Client.connect('okta', { failureMail: { recipients: [recipient] } });
  await client.user('taken@acme.example');
  await client.post('/Users', { schemas: [USER], userName: 'taken@acme.example' });
  await client.post('/Users', { schemas: [USER], externalId: 'e' });
  const records = (await itemsOf(logPartition(client.id))).map((item) => ({
    eventName: 'INSERT',
    dynamodb: {
      Keys: marshall({ pk: item.pk, sk: item.sk }),
      NewImage: marshall(item),
      SequenceNumber: String((sequence += 1)),
    },
  }));
  expect(records).toHaveLength(2);
  return { client, recipient, event: { Records: records } };
}

async function itemsOf(partition: string): Promise<readonly Item[]> {
  return (await system.table.query(partition)).items;
}

/** Delivers a batch of the stream, and does what the schedule does when the window is over. */
async function report(event: object): Promise<void> {
  await system.invoke('Dispatcher', event);
  await system.clock.advance(1000);
  await system.invoke('Notifications', { task: 'report' });
}

/** Does what follows a death: Lambda retries the batch, and new notices are passed on. */
async function followUp(client: Client, event: object): Promise<void> {
  await sleep(50);
  // After a minute, the dead invocation's lease on the notice has ended.
  await system.clock.advance(60_000);
  for (const proxy of [system.proxy, system.mailProxy]) proxy.watch();
  await report(event);
  const items = await itemsOf(noticePartition(client.id));
  const notices = items
    .filter((item) => item['gsi1pk'] === 'unsentNotices')
    .map(({ pk, sk }) => ({ pk, sk }));
  await system.invoke('Notifications', { task: 'report', notices });
}

function mailsTo(recipient: string): number {
  return system.mailbox.mails.filter(({ recipients }) => recipients.includes(recipient)).length;
}

test('failures are mailed despite a death; twice only if the mail was not recorded', async () => {
  const counted = await connectWithFailures();
  system.proxy.watch();
  await report(counted.event);
  const { calls } = system.proxy;
  expect([calls > 4, mailsTo(counted.recipient)]).toEqual([true, 1]);
  let twice = 0;
  for (let call = 1; call <= calls; call += 1) {
    for (const takesEffect of [false, true]) {
      const { client, event, recipient } = await connectWithFailures();
      system.proxy.watch((number) =>
        number === call ? { kind: 'death', takesEffect } : undefined,
      );
      await report(event).catch(() => undefined);
      await followUp(client, event);
      expect([call, takesEffect, [1, 2].includes(mailsTo(recipient))]).toEqual([
        call,
        takesEffect,
        true,
      ]);
      twice += mailsTo(recipient) - 1;
    }
  }
  // The last call records the sent mail; only a death before it takes effect loses the record.
  expect(twice).toBeLessThanOrEqual(1);
}, 120_000);

test.each([
  ['rejects the mail', { kind: 'error', name: 'MessageRejected', status: 400 } as const, 1],
  ['breaks the connection', { kind: 'drop', takesEffect: false } as const, 1],
  ['accepts the mail silently', { kind: 'drop', takesEffect: true } as const, 2],
  ['never responds', { kind: 'hang' } as const, 1],
])(
  'if SES %s, requests work, the log shows it, and the mail follows',
  async (_, fault, atLeast) => {
    const { client, event, recipient } = await connectWithFailures();
    system.mailProxy.watch(() => fault);
    const invocation = report(event);
    expect((await client.get('/Users')).status).toBe(200);
    await invocation;
    const { requests } = (await admin('GET', `/connections/${client.id}/requests`)).body;
    expect(requests.map(({ kind, mail }: Body) => [kind, mail])).toEqual([
      ['mail', 'failures'],
      ['failure', undefined],
      ['failure', undefined],
    ]);
    expect(requests[0]).toMatchObject({
      error: expect.any(String),
      remedy: expect.stringContaining('sandbox'),
    });
    await followUp(client, event);
    expect(mailsTo(recipient)).toBeGreaterThanOrEqual(atLeast);
  },
  90_000,
);

test('a batch that is delivered again, in whole or in part, sends no second mail', async () => {
  const { event, recipient } = await connectWithFailures();
  const { Records: records } = event as { readonly Records: readonly object[] };
  await report(event);
  await report(event);
  await report({ Records: records.slice(1) });
  expect(mailsTo(recipient)).toBe(1);
});

test('other invocations leave a mail alone while it is being sent', async () => {
  const { client, event, recipient } = await connectWithFailures();
  // The first call gets no response until the function gives up and retries after ten seconds.
  let isFirst = true;
  system.mailProxy.watch(() => {
    const fault = isFirst ? ({ kind: 'hang' } as const) : undefined;
    isFirst = false;
    return fault;
  });
  const sending = report(event);
  const notice = await eventually(
    async () =>
      (await itemsOf(noticePartition(client.id))).find((item) => item['claimedAt'] !== undefined),
    (item) => item !== undefined,
  );
  const task = { task: 'report', notices: [{ pk: notice?.pk, sk: notice?.sk }] };
  await Promise.all([1, 2, 3].map(() => system.invoke('Notifications', task)));
  expect(mailsTo(recipient)).toBe(0);
  await sending;
  expect(mailsTo(recipient)).toBe(1);
}, 60_000);

test('an alarm and its end are mailed once each to the recipients of the deployment', async () => {
  const before = mailsTo('ops@acme.example');
  const event = (value: string, previous: string, time: string): object => ({
    'detail-type': 'CloudWatch Alarm State Change',
    source: 'aws.cloudwatch',
    time,
    detail: {
      alarmName: 'GatewayRefusals',
      state: { value, reason: 'Threshold Crossed: 51 >= 50', timestamp: time },
      previousState: { value: previous },
      configuration: {
        description:
          'API Gateway refuses requests. See https://example.com/runbook.md#gatewayrefusals',
      },
    },
  });
  const raised = event('ALARM', 'OK', '2026-01-01T00:00:00Z');
  await system.invoke('Notifications', raised);
  await system.invoke('Notifications', raised);
  await system.invoke('Notifications', event('OK', 'INSUFFICIENT_DATA', '2026-01-01T00:01:00Z'));
  expect(mailsTo('ops@acme.example')).toBe(before + 1);
  const mail = system.mailbox.mails.at(-1);
  expect(mail?.subject).toBe('SCIM service: API Gateway refuses requests');
  expect(mail?.text).toContain('https://example.com/runbook.md#gatewayrefusals');
  expect(mail?.text).toContain('51 >= 50');
  system.mailProxy.watch(() => ({ kind: 'error', name: 'MessageRejected', status: 400 }));
  await system.invoke('Notifications', event('OK', 'ALARM', '2026-01-01T00:05:00Z'));
  system.mailProxy.watch();
  await system.invoke('Notifications', event('OK', 'ALARM', '2026-01-01T00:05:00Z'));
  expect(system.mailbox.mails.at(-1)?.subject).toBe('SCIM service: GatewayRefusals is over');
  expect(await system.contradictions()).toEqual([]);
});

test('failures of a deleted connection are not mailed', async () => {
  const { client, event, recipient } = await connectWithFailures();
  await admin('DELETE', `/connections/${client.id}`);
  await report(event);
  expect(mailsTo(recipient)).toBe(0);
});
