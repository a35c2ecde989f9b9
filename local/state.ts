import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';

/** Folder for the state of runs, relative to the working directory. */
const FOLDER = '.scim-local';

/** Files of a run, and the lock that keeps other runs from using them. */
export interface State {
  /** Undefined with `--memory`, as is `secrets`. */
  readonly database: string | undefined;
  readonly secrets: string | undefined;
  release(): void;
}

/**
 * Opens the state exclusively for this run.
 * @param memory whether to keep nothing on disk
 * @throws Error if another run uses the state
 */
export function openState(memory: boolean): State {
  if (memory) return { database: undefined, secrets: undefined, release: () => undefined };
  const folder = path.resolve(FOLDER);
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const lock = path.join(folder, 'lock');
  takeLock(lock);
  return {
    database: path.join(folder, 'dynamodb.sqlite'),
    secrets: path.join(folder, 'secrets.jsonl'),
    release: () => {
      rmSync(lock, { force: true });
    },
  };
}

function takeLock(lock: string): void {
  try {
    writeFileSync(lock, String(process.pid), { flag: 'wx' });
  } catch {
    const owner = Number(readFileSync(lock, 'utf8'));
    if (isRunning(owner)) {
      throw new Error(
        `Another "npm start" (process ${owner}) uses ${FOLDER}/. Stop it or add --memory --port 0.`,
      );
    }
    // The owner was killed before it could remove its lock.
    writeFileSync(lock, String(process.pid));
  }
}

function isRunning(pid: number): boolean {
  if (!Number.isInteger(pid) || pid <= 0 || pid === process.pid) return false;
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
