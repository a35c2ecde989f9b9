import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { text } from 'node:stream/consumers';
import { RemovalPolicy } from 'aws-cdk-lib';
import { admin, send, type Body } from '../support/client';
import { FaultySystem } from './faulty-system';

/** CloudFormation makes, changes and deletes declared connections through the function `declared-connections`, which may die at any of its calls. */

const STACK = 'arn:aws:cloudformation:us-east-1:000000000000:stack/Scim/1';

let system: FaultySystem;
let answers: Server;
let answer: Body;
let names = 0;

beforeAll(async () => {
  system = await FaultySystem.start(undefined, {
    connections: [{ id: 'declared' }],
    removalPolicy: RemovalPolicy.DESTROY,
  });
  // Where CloudFormation takes answers: a URL of S3, signed for a PUT without a type of content.
  answers = createServer((request, response) => {
    const { method, headers } = request;
    void text(request).then((body) => {
      answer =
        method === 'PUT' && headers['content-type'] === ''
          ? JSON.parse(body)
          : { Status: 'UNSIGNED' };
      response.end();
    });
  });
  await new Promise<void>((resolve) => answers.listen(0, '127.0.0.1', resolve));
}, 60_000);

afterAll(async () => {
  await new Promise((resolve) => answers.close(resolve));
  await system.stop();
});

interface Settings {
  readonly displayName: string;
  readonly identityProvider?: string;
  readonly rotation?: { readonly everyDays: number };
}

/** Tells the function what CloudFormation would, and what it is told. */
async function tell(
  RequestType: string,
  Id: string,
  settings: Settings,
  more: object = {},
): Promise<Body> {
  answer = undefined;
  const { port } = answers.address() as AddressInfo;
  await system.invoke('Declaration', {
    RequestType,
    StackId: STACK,
    RequestId: `${Id}-${RequestType}`,
    LogicalResourceId: `Connection${Id}`,
    ...(RequestType === 'Create' ? {} : { PhysicalResourceId: Id }),
    ResponseURL: `http://127.0.0.1:${port}/answer?signature=x`,
    ResourceType: 'Custom::ScimConnection',
    ResourceProperties: { ServiceToken: 'arn', Id, Settings: JSON.stringify(settings) },
    ...more,
  });
  return answer;
}

function newId(): string {
  return `declared-${(names += 1)}`;
}

/** What the SCIM endpoint answers to the token that is in the connection's secret. */
async function statusWithSecret(id: string): Promise<number> {
  const { body } = await admin('GET', `/connections/${id}`);
  const headers = {
    Authorization: `Bearer ${String(system.secrets.valueOf(String(body.secretName)))}`,
  };
  return (await send('GET', `${String(body.scimBaseUrl)}/Users`, headers)).status;
}

const settings: Settings = {
  displayName: 'Declared',
  identityProvider: 'okta',
  rotation: { everyDays: 30 },
};

test('it is made, with its token in the secret and nowhere in the answer; changed; and deleted', async () => {
  const id = newId();
  expect(await tell('Create', id, settings)).toEqual({
    Status: 'SUCCESS',
    PhysicalResourceId: id,
    StackId: STACK,
    RequestId: `${id}-Create`,
    LogicalResourceId: `Connection${id}`,
  });
  expect(await statusWithSecret(id)).toBe(200);
  const declaredBy = `${STACK}/Connection${id}`;
  const { body } = await admin('GET', `/connections/${id}`);
  expect(body).toMatchObject({
    displayName: 'Declared',
    identityProvider: 'okta',
    declaredBy,
    enabled: true,
  });
  expect(body.rotation).toEqual({ everyDays: 30, overlapDays: 7 });
  // What is declared no more goes back to its default; the token stays.
  expect(await tell('Update', id, { displayName: 'Renamed' })).toMatchObject({ Status: 'SUCCESS' });
  const changed = (await admin('GET', `/connections/${id}`)).body;
  expect(changed).toMatchObject({ displayName: 'Renamed', identityProvider: 'generic' });
  expect(changed).not.toHaveProperty('rotation');
  expect((await admin('GET', `/connections/${id}/tokens`)).body).toHaveLength(1);
  expect((await admin('GET', `/connections/${id}/audit`)).body.acts[0]).toMatchObject({
    actor: STACK,
  });
  expect(await tell('Delete', id, settings)).toMatchObject({
    Status: 'SUCCESS',
    PhysicalResourceId: id,
  });
  expect((await admin('GET', `/connections/${id}/tokens`)).status).toBe(404);
  expect(await tell('Delete', id, settings)).toMatchObject({ Status: 'SUCCESS' });
});

