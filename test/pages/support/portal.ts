import type { Page } from 'playwright-core';
import { admin } from '../../support/client';
import { pagesUrl } from '../../support/visitor';
import type { Setup } from '../../e2e/setup-stories/identity-providers';

/** An identity administrator in the portal. Each screen that is loaded counts. */
export class Administrator {
  /** Screens seen so far, of those that a setup must pass. */
  screens = 0;

  private constructor(
    readonly page: Page,
    private readonly setup: Omit<Setup, 'token'>,
  ) {
    page.on('load', () => (this.screens += 1));
  }

  /** Creates a connection, and an administrator who has its link. */
  static async invited(
    page: Page,
    settings: Readonly<Record<string, unknown>>,
    link: Readonly<Record<string, unknown>> = {},
  ): Promise<{ readonly administrator: Administrator; readonly url: string }> {
    const created = await admin('POST', '/connections', { displayName: 'Contoso', ...settings });
    expect(created.status).toBe(201);
    const { token: _, ...connection } = created.body;
    const path = `/connections/${String(connection.id)}/portalLinks`;
    const { body } = await admin('POST', path, { recipient: 'it@contoso.example', ...link });
    const setup = { connection, baseUrl: connection.scimBaseUrl as string };
    return { administrator: new Administrator(page, setup), url: body.url as string };
  }

  get connectionId(): string {
    return String(this.setup.connection.id);
  }

  /** Opens the link and clicks Start. */
  async open(url: string): Promise<void> {
    await this.page.goto(url);
    await this.click('Start');
  }

  /** Chooses the identity provider. */
  async choose(title: string): Promise<void> {
    await this.page.getByRole('radio', { name: title }).check();
    await this.click('Continue');
  }

  /** Copies the base URL from the steps, and creates the token. @returns both, as they are shown */
  async connect(): Promise<Setup> {
    const baseUrl = (await this.page.locator('.copy .value').first().textContent()) ?? '';
    await this.page.getByRole('link', { name: 'Continue' }).click();
    await this.click('Create the token');
    const token = (await this.page.locator('#token').textContent()) ?? '';
    await this.page.getByRole('link', { name: 'Go to the live check' }).click();
    return { ...this.setup, baseUrl: baseUrl.trim(), token: token.trim() };
  }

  /** Waits until the live check, which looks every two seconds, shows a text. */
  async sees(text: string | RegExp): Promise<void> {
    await this.page.getByText(text).first().waitFor({ timeout: 20_000 });
  }

  /** Goes to another page of the portal. */
  async visit(path: string): Promise<void> {
    await this.page.goto(`${pagesUrl()}/portal/${path}`);
  }

  private async click(name: string): Promise<void> {
    await this.page.getByRole('button', { name, exact: true }).click();
  }
}
