import { admin, type Body } from '../support/client';
import { Entra, JumpCloud, Okta, person, seen } from '../e2e/setup-stories/identity-providers';
import { describeInBrowser } from './support/browser';
import { Administrator } from './support/portal';

/** The setup stories, through the pages of the portal in a real browser. */

/** Screens from the link to the first user: open, choose, connect, token (twice), live check. */
const MOST_SCREENS = 7;

describeInBrowser('the setup stories', (openWindow) => {
  async function invited(
    settings: Readonly<Record<string, unknown>>,
    title: string,
  ): Promise<Administrator> {
    const page = await openWindow();
    const { administrator, url } = await Administrator.invited(page, settings);
    await administrator.open(url);
    await administrator.choose(title);
    return administrator;
  }

  test('A: users only, from Entra ID', async () => {
    const administrator = await invited({ groups: false }, 'Microsoft Entra ID');
    await administrator.sees('This connection takes users only.');
    const setup = await administrator.connect();
    const entra = new Entra(setup);

    // The token is pasted without its last characters at first.
    const cut = new Entra({ ...setup, token: setup.token.slice(0, -3) });
    expect((await cut.testConnection()).status).toBe(401);
    await administrator.sees('The token is 3 characters too short.');
    expect((await entra.testConnection()).status).toBe(200);
    await administrator.sees('The connection test succeeded.');
    await entra.probeGroups();
    const ada = person('Ada');
    const id = await entra.provision(ada);
    await administrator.sees('A user was received: everything works.');
    expect(administrator.screens).toBeLessThanOrEqual(MOST_SCREENS);

    await administrator.page.getByRole('link', { name: 'Review data' }).last().click();
    await administrator.sees('8 of 13 attributes have no value.');
    await administrator.sees(ada.userName);
    await entra.deactivate(id);
    await entra.restore(id);
    await administrator.page.getByRole('button', { name: 'Finish', exact: true }).last().click();
    await administrator.sees('Your session has ended.');
    expect((await seen(entra.client, ada.userName)).active).toBe(true);
  });

  test('A: users only, from Okta', async () => {
    const administrator = await invited({ groups: false }, 'Okta');
    const setup = await administrator.connect();
    const okta = new Okta(setup);
    await okta.testCredentials();
    await administrator.sees('Okta asked for the first users and got the right answer.');
    const alan = person('Alan');
    await okta.provision(alan);
    await administrator.sees(`Okta created ${alan.userName}.`);
    expect(administrator.screens).toBeLessThanOrEqual(MOST_SCREENS);
  });

  test('B: users and groups, from JumpCloud, whose test user is no first user', async () => {
    const administrator = await invited({}, 'JumpCloud');
    await administrator.sees('Enable management of User Groups');
    const setup = await administrator.connect();
    const jumpCloud = new JumpCloud(setup);
    await jumpCloud.activate('test@contoso.example');
    await administrator.sees('The connection test succeeded.');
    await administrator.sees('Waiting for the first user');
    const grace = person('Grace');
    const id = await jumpCloud.provision(grace);
    await jumpCloud.provisionGroup('Planners', [id]);
    await administrator.sees('A user was received: everything works.');
    expect(administrator.screens).toBeLessThanOrEqual(MOST_SCREENS);
    await administrator.visit('status');
    await administrator.sees('Groups');
  });

  test.each(['Microsoft Entra ID', 'Okta'])('B: users and groups, from %s', async (title) => {
    const administrator = await invited({}, title);
    const setup = await administrator.connect();
    const ada = person('Ada');
    if (title === 'Okta') {
      const okta = new Okta(setup);
      await okta.testCredentials();
      await okta.pushGroup('Planners', [await okta.provision(ada)]);
    } else {
      const entra = new Entra(setup);
      await entra.testConnection();
      await entra.provisionGroup('Planners', [await entra.provision(ada)]);
    }
    await administrator.sees('Group received');
    // A duplicate is told with the remedy in the words of the identity provider.
    const { client } = new Okta(setup);
    expect((await client.post('/Users', { userName: ada.userName })).status).toBe(409);
    await administrator.sees('Another user has this userName.');
  });

  test('B: a lost key is replaced, which ends the previous one', async () => {
    const administrator = await invited({}, 'Okta');
    const first = await administrator.connect();
    await new Okta(first).testCredentials();
    await administrator.visit('tokens');
    const { page } = administrator;
    await page.getByLabel('The current token stays valid for').selectOption('0');
    await page.getByRole('button', { name: 'Create a new token' }).click();
    const token = (await page.locator('#token').textContent()) ?? '';
    expect((await new Okta(first).client.get('/Users')).status).toBe(401);
    expect((await new Okta({ ...first, token }).client.get('/Users')).status).toBe(200);
  });

  test('C: the named administrator rotates with an overlap', async () => {
    const administrator = await invited({ displayName: 'Contoso' }, 'Microsoft Entra ID');
    const setup = await administrator.connect();
    const entra = new Entra(setup);
    await entra.testConnection();
    await administrator.visit('token');
    const { page } = administrator;
    await administrator.sees('A token is in use');
    await page.getByRole('button', { name: 'Create the token' }).click();
    await administrator.sees('The earlier token ends in');
    expect((await entra.testConnection()).status).toBe(200);
    const acts = (await admin('GET', `/connections/${administrator.connectionId}/audit`)).body
      .acts as Body[];
    expect(String(acts[0]?.actor)).toMatch(/^portal link .* for it@contoso\.example, made by arn/);
  });

  test('D: custom attributes are named in the steps, and shown in the review', async () => {
    const page = await openWindow();
    const { administrator, url } = await Administrator.invited(page, { groups: false });
    const urn = 'urn:ietf:params:scim:schemas:extension:contoso:2.0:User';
    const schema = { name: 'Contoso', attributes: [{ name: 'jobRole' }, { name: 'team' }] };
    const path = `/connections/${administrator.connectionId}/schemas/${urn}`;
    expect((await admin('PUT', path, schema)).status).toBe(201);
    await administrator.open(url);
    await administrator.choose('Microsoft Entra ID');
    await administrator.sees(`${urn}:jobRole`);
    const entra = new Entra(await administrator.connect());
    await entra.testConnection();
    await entra.provision(person('Ada', { [`${urn}:jobRole`]: 'Analyst' }));
    await administrator.sees('A user was received');
    await page.getByRole('link', { name: 'Review data' }).last().click();
    await administrator.sees('9 of 15 attributes have no value.');
    await administrator.sees('Analyst');
  });

  test('a wrong URL arrives nowhere, and the page says how it must look', async () => {
    const administrator = await invited({}, 'Okta');
    const { baseUrl } = await administrator.connect();
    const past = new Date(Date.now() - 130_000).toISOString();
    await administrator.visit(`check?since=${past}`);
    await administrator.sees('Nothing arrives');
    await administrator.sees(baseUrl);
  });
});
