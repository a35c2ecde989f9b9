/// <reference lib="dom" />
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { gzipSync } from 'node:zlib';
import type { Page } from 'playwright-core';
import { admin, app, Client, type Body } from '../support/client';
import { eventually } from '../support/own-server';
import { pagesUrl } from '../support/visitor';
import { Entra, person } from '../e2e/setup-stories/identity-providers';
import { describeInBrowser, screenshot } from './support/browser';
import { Administrator } from './support/portal';

/** Every page passes axe in three widths, light and dark, and is light enough. */

const AXE = readFileSync(
  path.join(path.dirname(require.resolve('axe-core')), 'axe.min.js'),
  'utf8',
);

const WIDTHS = [360, 768, 1280] as const;
const SCHEMES = ['light', 'dark'] as const;

/** A page and what it loads, compressed. */
const MOST_BYTES = 60 * 1024;

/** From the start of the navigation to the first paint, on this machine. */
const MOST_PAINT_MS = 1000;

describeInBrowser('every page', (openWindow) => {
  /** Returns what axe finds at the levels serious and critical. */
  async function violations(page: Page): Promise<readonly string[]> {
    await page.evaluate(AXE);
    return page.evaluate(async () => {
      const { axe } = window as unknown as {
        axe: {
          run: () => Promise<{
            violations: { id: string; impact: string; nodes: { html: string }[] }[];
          }>;
        };
      };
      const { violations: found } = await axe.run();
      return found
        .filter(({ impact }) => impact === 'serious' || impact === 'critical')
        .map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(' ')}`);
    });
  }

  async function check(page: Page, name: string): Promise<void> {
    for (const colorScheme of SCHEMES) {
      await page.emulateMedia({ colorScheme });
      expect({ name, colorScheme, found: await violations(page) }).toEqual({
        name,
        colorScheme,
        found: [],
      });
      for (const width of WIDTHS) {
        await page.setViewportSize({ width, height: 900 });
        await screenshot(page, `${name}-${width}-${colorScheme}`);
        const wider = await page.evaluate(
          () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
        );
        expect({ name, width, wider }).toEqual({ name, width, wider: 0 });
      }
    }
    expect(await page.locator('h1').count()).toBe(1);
    expect(await page.locator('button.primary, a.primary').count()).toBeLessThanOrEqual(2);
    expect({ name, bytes: (await bytesOf(page)) < MOST_BYTES }).toEqual({ name, bytes: true });
  }

  /** Returns the compressed size of a page with its style sheet and script. */
  async function bytesOf(page: Page): Promise<number> {
    const urls = await page.evaluate(() => [
      ...[...document.querySelectorAll('link[rel=stylesheet]')].map(
        (each) => (each as HTMLLinkElement).href,
      ),
      ...[...document.querySelectorAll('script[src]')].map(
        (each) => (each as HTMLScriptElement).src,
      ),
    ]);
    const texts = await Promise.all(urls.map(async (url) => (await fetch(url)).text()));
    return [await page.content(), ...texts].reduce((sum, text) => sum + gzipSync(text).length, 0);
  }

  test('of the portal', async () => {
    const page = await openWindow();
    const { administrator, url } = await Administrator.invited(page, { groups: false });
    await page.goto(url);
    await check(page, 'portal-open');
    await administrator.open(url);
    await check(page, 'portal-choose');
    await administrator.choose('Microsoft Entra ID');
    await check(page, 'portal-connect');
    await page.getByRole('link', { name: 'Continue' }).click();
    await check(page, 'portal-token');
    await page.getByRole('button', { name: 'Create the token' }).click();
    await check(page, 'portal-token-shown');
    const token = (await page.locator('#token').textContent()) ?? '';
    const { body } = await admin('GET', `/connections/${administrator.connectionId}`);
    const baseUrl = body.scimBaseUrl as string;
    await administrator.visit('check');
    await check(page, 'portal-check-waiting');
    await new Entra({ baseUrl, token: token.slice(0, -2) }).testConnection();
    const entra = new Entra({ baseUrl, token });
    await entra.client.post('/Groups', { displayName: 'Planners' });
    await entra.testConnection();
    await administrator.sees('The connection test succeeded.');
    await check(page, 'portal-check');
    await entra.provision(person('Ada', { title: 'Countess' }));
    await administrator.visit('review');
    await check(page, 'portal-review');
    for (const name of ['status', 'log', 'tokens', 'oauth']) {
      await administrator.visit(name);
      await check(page, `portal-${name}`);
    }
    await page.getByRole('button', { name: 'Create the client' }).click();
    await check(page, 'portal-oauth-secret');
    await page.goto(`${pagesUrl()}/portal/open?link=none`);
    await check(page, 'portal-link-used');
  }, 180_000);

  test('of the guides of all identity providers', async () => {
    const page = await openWindow();
    const { administrator, url } = await Administrator.invited(page, {});
    await administrator.open(url);
    for (const title of [
      'Okta',
      'JumpCloud',
      'OneLogin',
      'Google Workspace',
      'PingOne or PingFederate',
      'Any other SCIM client',
      'A strict SCIM 2.0 client',
    ]) {
      await administrator.visit('choose');
      await administrator.choose(title);
      await check(page, `portal-connect-${title.toLowerCase().replaceAll(/\W+/g, '-')}`);
    }
  }, 180_000);

  test('of the console', async () => {
    const client = await Client.connect('entra', { displayName: 'Contoso' });
    const user = await client.user('ada@contoso.example', { title: 'Countess' });
    await client.post('/Users', { userName: 'ada@contoso.example' });
    const group = await client.group('Planners', [user.id as string]);
    await admin('POST', `/connections/${client.id}/portalLinks`, {
      recipient: 'it@contoso.example',
    });
    await admin('PUT', `/connections/${client.id}/resourceTypes/Role`, { preset: 'oktaRole' });
    const roles = `/connections/${client.id}/resources/Role`;
    await app('PUT', `${roles}/planner`, { displayName: 'Planner', description: 'Plans trips' });
    await admin('POST', `/connections/${client.id}/oauthClients`, { displayName: 'Entra ID' });
    const issuer = 'https://sts.windows.net/11111111-2222-3333-4444-555555555555/';
    await admin('PUT', `/connections/${client.id}/trust`, { issuer });
    const hook = (await admin('POST', '/webhooks', { url: 'http://127.0.0.1:9/scim' })).body;
    await admin('POST', `/webhooks/${String(hook.id)}/test`);
    const page = await openWindow();
    const { body } = await admin('POST', '/consoleSessions');
    await page.goto(body.url as string);
    await check(page, 'console-open');
    await page.getByRole('button', { name: 'Open the console' }).click();
    const own = `/connections/${client.id}`;
    await eventually(
      async () => (await admin('GET', `${own}/requests?kind=change`)).body.requests as Body[],
      (changes) => changes.length >= 2,
    );
    for (const [name, address] of [
      ['list', ''],
      ['new', '/new'],
      ['overview', own],
      ['users', `${own}/users`],
      ['user', `${own}/users/${String(user.id)}`],
      ['user-names', `${own}/user-names`],
      ['groups', `${own}/groups`],
      ['group', `${own}/groups/${String(group.id)}`],
      ['resources', `${own}/resources`],
      ['resources-of-a-type', `${own}/resources/Role`],
      ['resource', `${own}/resources/Role/planner`],
      ['log', `${own}/log`],
      ['tokens', `${own}/tokens`],
      ['oauth', `${own}/oauth`],
      ['mapping', `${own}/mapping`],
      ['links', `${own}/links`],
      ['events', `${own}/events`],
      ['conflicts', `${own}/conflicts`],
      ['audit', `${own}/audit`],
      ['settings', `${own}/settings`],
      ['webhooks', '/webhooks'],
      ['webhook', `/webhooks/${String(hook.id)}`],
      ['all-events', '/events'],
      ['all-audit', '/audit'],
      ['sign-in', '/sign-in'],
    ] as const) {
      const answer = await page.goto(`${pagesUrl()}/console${address}`);
      expect([name, answer?.status()]).toEqual([name, 200]);
      await check(page, `console-${name}`);
    }
    await admin('DELETE', `/webhooks/${String(hook.id)}`);
  }, 240_000);

  test('of the console on which user names are converted', async () => {
    const client = await Client.connect('entra', { displayName: 'Contoso' });
    const emails = [{ value: 'ada@contoso.example', type: 'work' }];
    const ada = await client.user('CONTOSO\\ada', { emails });
    await client.user('CONTOSO\\bob');
    const page = await openWindow();
    const { body } = await admin('POST', '/consoleSessions');
    await page.goto(body.url as string);
    await page.getByRole('button', { name: 'Open the console' }).click();
    const console = `${pagesUrl()}/console/connections/${client.id}`;
    await page.goto(`${console}/users`);
    await page.getByRole('link', { name: 'Convert them' }).click();
    await page.getByRole('button', { name: 'Preview' }).click();
    await page.getByText('Nothing was changed.').waitFor();
    await page.getByText('Has no such address').waitFor();
    await check(page, 'console-user-names-preview');
    expect((await client.get(`/Users/${String(ada.id)}`)).body.userName).toBe('CONTOSO\\ada');
    await page.getByRole('button', { name: 'Convert', exact: true }).click();
    // The page looks every two seconds.
    await page.getByText('Users are found by both names.').waitFor();
    await check(page, 'console-user-names-converted');
    const renamed = await client.search('/Users', String.raw`userName eq "CONTOSO\\ada"`);
    expect(renamed.map(({ userName }) => String(userName))).toEqual(['ada@contoso.example']);
    const confirm = async (step: string): Promise<void> => {
      await page.locator('summary', { hasText: `${step} the conversion` }).click();
      await page.getByRole('button', { name: `${step} now` }).click();
    };
    await confirm('Undo');
    await page.getByText('Users have their former names again').waitFor();
    await page.getByRole('button', { name: 'Convert', exact: true }).click();
    await page.getByText('Users are found by both names.').waitFor();
    await confirm('Close');
    await page.getByText('Users are found by their present name only.').waitFor();
    await page.getByRole('button', { name: 'Convert', exact: true }).waitFor();
    await check(page, 'console-user-names-closed');
  }, 180_000);

  test('of the console that shows a secret once', async () => {
    const page = await openWindow();
    const { body } = await admin('POST', '/consoleSessions');
    await page.goto(body.url as string);
    await page.getByRole('button', { name: 'Open the console' }).click();
    await page.goto(`${pagesUrl()}/console/new`);
    await page.locator('#displayName').fill('Fabrikam');
    await page.locator('main button.primary').click();
    await check(page, 'console-created');
    await page.getByRole('link', { name: 'Create a setup link' }).click();
    await page.getByRole('button', { name: 'Create the link' }).click();
    await check(page, 'console-link-created');
    await page.getByRole('link', { name: 'Tokens' }).click();
    await page.locator('main button.primary').click();
    await check(page, 'console-token-created');
    await page.goto(`${pagesUrl()}/console/webhooks`);
    await page.locator('#url').fill('http://127.0.0.1:9/scim');
    await page.getByRole('button', { name: 'Add' }).click();
    await check(page, 'console-webhook-created');
    const [webhook] = (await admin('GET', '/webhooks')).body.webhooks as [Body];
    await admin('DELETE', `/webhooks/${String(webhook.id)}`);
  }, 120_000);

  test('is painted within a second', async () => {
    const page = await openWindow();
    const { administrator, url } = await Administrator.invited(page, {});
    await administrator.open(url);
    const paints: number[] = [];
    for (const name of ['choose', 'connect', 'check', 'status', 'tokens']) {
      await administrator.visit(name);
      const paint = await page.evaluate(
        () => performance.getEntriesByName('first-contentful-paint')[0]?.startTime ?? 0,
      );
      paints.push(paint);
    }
    // The median: one page may wait for a busy machine.
    const median = paints.sort((a, b) => a - b)[2] ?? Number.NaN;
    expect(median).toBeLessThan(MOST_PAINT_MS);
  });
});
