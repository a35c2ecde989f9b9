import { admin, type Body } from '../../support/client';
import { Entra, person, seen, setUp } from './identity-providers';

/**
 * Story C: users and groups for a named account, with one token at a time. What carries the account
 * is tested in `acting-account.test.ts`. The migration from plain user names to email addresses is
 * not covered yet.
 */

test('a connection of a named account has one token, users, groups and an audit log', async () => {
  const setup = await setUp({
    displayName: 'Acme',
    actsAs: 'user-manager@acme.example',
    identityProvider: 'entra',
    failureMail: { recipients: ['admins@acme.example'] },
  });
  const path = `/connections/${String(setup.connection.id)}`;
  const entra = new Entra(setup);
  expect((await entra.testConnection()).status).toBe(200);
  const ada = person('Ada');
  const id = await entra.provision(ada);
  await entra.provisionGroup('Planners', [id]);
  expect((await seen(entra.client, ada.userName)).groups).toMatchObject([{ display: 'Planners' }]);

  // Setting up again issues a new token and ends the previous one.
  const { body: token } = await admin('POST', `${path}/tokens`);
  expect((await entra.testConnection()).status).toBe(401);
  const again = new Entra({ ...setup, token: token.value as string });
  expect(await again.provision(ada)).toBe(id);
  const listed = (await admin('GET', `${path}/tokens`)).body as Body[];
  expect(listed.map(({ state }) => state)).toEqual(['active', 'replaced']);
  expect(listed[0]?.lastUsedAt).not.toBeNull();

  const acts = (await admin('GET', `${path}/audit`)).body.acts as Body[];
  for (const { actor } of acts) expect(actor).toMatch(/^arn:aws:iam::\d{12}:/);
  expect(acts.at(-1)).toMatchObject({ action: 'connection.create' });
});
