import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { format, resolveConfig } from 'prettier';
import { GUIDES } from '../idp/guides/registry';
import { commandPage } from './command-page';
import { doctorPage } from './doctor-page';
import { guidePage } from './guide-page';

/*
 * `npm run docs:guides`: generates the guides of identity providers in docs/guides from the steps
 * that the portal shows, and docs/reference/command.md and doctor.md from the command. With
 * `--check`, it only compares them.
 */

const DOCS = path.join(__dirname, '..', 'docs');

async function main(isCheck: boolean): Promise<void> {
  const options = { ...(await resolveConfig(path.join(DOCS, 'README.md'))), parser: 'markdown' };
  const outdated: string[] = [];
  for (const [name, text] of pages()) {
    const file = path.join(DOCS, name);
    const page = await format(text, options);
    if (!isCheck) writeFileSync(file, page);
    else if (readFileSync(file, 'utf8') !== page) outdated.push(`docs/${name}`);
  }
  if (outdated.length === 0) return;
  throw new Error(`Run "npm run docs:guides": ${outdated.join(', ')} differ from the code.`);
}

/** Returns the pages by their names in docs. */
function pages(): readonly (readonly [string, string])[] {
  const guides = Object.entries(GUIDES)
    // The strict profile has the guide of any other client.
    .filter(([identityProvider]) => identityProvider !== 'rfc')
    .map(
      ([identityProvider, guide]) =>
        [`guides/${guide.file}.md`, guidePage(identityProvider, guide)] as const,
    );
  return [
    ...guides,
    ['reference/command.md', commandPage()],
    ['reference/doctor.md', doctorPage()],
  ];
}

main(process.argv.includes('--check')).catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
});
