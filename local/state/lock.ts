import { execFileSync } from 'node:child_process';
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { isObject, parseJson, type Json } from '../../scim/json';

/** Process that holds a lock. */
interface Owner {
  readonly pid: number;
  /** When it started, in a form that only serves to compare; absent if the system does not say. */
  readonly started?: string;
}

/**
 * Creates a lock file, or replaces one whose owner was killed before it could remove it.
 * @throws Error with advice if the owner still runs
 */
export function takeLock(lock: string): void {
  const started = startOf(process.pid);
  const own: Owner = { pid: process.pid, ...(started === undefined ? {} : { started }) };
  try {
    writeFileSync(lock, JSON.stringify(own), { flag: 'wx' });
  } catch (error) {
    const owner = ownerOf(lock);
    if (owner === undefined) throw error;
    if (isRunning(owner)) {
      throw new Error(
        `Another "npm start" (process ${owner.pid}) uses ${path.dirname(lock)}. Stop it, or add ` +
          '--memory --port 0.',
        { cause: error },
      );
    }
    rmSync(lock, { force: true });
    takeLock(lock);
  }
}

/** Returns the process that a lock names; pid 0 if the file says nothing, undefined without it. */
function ownerOf(lock: string): Owner | undefined {
  let text: string;
  try {
    text = readFileSync(lock, 'utf8');
  } catch {
    return undefined;
  }
  const json = parsed(text);
  if (!isObject(json)) return { pid: Number(text) || 0 };
  const { pid, started } = json;
  return { pid: Number(pid) || 0, ...(typeof started === 'string' ? { started } : {}) };
}

function parsed(text: string): Json | undefined {
  try {
    return parseJson(text);
  } catch {
    return undefined;
  }
}

/**
 * Returns whether the owner of a lock still runs. Systems reuse process ids, above all in
 * containers, where each start gets the same ones: a process that started at another time is a
 * different one.
 */
function isRunning({ pid, started }: Owner): boolean {
  if (!Number.isInteger(pid) || pid <= 0) return false;
  try {
    process.kill(pid, 0);
  } catch {
    return false;
  }
  const now = startOf(pid);
  return started === undefined || now === undefined ? pid !== process.pid : now === started;
}

/**
 * Returns when a process started: on Linux in ticks since the boot, elsewhere as `ps` prints it.
 * @see https://man7.org/linux/man-pages/man5/proc_pid_stat.5.html
 */
function startOf(pid: number): string | undefined {
  try {
    if (process.platform === 'linux') {
      const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
      // The second field, the name in parentheses, may contain spaces. The start is the 22nd.
      return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19];
    }
    return execFileSync('ps', ['-o', 'lstart=', '-p', String(pid)], { encoding: 'utf8' }).trim();
  } catch {
    return undefined;
  }
}
