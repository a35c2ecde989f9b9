import { setTimeout as sleep } from 'node:timers/promises';
import { RemovalPolicy } from 'aws-cdk-lib';
import { admin, send, type Body } from '../support/client';
import { CloudFormation, STACK } from './cloudformation';
import { FaultySystem } from './faulty-system';

/*
 * CloudFormation creates, changes and deletes declared connections through the function
 * `declared-connections`, which may die at any of its calls.
 */

let system: FaultySystem;
let cloudFormation: CloudFormation;
let names = 0;

beforeAll(async () => {
  system = await FaultySystem.start(undefined, {
    connections: [{ id: 'declared' }],
    removalPolicy: RemovalPolicy.DESTROY,
  });
  cloudFormation = await CloudFormation.start(system);
}, 60_000);

afterAll(async () => {
  await cloudFormation.stop();
  await system.stop();
});

interface Settings {
  readonly displayName: string;
  readonly identityProvider?: string;
  readonly rotation?: { readonly everyDays: number };
}

/** Invokes the function with an event of CloudFormation. @returns its response to CloudFormation */
async function sendEvent(
  RequestType: string,
  Id: string,
  settings: Settings,
  more: object = {},
): Promise<Body> {
  return cloudFormation.send({
    RequestType,
    LogicalResourceId: `Connection${Id}`,
    RequestId: `${Id}-${RequestType}`,
    ...(RequestType === 'Create' ? {} : { PhysicalResourceId: Id }),
    ResourceType: 'Custom::ScimConnection',
    ResourceProperties: { ServiceToken: 'arn', Id, Settings: JSON.stringify(settings) },
    ...(RequestType === 'Update' ? { OldResourceProperties: { Id, Settings: '{}' } } : {}),
    ...more,
  });
}

function newId(): string {
  return `declared-${(names += 1)}`;
}

/** Returns the status of a SCIM request with the token in the connection's secret. */
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

