import { existsSync, mkdirSync } from 'node:fs';
import path from 'node:path';
import { chromium, type Browser, type Page } from 'playwright-core';

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

if (EXECUTABLE === undefined) {
  process.stderr.write('No Chromium found, so the tests of pages are skipped. Set CHROMIUM.\n');
}

/** Folder of the screenshots, which CI keeps. */
export const SCREENSHOTS = path.join(__dirname, '..', '..', '..', 'screenshots');

/** Opens a window of its own, with cookies of its own. */
type OpenWindow = (options?: Parameters<Browser['newContext']>[0]) => Promise<Page>;

/**
 * Describes tests that share a browser. None of their pages may report an error. Where there is no
 * browser, the tests are skipped.
 */
export function describeInBrowser(title: string, tests: (openWindow: OpenWindow) => void): void {
  (EXECUTABLE === undefined ? describe.skip : describe)(title, () => {
    let browser: Browser;
    const errors: string[] = [];

    beforeAll(async () => {
      mkdirSync(SCREENSHOTS, { recursive: true });
      const executablePath = EXECUTABLE ?? '';
      browser = await chromium.launch({ executablePath, args: ['--no-sandbox'] });
    });

    afterAll(async () => {
      await browser.close();
      expect(errors).toEqual([]);
    });

    tests(async (options = {}) => {
      const context = await browser.newContext({
        viewport: { width: 1280, height: 900 },
        ...options,
      });
      const page = await context.newPage();
      collectErrors(page, errors);
      return page;
    });
  });
}

/** Collects the errors of a page's scripts, and those of what its security policy blocks. */
function collectErrors(page: Page, errors: string[]): void {
  page.on('pageerror', (error) => errors.push(error.message));
  page.on('console', (message) => {
    // A refused form is an answer with an error status, which is no fault of the page.
    if (message.type() !== 'error' || message.text().startsWith('Failed to load')) return;
    errors.push(message.text());
  });
}

/** Takes a screenshot of a whole page. */
export async function screenshot(page: Page, name: string): Promise<void> {
  await page.screenshot({ path: path.join(SCREENSHOTS, `${name}.png`), fullPage: true });
}
