import { admin, type Body } from '../support/client';
import { STACK } from './cloudformation';
import { DeclaredStack, SETTINGS, type Settings } from './declared-stack';

/*
 * CloudFormation creates, changes and deletes declared connections through the function
 * `declared-connections`, which may die at any of its calls.
 */

let stack: DeclaredStack;

beforeAll(async () => {
  stack = await DeclaredStack.start();
}, 60_000);

afterAll(async () => {
  await stack.stop();
});

test('Create, Update and Delete succeed; only the secret contains the token', async () => {
  const id = stack.newId();
  expect(await stack.declare('Create', id, SETTINGS)).toEqual({
    Status: 'SUCCESS',
    PhysicalResourceId: id,
    StackId: STACK,
    RequestId: `${id}-Create`,
    LogicalResourceId: `Connection${id}`,
  });
  expect(await stack.statusWithSecret(id)).toBe(200);
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
  expect(await stack.declare('Update', id, { displayName: 'Renamed' })).toMatchObject({
    Status: 'SUCCESS',
  });
  const changed = (await admin('GET', `/connections/${id}`)).body;
  expect(changed).toMatchObject({ displayName: 'Renamed', identityProvider: 'generic' });
  expect(changed).not.toHaveProperty('rotation');
  expect((await admin('GET', `/connections/${id}/tokens`)).body).toHaveLength(1);
  expect((await admin('GET', `/connections/${id}/audit`)).body.acts[0]).toMatchObject({
    actor: STACK,
  });
  expect(await stack.declare('Delete', id, SETTINGS)).toMatchObject({
    Status: 'SUCCESS',
    PhysicalResourceId: id,
  });
  expect((await admin('GET', `/connections/${id}/tokens`)).status).toBe(404);
  expect(await stack.declare('Delete', id, SETTINGS)).toMatchObject({ Status: 'SUCCESS' });
});

test('Update replaces the declared settings and does not merge them', async () => {
  const id = stack.newId();
  const before = {
    displayName: 'A',
    rotation: { everyDays: 30, overlapDays: 14 },
    tokenExpiresInDays: 100,
  };
  await stack.declare('Create', id, before);
  const after = { displayName: 'A', rotation: { everyDays: 10 } };
  expect(await stack.declare('Update', id, after)).toMatchObject({ Status: 'SUCCESS' });
  const { body } = await admin('GET', `/connections/${id}`);
  expect(body).toMatchObject({
    rotation: { everyDays: 10, overlapDays: 7 },
    tokenExpiresInDays: 365,
  });
});

test('a declared trust is set, changed and ended, and one of an operator stays', async () => {
  const id = stack.newId();
  const tenant = '11111111-2222-3333-4444-555555555555';
  const trust = {
    issuer: `https://login.microsoftonline.com/${tenant}/v2.0`,
    subject: 'one',
    audiences: ['api://app'],
  };
  const path = `/connections/${id}/trust`;
  const update = (after: Settings): Promise<Body> => stack.declare('Update', id, after);
  const declared = { ...SETTINGS, trust };
  expect(await stack.declare('Create', id, declared)).toMatchObject({ Status: 'SUCCESS' });
  expect((await admin('GET', path)).body).toMatchObject({ ...trust, tenantId: tenant });
  const changed = { ...SETTINGS, trust: { ...trust, subject: 'two' } };
  expect(await update(changed)).toMatchObject({ Status: 'SUCCESS' });
  expect((await admin('GET', path)).body).toMatchObject({ subject: 'two' });
  expect(await update(SETTINGS)).toMatchObject({ Status: 'SUCCESS' });
  expect((await admin('GET', path)).status).toBe(404);
  await admin('PUT', path, trust);
  expect(await update(SETTINGS)).toMatchObject({ Status: 'SUCCESS' });
  expect((await admin('GET', path)).status).toBe(200);
  // The same trust, declared: another stack that takes the connection over ends it.
  expect(await update(declared)).toMatchObject({ Status: 'SUCCESS' });
  const other = { StackId: STACK.replace('/Scim/1', '/Other/4') };
  expect(await stack.declare('Create', id, SETTINGS, other)).toMatchObject({ Status: 'SUCCESS' });
  expect((await admin('GET', path)).status).toBe(404);
  const wrong = { ...SETTINGS, trust: { ...trust, issuer: 'https://evil.example' } };
  expect(await stack.declare('Update', id, wrong, other)).toMatchObject({
    Status: 'FAILED',
    Reason: expect.stringContaining('/issuer') as string,
  });
});

