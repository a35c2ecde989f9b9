import { mkdirSync, rmSync } from 'node:fs';
import path from 'node:path';
import { unwritable } from './files';
import { takeLock } from './lock';

/** Folder for the state of runs, relative to the working directory. */
const FOLDER = '.scim-local';

/** Paths of the files of a run. With `--memory`, there are none. */
export interface StateFiles {
  readonly database: string;
  readonly secrets: string;
  readonly keys: string;
  readonly clock: string;
  readonly mails: string;
  readonly events: string;
}

/** Files of a run, and the lock that keeps other runs from using them. */
export interface State {
  /** Undefined with `--memory`. */
  readonly files: StateFiles | undefined;
  release(): void;
}

/**
 * Opens the state exclusively for this run.
 * @param memory whether to keep nothing on disk
 * @throws Error with advice if another run uses the state or the folder cannot be written
 */
export function openState(memory: boolean): State {
  if (memory) return { files: undefined, release: () => undefined };
  const folder = path.resolve(FOLDER);
  const lock = path.join(folder, 'lock');
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    takeLock(lock);
  } catch (error) {
    throw unwritable(folder, error);
  }
  return {
    files: {
      database: path.join(folder, 'dynamodb.sqlite'),
      secrets: path.join(folder, 'secrets.jsonl'),
      keys: path.join(folder, 'keys.jsonl'),
      clock: path.join(folder, 'clock.json'),
      mails: path.join(folder, 'mails.jsonl'),
      events: path.join(folder, 'events.jsonl'),
    },
    release: () => {
      rmSync(lock, { force: true });
    },
  };
}
