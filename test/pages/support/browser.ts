import { existsSync, mkdirSync } from 'node:fs';
import path from 'node:path';
import { chromium, type Browser, type BrowserContext, type Page } from 'playwright-core';

/*
 * Chromium for tests of the pages. Nothing is downloaded: the system's own is used, such as that of
 * Debian's package `chromium`. Where there is none, the tests are skipped with a message, unless
 * SCIM_REQUIRE_CHROMIUM is set.
 */

const PLACES = [
  process.env['CHROMIUM'],
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
];
const EXECUTABLE = PLACES.find((place) => place !== undefined && existsSync(place));

if (EXECUTABLE === undefined && process.env['SCIM_REQUIRE_CHROMIUM'] !== undefined) {
  throw new Error('The tests of pages need Chromium: apt-get install chromium, or set CHROMIUM.');
}

/** `describe` where there is a browser; elsewhere the tests are skipped. */
export const describeInBrowser = EXECUTABLE === undefined ? describe.skip : describe;

if (EXECUTABLE === undefined) {
  process.stderr.write('No Chromium found, so the tests of pages are skipped. Set CHROMIUM.\n');
}

/** Folder of the screenshots, which CI keeps. */
export const SCREENSHOTS = path.join(__dirname, '..', '..', '..', 'screenshots');

/** A browser whose pages report errors. */
export class TestBrowser {
  private constructor(
    private readonly browser: Browser,
    /** Errors that pages reported: of scripts, and of what the security policy blocks. */
    readonly errors: string[],
  ) {}

  static async launch(): Promise<TestBrowser> {
    mkdirSync(SCREENSHOTS, { recursive: true });
    const browser = await chromium.launch({
      executablePath: EXECUTABLE ?? '',
      args: ['--no-sandbox'],
    });
    return new TestBrowser(browser, []);
  }

  /** Opens a window of its own, with cookies of its own. */
  async window(options: Parameters<Browser['newContext']>[0] = {}): Promise<Page> {
    const context: BrowserContext = await this.browser.newContext({
      viewport: { width: 1280, height: 900 },
      ...options,
    });
    const page = await context.newPage();
    page.on('pageerror', (error) => this.errors.push(error.message));
    page.on('console', (message) => {
      // A refused form is an answer with an error status, which is no fault of the page.
      if (message.type() !== 'error' || message.text().startsWith('Failed to load')) return;
      this.errors.push(message.text());
    });
    return page;
  }

  async close(): Promise<void> {
    await this.browser.close();
  }
}

/** Takes a screenshot of a whole page. */
export async function screenshot(page: Page, name: string): Promise<void> {
  await page.screenshot({ path: path.join(SCREENSHOTS, `${name}.png`), fullPage: true });
}