test('an event without the properties of the construct gets a FAILED response', async () => {
  expect(
    await stack.declare('Create', stack.newId(), SETTINGS, { ResourceProperties: { Id: 'x' } }),
  ).toMatchObject({
    Status: 'FAILED',
  });
});

test('Update with another id creates another connection', async () => {
  const [id, other] = [stack.newId(), stack.newId()];
  await stack.declare('Create', id, SETTINGS);
  const moved = { OldResourceProperties: { Id: id }, LogicalResourceId: `Connection${id}` };
  expect(
    await stack.declare('Update', other, SETTINGS, { ...moved, PhysicalResourceId: id }),
  ).toMatchObject({
    Status: 'SUCCESS',
    PhysicalResourceId: other,
  });
  expect(await stack.statusWithSecret(other)).toBe(200);
});

test('the response names an invalid setting', async () => {
  const { Status, Reason } = await stack.declare('Create', stack.newId(), {
    ...SETTINGS,
    identityProvider: 'nosuch',
  });
  expect([Status, Reason]).toEqual(['FAILED', expect.stringContaining('/identityProvider')]);
});

test('a failed secret leaves no connection, and the next attempt creates both', async () => {
  const id = stack.newId();
  stack.system.secretsProxy.watch((_, operation) =>
    operation === 'CreateSecret'
      ? { kind: 'error', name: 'AccessDeniedException', status: 400 }
      : undefined,
  );
  const { Status, Reason } = await stack.declare('Create', id, SETTINGS);
  expect([Status, Reason]).toEqual(['FAILED', expect.stringContaining('The log of the function')]);
  stack.system.secretsProxy.watch();
  expect((await admin('GET', `/connections/${id}`)).status).toBe(404);
  expect(await stack.declare('Create', id, SETTINGS)).toMatchObject({ Status: 'SUCCESS' });
});

test('a function that dies at any call completes the connection on the next attempt', async () => {
  for (const proxy of [stack.system.proxy, stack.system.secretsProxy]) {
    proxy.watch();
    await stack.declare('Create', stack.newId(), SETTINGS);
    const { calls } = proxy;
    expect(calls).toBeGreaterThan(1);
    for (let call = 1; call <= calls; call += 1) {
      for (const takesEffect of [false, true]) {
        const id = stack.newId();
        proxy.watch((number) => (number === call ? { kind: 'death', takesEffect } : undefined));
        await stack.declare('Create', id, SETTINGS).catch(() => undefined);
        await proxy.afterDeath();
        proxy.watch();
        expect(await stack.declare('Create', id, SETTINGS)).toMatchObject({
          Status: 'SUCCESS',
          PhysicalResourceId: id,
        });
        expect(await stack.statusWithSecret(id)).toBe(200);
        expect(stack.system.secrets.rotationOf(await secretNameOf(id))).toMatchObject({ days: 30 });
      }
    }
  }
  expect(await stack.system.contradictions()).toEqual([]);
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
  stack.system.proxy.watch(deny);
  stack.system.secretsProxy.watch(deny);
  const { Status: status } = await stack.declare('Create', 'permitted', { displayName: 'P' });
  stack.system.proxy.watch();
  stack.system.secretsProxy.watch();
  expect([status, denied > 2]).toEqual(['SUCCESS', true]);
  expect((await admin('GET', '/connections/permitted')).status).toBe(200);
}, 60_000);

test('a secret with its name whose deletion is scheduled is restored', async () => {
  await stack.declare('Create', 'other', { displayName: 'O' });
  const { secretName } = (await admin('GET', '/connections/other')).body;
  const name = String(secretName).replace(/[^/]*$/, 'restored');
  await stack.system.createSecret(name, 'left over');
  stack.system.secrets.scheduleDeletion(name);
  const { Status: status } = await stack.declare('Create', 'restored', { displayName: 'R' });
  expect([status, stack.system.secrets.valueOf(name)]).toEqual([
    'SUCCESS',
    expect.stringMatching(/^scim_restored_/),
  ]);
});
