/// <reference lib="dom" />
import type { Page } from 'playwright-core';
import { Client } from '../support/client';
import { Entra, person } from '../e2e/setup-stories/identity-providers';
import { describeInBrowser } from './support/browser';
import { Administrator } from './support/portal';

/** The setup with the keyboard only, and without JavaScript. */

describeInBrowser('ways to use the portal', (openWindow) => {
  /** Presses Tab until an element has the focus, and returns how often. */
  async function tabTo(page: Page, name: string): Promise<number> {
    for (let presses = 1; presses < 80; presses += 1) {
      await page.keyboard.press('Tab');
      const focused = await page.evaluate(() => {
        const { activeElement: element } = document;
        const label = element?.closest('label')?.textContent ?? element?.textContent ?? '';
        const outline = element === null ? '' : getComputedStyle(element).outlineStyle;
        return { label: label.trim(), outline };
      });
      if (!focused.label.includes(name)) continue;
      // The focus can be seen.
      expect(focused.outline).not.toBe('none');
      return presses;
    }
    throw new Error(`Tab does not reach "${name}".`);
  }

  test('the whole setup passes with the keyboard only', async () => {
    const page = await openWindow();
    const { administrator, url } = await Administrator.invited(page, { groups: false });
    await page.goto(url);
    await tabTo(page, 'Start');
    await page.keyboard.press('Enter');
    await page.waitForURL(/choose/);
    // The first Tab offers to skip the header.
    await page.keyboard.press('Tab');
    await page.keyboard.press('Enter');
    await page.waitForURL(/#main$/);
    // Nothing is chosen yet: Tab leads to the first choice, and the space bar takes it.
    await tabTo(page, 'Microsoft Entra ID');
    await page.keyboard.press('Space');
    expect(await page.getByRole('radio', { name: 'Microsoft Entra ID' }).isChecked()).toBe(true);
    await tabTo(page, 'Continue');
    await page.keyboard.press('Enter');
    await page.waitForURL(/connect/);
    const baseUrl = (await page.locator('.copy .value').first().textContent()) ?? '';
    await page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
    await tabTo(page, 'Copy');
    await page.keyboard.press('Enter');
    await page.getByRole('button', { name: 'Copied' }).waitFor();
    expect(await page.evaluate(() => navigator.clipboard.readText())).toBe(baseUrl);
    await tabTo(page, 'Continue');
    await page.keyboard.press('Enter');
    await page.waitForURL(/token/);
    await tabTo(page, 'Create the token');
    await page.keyboard.press('Enter');
    const token = (await page.locator('#token').textContent()) ?? '';
    await tabTo(page, 'Go to the live check');
    await page.keyboard.press('Enter');
    await page.waitForURL(/check/);
    const entra = new Entra({ baseUrl, token });
    await entra.testConnection();
    await entra.provision(person('Ada'));
    await administrator.sees('A user was received');
    await tabTo(page, 'Review data');
    await page.keyboard.press('Enter');
    await administrator.sees('attributes have no value');
  });

  test('without JavaScript, everything works but the update of the live check', async () => {
    const page = await openWindow({ javaScriptEnabled: false });
    const { administrator, url } = await Administrator.invited(page, {});
    await administrator.open(url);
    await administrator.choose('Okta');
    expect(await page.getByRole('button', { name: 'Copy' }).count()).toBe(0);
    const { baseUrl, token } = await administrator.connect();
    await administrator.sees('this page does not update by itself');
    const client = Client.of(baseUrl, token);
    await client.get('/Users?startIndex=1&count=2');
    await client.user('ada@contoso.example');
    await page.reload();
    await administrator.sees('A user was received');
    await page.getByRole('link', { name: 'Review data' }).last().click();
    await administrator.sees('ada@contoso.example');
    await administrator.visit('tokens');
    await page.locator('details.confirm summary').first().click();
    await page.getByRole('button', { name: 'Revoke now' }).first().click();
    await administrator.sees('Revoked');
    expect((await client.get('/Users')).status).toBe(401);
  });

  test('the live check is replaced only when something arrives', async () => {
    const page = await openWindow();
    const { administrator, url } = await Administrator.invited(page, {});
    await administrator.open(url);
    await administrator.choose('Okta');
    const { baseUrl, token } = await administrator.connect();
    const client = Client.of(baseUrl, token);
    await client.get('/Users?startIndex=1&count=2');
    await administrator.sees('The connection test succeeded');
    // Reading, selecting and a screen reader are disturbed by nothing.
    await page.locator('[data-live] .entries').evaluate((list) => (list.id = 'kept'));
    for (let poll = 0; poll < 3; poll += 1) await page.waitForResponse(/check\/live/);
    expect(await page.locator('#kept').count()).toBe(1);
    await client.user('ada@contoso.example');
    await administrator.sees('A user was received');
    expect(await page.locator('#kept').count()).toBe(0);
  }, 60_000);

  test('loading the page with the token again does not end that token', async () => {
    const page = await openWindow();
    const { administrator, url } = await Administrator.invited(page, {});
    await administrator.open(url);
    await administrator.choose('Okta');
    const baseUrl = (await page.locator('.copy .value').first().textContent()) ?? '';
    await administrator.visit('token');
    await page.getByRole('button', { name: 'Create the token' }).click();
    const token = (await page.locator('#token').textContent()) ?? '';
    await page.reload();
    await administrator.sees('A new token is shown once');
    expect((await Client.of(baseUrl.trim(), token.trim()).get('/Users')).status).toBe(200);
  });
});
