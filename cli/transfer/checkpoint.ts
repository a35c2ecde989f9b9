import { readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { UsageError } from '../errors';
import { objectIn, type JsonObject } from './source';

/*
 * A checkpoint is a file that says how far an import or export has come, so that the same command
 * goes on there after it was interrupted. It is replaced as a whole, and deleted at the end.
 */

/** The checkpoint of one import or export. */
export class Checkpoint {
  /**
   * @param file its path
   * @param task what identifies the import or export
   */
  constructor(
    readonly file: string,
    private readonly task: Readonly<Record<string, string>>,
  ) {}

  /** Returns what the last run saved; undefined if there was none. @throws UsageError */
  read(): JsonObject | undefined {
    let text: string;
    try {
      text = readFileSync(this.file, 'utf8');
    } catch {
      return undefined;
    }
    const saved = parsed(text);
    const isSame = Object.entries(this.task).every(([name, value]) => saved?.[name] === value);
    if (saved !== undefined && isSame) return saved;
    throw new UsageError(
      `${this.file} is the checkpoint of something else. Delete it if it is not needed any more.`,
    );
  }

  /** Saves how far the run has come. The file is for its owner only: it can have names. */
  save(progress: JsonObject): void {
    const next = `${this.file}.new`;
    writeFileSync(next, JSON.stringify({ ...this.task, ...progress }), { mode: 0o600 });
    renameSync(next, this.file);
  }

  /** Deletes the checkpoint. */
  remove(): void {
    rmSync(this.file, { force: true });
  }
}

function parsed(text: string): JsonObject | undefined {
  try {
    return objectIn(JSON.parse(text));
  } catch {
    return undefined;
  }
}
