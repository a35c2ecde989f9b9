import { admin, send } from '../support/client';
import { STACK } from './cloudformation';
import { DeclaredStack, SETTINGS } from './declared-stack';

/* A declaration finds a connection with its id: of nobody, or of another stack. */

let stack: DeclaredStack;

beforeAll(async () => {
  stack = await DeclaredStack.start();
}, 60_000);

afterAll(async () => {
  await stack.stop();
});

test('a connection that was not declared is neither taken over nor deleted', async () => {
  const id = stack.newId();
  await admin('POST', '/connections', { id, displayName: 'Theirs' });
  const { Status, Reason } = await stack.declare('Create', id, SETTINGS);
  expect([Status, Reason]).toEqual([
    'FAILED',
    expect.stringContaining(`DELETE /connections/${id}`),
  ]);
  // CloudFormation rolls back the failed creation.
  expect(await stack.declare('Delete', id, SETTINGS)).toMatchObject({ Status: 'SUCCESS' });
  expect((await admin('GET', `/connections/${id}`)).body).toMatchObject({
    displayName: 'Theirs',
    enabled: true,
  });
});

test('a stack takes over a connection that another stack declared in its table', async () => {
  const id = stack.newId();
  await stack.declare('Create', id, SETTINGS);
  const other = { StackId: STACK.replace('/Scim/1', '/Other/2') };
  expect(await stack.declare('Create', id, { displayName: 'Taken' }, other)).toMatchObject({
    Status: 'SUCCESS',
  });
  const { body } = await admin('GET', `/connections/${id}`);
  expect(body).toMatchObject({
    displayName: 'Taken',
    declaredBy: `${other.StackId}/Connection${id}`,
  });
  expect(await stack.statusWithSecret(id)).toBe(200);
  // The stack that lost it does not delete it any more.
  expect(await stack.declare('Delete', id, SETTINGS)).toMatchObject({ Status: 'SUCCESS' });
  expect(await stack.statusWithSecret(id)).toBe(200);
  // Another resource of the same stack does not take it.
  const rival = { ...other, LogicalResourceId: 'Rival' };
  expect(await stack.declare('Create', id, SETTINGS, rival)).toMatchObject({ Status: 'FAILED' });
});

test('without its secret, as in another region, earlier tokens outlast the takeover', async () => {
  const id = stack.newId();
  await stack.declare('Create', id, SETTINGS);
  const { secretName, scimBaseUrl } = (await admin('GET', `/connections/${id}`)).body;
  const token = stack.system.secrets.valueOf(String(secretName));
  await stack.system.deleteSecret(String(secretName));
  const other = { StackId: STACK.replace('/Scim/1', '/Other/3') };
  expect(await stack.declare('Create', id, SETTINGS, other)).toMatchObject({ Status: 'SUCCESS' });
  expect(await stack.statusWithSecret(id)).toBe(200);
  const headers = { Authorization: `Bearer ${String(token)}` };
  expect((await send('GET', `${String(scimBaseUrl)}/Users`, headers)).status).toBe(200);
});
