import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';

/** Where state is kept between runs, below the folder that `npm start` is called in. */
const FOLDER = '.scim-local';

/** The files of a run, and the lock that keeps a second run from them. */
export interface State {
  /** Undefined when nothing is kept. */
  readonly database: string | undefined;
  readonly secrets: string | undefined;
  release(): void;
}

/**
 * Opens the state for this run alone.
 * @param memory whether nothing is kept
 * @throws Error when another run has it open
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
        `Another "npm start" (process ${owner}) uses ${FOLDER}/. Stop it, or start this one with "npm start -- --memory --port 0".`,
      );
    }
    // Its owner was killed before it could clean up.
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
