import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { troubleshooting } from './troubleshooting-page';

/** `npm run docs:troubleshooting`: generates docs/operations/troubleshooting.md. */
writeFileSync(
  path.join(__dirname, '..', 'docs', 'operations', 'troubleshooting.md'),
  troubleshooting(),
);
