import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { troubleshooting } from './troubleshooting-page';

/** `npm run docs:troubleshooting`: writes docs/troubleshooting.md anew from the table of explanations. */
writeFileSync(path.join(__dirname, '..', 'docs', 'troubleshooting.md'), troubleshooting());
