import { mkdirSync, rmSync } from 'node:fs';
import path from 'node:path';

const FOLDER = path.join(__dirname, '..', '..', 'dist', 'calls');

/** Folders of the AWS calls that the functions make in `npm test` and `npm run test:faults`. */
export const CALLS = ['system', 'faults'].map((suite) => path.join(FOLDER, suite));

/** Starts a new recording of a suite's calls. Functions find the folder in the environment. */
export function recordCallsOf(suite: 'system' | 'faults'): void {
  const folder = path.join(FOLDER, suite);
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  process.env['SCIM_RECORD_CALLS'] = folder;
}