test('what is declared replaces what was declared before, and is not merged with it', async () => {
  const id = newId();
  const before = {
    displayName: 'A',
    rotation: { everyDays: 30, overlapDays: 14 },
    tokenExpiresInDays: 100,
  };
  await tell('Create', id, before);
  const after = { displayName: 'A', rotation: { everyDays: 10 } };
  expect(await tell('Update', id, after)).toMatchObject({ Status: 'SUCCESS' });
  const { body } = await admin('GET', `/connections/${id}`);
  expect(body).toMatchObject({
    rotation: { everyDays: 10, overlapDays: 7 },
    tokenExpiresInDays: 365,
  });
});

test('an event that is not one of this construct is answered, too', async () => {
  expect(
    await tell('Create', newId(), settings, { ResourceProperties: { Id: 'x' } }),
  ).toMatchObject({
    Status: 'FAILED',
  });
});

test('what somebody else has made is neither taken over nor deleted', async () => {
  const id = newId();
  await admin('POST', '/connections', { id, displayName: 'Theirs' });
  const { Status, Reason } = await tell('Create', id, settings);
  expect([Status, Reason]).toEqual([
    'FAILED',
    expect.stringContaining(`DELETE /connections/${id}`),
  ]);
  // CloudFormation rolls a creation back that failed.
  expect(await tell('Delete', id, settings)).toMatchObject({ Status: 'SUCCESS' });
  expect((await admin('GET', `/connections/${id}`)).body).toMatchObject({
    displayName: 'Theirs',
    enabled: true,
  });
});

test('another id is another connection', async () => {
  const [id, other] = [newId(), newId()];
  await tell('Create', id, settings);
  const moved = { OldResourceProperties: { Id: id }, LogicalResourceId: `Connection${id}` };
  expect(await tell('Update', other, settings, { ...moved, PhysicalResourceId: id })).toMatchObject(
    {
      Status: 'SUCCESS',
      PhysicalResourceId: other,
    },
  );
  expect(await statusWithSecret(other)).toBe(200);
});

test('settings that are wrong are named', async () => {
  const { Status, Reason } = await tell('Create', newId(), {
    ...settings,
    identityProvider: 'nosuch',
  });
  expect([Status, Reason]).toEqual(['FAILED', expect.stringContaining('/identityProvider')]);
});

test('when its secret cannot be made there is no connection, and the next attempt makes it', async () => {
  const id = newId();
  system.secretsProxy.watch((_, operation) =>
    operation === 'CreateSecret'
      ? { kind: 'error', name: 'AccessDeniedException', status: 400 }
      : undefined,
  );
  const { Status, Reason } = await tell('Create', id, settings);
  expect([Status, Reason]).toEqual(['FAILED', expect.stringContaining('The log of the function')]);
  system.secretsProxy.watch();
  expect((await admin('GET', `/connections/${id}`)).status).toBe(404);
  expect(await tell('Create', id, settings)).toMatchObject({ Status: 'SUCCESS' });
});

test('wherever it dies, it is made whole when the event comes again', async () => {
  for (const proxy of [system.proxy, system.secretsProxy]) {
    proxy.watch();
    await tell('Create', newId(), settings);
    const { calls } = proxy;
    expect(calls).toBeGreaterThan(1);
    for (let call = 1; call <= calls; call += 1) {
      for (const takesEffect of [false, true]) {
        const id = newId();
        proxy.watch((number) => (number === call ? { kind: 'death', takesEffect } : undefined));
        await tell('Create', id, settings).catch(() => undefined);
        await sleep(50);
        proxy.watch();
        expect(await tell('Create', id, settings)).toMatchObject({
          Status: 'SUCCESS',
          PhysicalResourceId: id,
        });
        expect(await statusWithSecret(id)).toBe(200);
        expect(system.secrets.rotationOf(await secretNameOf(id))).toMatchObject({ days: 30 });
      }
    }
  }
  expect(await system.contradictions()).toEqual([]);
}, 120_000);

async function secretNameOf(id: string): Promise<string> {
  return String((await admin('GET', `/connections/${id}`)).body.secretName);
}
