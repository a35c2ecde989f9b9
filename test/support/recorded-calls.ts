import { mkdirSync, rmSync } from 'node:fs';
import path from 'node:path';

const FOLDER = path.join(__dirname, '..', '..', 'dist', 'calls');

/** Where `npm test` and `npm run test:faults` have it written down which AWS calls the functions make. */
export const CALLS = ['system', 'faults'].map((suite) => path.join(FOLDER, suite));

/** Has the calls of a suite written down anew; functions find the folder in the environment. */
export function recordCallsOf(suite: 'system' | 'faults'): void {
  const folder = path.join(FOLDER, suite);
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  process.env['SCIM_RECORD_CALLS'] = folder;
}
