import { findDeployment } from '../deployment';
import { note, print, printJson } from '../output/output';
import type { Program } from '../program';

/** Adds `console`. */
export function addConsole(program: Program): void {
  program
    .command('console')
    .description('Open the console in the browser')
    .option('--no-open', 'print the link, which works once within ten minutes')
    .action(async (_, command) => {
      const options = command.optsWithGlobals();
      const { admin } = await findDeployment(options);
      const session = await admin.createConsoleSession();
      if (options.json === true) printJson(session);
      else if (!options.open) print(session.url);
      else if (await opens(session.url)) note('The console opens in your browser.');
      else {
        note('No browser could be started. The link works once, within ten minutes:');
        print(session.url);
      }
    });
}

/** Opens a URL in the browser. @returns whether a browser was started */
async function opens(url: string): Promise<boolean> {
  const { default: open } = await import('open');
  try {
    const browser = await open(url);
    return await new Promise((resolve) => {
      browser.once('error', () => {
        resolve(false);
      });
      browser.once('spawn', () => {
        resolve(true);
      });
    });
  } catch {
    return false;
  }
}