test('Create, Update and Delete succeed; only the secret contains the token', async () => {
  const id = newId();
  expect(await sendEvent('Create', id, settings)).toEqual({
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
  // Settings that are no longer declared return to their defaults; the token stays.
  expect(await sendEvent('Update', id, { displayName: 'Renamed' })).toMatchObject({
    Status: 'SUCCESS',
  });
  const changed = (await admin('GET', `/connections/${id}`)).body;
  expect(changed).toMatchObject({ displayName: 'Renamed', identityProvider: 'generic' });
  expect(changed).not.toHaveProperty('rotation');
  expect((await admin('GET', `/connections/${id}/tokens`)).body).toHaveLength(1);
  expect((await admin('GET', `/connections/${id}/audit`)).body.acts[0]).toMatchObject({
    actor: STACK,
  });
  expect(await sendEvent('Delete', id, settings)).toMatchObject({
    Status: 'SUCCESS',
    PhysicalResourceId: id,
  });
  expect((await admin('GET', `/connections/${id}/tokens`)).status).toBe(404);
  expect(await sendEvent('Delete', id, settings)).toMatchObject({ Status: 'SUCCESS' });
});

test('Update replaces the declared settings and does not merge them', async () => {
  const id = newId();
  const before = {
    displayName: 'A',
    rotation: { everyDays: 30, overlapDays: 14 },
    tokenExpiresInDays: 100,
  };
  await sendEvent('Create', id, before);
  const after = { displayName: 'A', rotation: { everyDays: 10 } };
  expect(await sendEvent('Update', id, after)).toMatchObject({ Status: 'SUCCESS' });
  const { body } = await admin('GET', `/connections/${id}`);
  expect(body).toMatchObject({
    rotation: { everyDays: 10, overlapDays: 7 },
    tokenExpiresInDays: 365,
  });
});

test('a declared trust is set, changed and ended, and one of an operator stays', async () => {
  const id = newId();
  const tenant = '11111111-2222-3333-4444-555555555555';
  const trust = {
    issuer: `https://login.microsoftonline.com/${tenant}/v2.0`,
    subject: 'one',
    audiences: ['api://app'],
  };
  const path = `/connections/${id}/trust`;
  const update = (after: Settings): Promise<Body> => sendEvent('Update', id, after);
  const declared = { ...settings, trust };
  expect(await sendEvent('Create', id, declared)).toMatchObject({ Status: 'SUCCESS' });
  expect((await admin('GET', path)).body).toMatchObject({ ...trust, tenantId: tenant });
  const changed = { ...settings, trust: { ...trust, subject: 'two' } };
  expect(await update(changed)).toMatchObject({ Status: 'SUCCESS' });
  expect((await admin('GET', path)).body).toMatchObject({ subject: 'two' });
  expect(await update(settings)).toMatchObject({ Status: 'SUCCESS' });
  expect((await admin('GET', path)).status).toBe(404);
  await admin('PUT', path, trust);
  expect(await update(settings)).toMatchObject({ Status: 'SUCCESS' });
  expect((await admin('GET', path)).status).toBe(200);
  // The same trust, declared: another stack that takes the connection over ends it.
  expect(await update(declared)).toMatchObject({ Status: 'SUCCESS' });
  const other = { StackId: STACK.replace('/Scim/1', '/Other/4') };
  expect(await sendEvent('Create', id, settings, other)).toMatchObject({ Status: 'SUCCESS' });
  expect((await admin('GET', path)).status).toBe(404);
  const wrong = { ...settings, trust: { ...trust, issuer: 'https://evil.example' } };
  expect(await sendEvent('Update', id, wrong, other)).toMatchObject({
    Status: 'FAILED',
    Reason: expect.stringContaining('/issuer') as string,
  });
});

test('an event without the properties of the construct gets a FAILED response', async () => {
  expect(
    await sendEvent('Create', newId(), settings, { ResourceProperties: { Id: 'x' } }),
  ).toMatchObject({
    Status: 'FAILED',
  });
});

test('a connection that was not declared is neither taken over nor deleted', async () => {
  const id = newId();
  await admin('POST', '/connections', { id, displayName: 'Theirs' });
  const { Status, Reason } = await sendEvent('Create', id, settings);
  expect([Status, Reason]).toEqual([
    'FAILED',
    expect.stringContaining(`DELETE /connections/${id}`),
  ]);
  // CloudFormation rolls back the failed creation.
  expect(await sendEvent('Delete', id, settings)).toMatchObject({ Status: 'SUCCESS' });
  expect((await admin('GET', `/connections/${id}`)).body).toMatchObject({
    displayName: 'Theirs',
    enabled: true,
  });
});

test('Update with another id creates another connection', async () => {
  const [id, other] = [newId(), newId()];
  await sendEvent('Create', id, settings);
  const moved = { OldResourceProperties: { Id: id }, LogicalResourceId: `Connection${id}` };
  expect(
    await sendEvent('Update', other, settings, { ...moved, PhysicalResourceId: id }),
  ).toMatchObject({
    Status: 'SUCCESS',
    PhysicalResourceId: other,
  });
  expect(await statusWithSecret(other)).toBe(200);
});

test('the response names an invalid setting', async () => {
  const { Status, Reason } = await sendEvent('Create', newId(), {
    ...settings,
    identityProvider: 'nosuch',
  });
  expect([Status, Reason]).toEqual(['FAILED', expect.stringContaining('/identityProvider')]);
});

test('a failed secret leaves no connection, and the next attempt creates both', async () => {
  const id = newId();
  system.secretsProxy.watch((_, operation) =>
    operation === 'CreateSecret'
      ? { kind: 'error', name: 'AccessDeniedException', status: 400 }
      : undefined,
  );
  const { Status, Reason } = await sendEvent('Create', id, settings);
  expect([Status, Reason]).toEqual(['FAILED', expect.stringContaining('The log of the function')]);
  system.secretsProxy.watch();
  expect((await admin('GET', `/connections/${id}`)).status).toBe(404);
  expect(await sendEvent('Create', id, settings)).toMatchObject({ Status: 'SUCCESS' });
});

test('a function that dies at any call completes the connection on the next attempt', async () => {
  for (const proxy of [system.proxy, system.secretsProxy]) {
    proxy.watch();
    await sendEvent('Create', newId(), settings);
    const { calls } = proxy;
    expect(calls).toBeGreaterThan(1);
    for (let call = 1; call <= calls; call += 1) {
      for (const takesEffect of [false, true]) {
        const id = newId();
        proxy.watch((number) => (number === call ? { kind: 'death', takesEffect } : undefined));
        await sendEvent('Create', id, settings).catch(() => undefined);
        await sleep(50);
        proxy.watch();
        expect(await sendEvent('Create', id, settings)).toMatchObject({
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

test('a connection is created once the permissions of a new role take effect', async () => {
  let denied = 0;
  const deny = (_call: number, operation: string) => {
    if (operation !== 'CreateSecret' && operation !== 'TransactWriteItems') return undefined;
    denied += 1;
    return denied > 2
      ? undefined
      : ({ kind: 'error', name: 'AccessDeniedException', status: 400 } as const);
  };
  system.proxy.watch(deny);
  system.secretsProxy.watch(deny);
  const { Status: status } = await sendEvent('Create', 'permitted', { displayName: 'P' });
  system.proxy.watch();
  system.secretsProxy.watch();
  expect([status, denied > 2]).toEqual(['SUCCESS', true]);
  expect((await admin('GET', '/connections/permitted')).status).toBe(200);
}, 60_000);

test('a secret with its name whose deletion is scheduled is restored', async () => {
  await sendEvent('Create', 'other', { displayName: 'O' });
  const { secretName } = (await admin('GET', '/connections/other')).body;
  const name = String(secretName).replace(/[^/]*$/, 'restored');
  await system.createSecret(name, 'left over');
  system.secrets.scheduleDeletion(name);
  const { Status: status } = await sendEvent('Create', 'restored', { displayName: 'R' });
  expect([status, system.secrets.valueOf(name)]).toEqual([
    'SUCCESS',
    expect.stringMatching(/^scim_restored_/),
  ]);
});

test('a stack takes over a connection that another stack declared in its table', async () => {
  const id = newId();
  await sendEvent('Create', id, settings);
  const other = { StackId: STACK.replace('/Scim/1', '/Other/2') };
  expect(await sendEvent('Create', id, { displayName: 'Taken' }, other)).toMatchObject({
    Status: 'SUCCESS',
  });
  const { body } = await admin('GET', `/connections/${id}`);
  expect(body).toMatchObject({
    displayName: 'Taken',
    declaredBy: `${other.StackId}/Connection${id}`,
  });
  expect(await statusWithSecret(id)).toBe(200);
  // The stack that lost it does not delete it any more.
  expect(await sendEvent('Delete', id, settings)).toMatchObject({ Status: 'SUCCESS' });
  expect(await statusWithSecret(id)).toBe(200);
  // Another resource of the same stack does not take it.
  const rival = { ...other, LogicalResourceId: 'Rival' };
  expect(await sendEvent('Create', id, settings, rival)).toMatchObject({ Status: 'FAILED' });
});

test('without its secret, as in another region, earlier tokens outlast the takeover', async () => {
  const id = newId();
  await sendEvent('Create', id, settings);
  const { secretName, scimBaseUrl } = (await admin('GET', `/connections/${id}`)).body;
  const token = system.secrets.valueOf(String(secretName));
  await system.deleteSecret(String(secretName));
  const other = { StackId: STACK.replace('/Scim/1', '/Other/3') };
  expect(await sendEvent('Create', id, settings, other)).toMatchObject({ Status: 'SUCCESS' });
  expect(await statusWithSecret(id)).toBe(200);
  const headers = { Authorization: `Bearer ${String(token)}` };
  expect((await send('GET', `${String(scimBaseUrl)}/Users`, headers)).status).toBe(200);
});
