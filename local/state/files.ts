import {
  appendFileSync,
  existsSync,
  readFileSync,
  renameSync,
  statfsSync,
  writeFileSync,
} from 'node:fs';
import path from 'node:path';
import { parseJson, type Json } from '../../scim/json';

/** Below this much free space, in bytes, a disk counts as full: SQLite writes whole pages. */
const FULL_BYTES = 1024 ** 2;

/**
 * Reads a file with one JSON value per line. A last line without a line break was cut off when its
 * writer died, before anybody relied on it, so it is left out.
 * @returns no values if the file does not exist
 * @throws Error that names the file and says how to start over if another line is not JSON
 */
export function readJsonLines(file: string): readonly Json[] {
  if (!existsSync(file)) return [];
  const lines = readFileSync(file, 'utf8').split('\n').slice(0, -1);
  return lines.map((line, index) => {
    try {
      return parseJson(line);
    } catch {
      throw new Error(`Line ${index + 1} of ${file} is damaged. ${startOver(file)}`);
    }
  });
}

/** Adds a value to a file of JSON lines. */
export function appendJsonLine(file: string, value: object): void {
  appendFileSync(file, jsonLine(value), { mode: 0o600 });
}

/** Replaces a file of JSON lines as a whole: readers see the old or the new content. */
export function writeJsonLines(file: string, values: readonly object[]): void {
  const next = `${file}.next`;
  try {
    writeFileSync(next, values.map(jsonLine).join(''), { mode: 0o600 });
    renameSync(next, file);
  } catch (error) {
    throw unwritable(path.dirname(file), error);
  }
}

function jsonLine(value: object): string {
  return `${JSON.stringify(value)}\n`;
}

/** Says how to go on without a damaged file of the state. */
export function startOver(file: string): string {
  return (
    `To start over, delete the folder ${path.dirname(file)}: its users, groups and tokens are ` +
    'lost. To leave it as it is, add --memory.'
  );
}

/** Adds advice to an error of the file system; returns other errors unchanged. */
export function unwritable(folder: string, error: unknown): unknown {
  const code = typeof error === 'object' && error !== null && 'code' in error && error.code;
  switch (code) {
    case 'EACCES':
    case 'EPERM':
    case 'EROFS':
      return new Error(
        `This user may not write to ${folder}. Start in a folder that you may write to, or add ` +
          '--memory to keep nothing on disk.',
        { cause: error },
      );
    case 'ENOSPC':
    case 'EDQUOT':
      return new Error(`${fullDisk(folder)} Or add --memory to keep nothing on disk.`, {
        cause: error,
      });
    case 'EEXIST':
    case 'ENOTDIR':
      return new Error(`${folder} is not a folder. Rename or delete that file.`, { cause: error });
    default:
      return error;
  }
}

/** Says that the disk of a folder is full, and what to do. */
export function fullDisk(folder: string): string {
  return `The disk that holds ${folder} is full. Free some space and try again.`;
}

/** Returns the free space of the disk that holds a folder, in bytes. */
export function freeBytes(folder: string): number {
  const { bavail, bsize } = statfsSync(folder);
  return bavail * bsize;
}

/** Returns whether the disk that holds a folder has no room left for a write. */
export function isDiskFull(folder: string): boolean {
  return freeBytes(folder) < FULL_BYTES;
}
