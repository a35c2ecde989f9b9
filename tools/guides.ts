import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { format, resolveConfig } from 'prettier';
import { GUIDES } from '../idp/guides/registry';
import { guidePage } from './guide-page';

/*
 * `npm run docs:guides`: generates the guides of identity providers in docs/guides from the steps
 * that the portal shows. With `--check`, it only compares them.
 */

const FOLDER = path.join(__dirname, '..', 'docs', 'guides');

async function main(isCheck: boolean): Promise<void> {
  const options = { ...(await resolveConfig(path.join(FOLDER, 'README.md'))), parser: 'markdown' };
  const outdated: string[] = [];
  for (const [identityProvider, guide] of Object.entries(GUIDES)) {
    // The strict profile has the guide of any other client.
    if (identityProvider === 'rfc') continue;
    const file = path.join(FOLDER, `${guide.file}.md`);
    const page = await format(guidePage(identityProvider, guide), options);
    if (isCheck && readFileSync(file, 'utf8') !== page)
      outdated.push(`docs/guides/${guide.file}.md`);
    if (!isCheck) writeFileSync(file, page);
  }
  if (outdated.length === 0) return;
  throw new Error(`Run "npm run docs:guides": ${outdated.join(', ')} differ from idp/guides.`);
}

main(process.argv.includes('--check')).catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
});
