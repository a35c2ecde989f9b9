import type { ImportConflict, ScimAdminClient } from '../../client';
import { UnreachableError } from '../errors';
import type { Checkpoint } from './checkpoint';
import { objectsIn, type JsonObject, type Place, type Source, type SourceLine } from './source';

/**
 * The most of a call, unless one line is larger. The API takes 4 MB, but has 28 seconds for it;
 * small calls finish, and show the progress.
 */
const PAGE_BYTES = 512 * 1024;
const PAGE_LINES = 500;

/** Calls about the same lines that change nothing, before the import gives up. */
const IDLE_CALLS = 5;

/** Conflicts that are kept; more are only counted. */
const KEPT_CONFLICTS = 1000;

/** The result of an import so far. */
export interface ImportTotals {
  /** Lines that are done. */
  readonly lines: number;
  readonly created: number;
  readonly updated: number;
  readonly unchanged: number;
  readonly conflictCount: number;
  /** The first conflicts; `line` is the number of the line in the source. */
  readonly conflicts: readonly ImportConflict[];
  /** Attributes that the connection does not have. */
  readonly ignored: readonly string[];
}

const NOTHING: ImportTotals = {
  lines: 0,
  created: 0,
  updated: 0,
  unchanged: 0,
  conflictCount: 0,
  conflicts: [],
  ignored: [],
};

/** The target and the manner of an import. */
export interface ImportTarget {
  readonly admin: ScimAdminClient;
  readonly connection: string;
  readonly dryRun: boolean;
  /** Undefined for a dry run. */
  readonly checkpoint: Checkpoint | undefined;
  /** Ends the import after the present call. */
  readonly signal: AbortSignal;
  readonly onProgress: (totals: ImportTotals) => void;
}

/**
 * Imports a source from where an earlier run has ended.
 * @returns the totals of all runs
 * @throws UnreachableError, UsageError
 */
export async function runImport(source: Source, target: ImportTarget): Promise<ImportTotals> {
  const { checkpoint } = target;
  const saved = checkpoint?.read();
  let totals = saved === undefined ? NOTHING : totalsFrom(saved);
  let page: SourceLine[] = [];
  let bytes = 0;
  const send = async (): Promise<void> => {
    const last = page.at(-1);
    if (last === undefined) return;
    totals = sum(totals, await importPage(page, target));
    checkpoint?.save({ ...totals, place: last.next });
    target.onProgress(totals);
    [page, bytes] = [[], 0];
  };
  for await (const line of source.lines(saved === undefined ? undefined : placeFrom(saved))) {
    if (target.signal.aborted) return totals;
    const size = Buffer.byteLength(line.text) + 1;
    if (page.length === PAGE_LINES || bytes + size > PAGE_BYTES) await send();
    page.push(line);
    bytes += size;
  }
  if (!target.signal.aborted) await send();
  return totals;
}

/** Imports some lines, in as many calls as it takes. */
async function importPage(
  page: readonly SourceLine[],
  { admin, connection, dryRun }: ImportTarget,
): Promise<ImportTotals> {
  const text = page.map((line) => line.text).join('\n');
  let [created, updated, idle] = [0, 0, 0];
  for (;;) {
    const result = await admin.importResources(connection, text, { dryRun });
    const isProgress = result.created + result.updated > 0;
    // Lines that earlier calls have changed are unchanged now.
    const unchanged = result.unchanged - created - updated;
    created += result.created;
    updated += result.updated;
    idle = isProgress ? 0 : idle + 1;
    if (!result.isComplete && idle === IDLE_CALLS) {
      throw new UnreachableError('The deployment is too busy. Run the same command again later.');
    }
    if (!result.isComplete) continue;
    const conflicts = result.conflicts.map((conflict) => ({
      ...conflict,
      line: page[conflict.line - 1]?.number ?? conflict.line,
    }));
    return {
      lines: page.length,
      created,
      updated,
      unchanged: Math.max(0, unchanged),
      conflictCount: result.conflictCount,
      conflicts,
      ignored: result.ignored,
    };
  }
}

function sum(one: ImportTotals, other: ImportTotals): ImportTotals {
  return {
    lines: one.lines + other.lines,
    created: one.created + other.created,
    updated: one.updated + other.updated,
    unchanged: one.unchanged + other.unchanged,
    conflictCount: one.conflictCount + other.conflictCount,
    conflicts: [...one.conflicts, ...other.conflicts].slice(0, KEPT_CONFLICTS),
    ignored: [...new Set([...one.ignored, ...other.ignored])],
  };
}

function totalsFrom(saved: JsonObject): ImportTotals {
  const number = (name: keyof ImportTotals): number => Number(saved[name] ?? 0);
  const ignored: readonly unknown[] = Array.isArray(saved['ignored']) ? saved['ignored'] : [];
  return {
    lines: number('lines'),
    created: number('created'),
    updated: number('updated'),
    unchanged: number('unchanged'),
    conflictCount: number('conflictCount'),
    conflicts: objectsIn(saved['conflicts']).map((conflict) => ({
      ...conflict,
      line: Number(conflict['line']),
      detail: String(conflict['detail']),
    })),
    ignored: ignored.map(String),
  };
}

function placeFrom({ place }: JsonObject): Place | undefined {
  if (typeof place === 'number') return place;
  return typeof place === 'object' && place !== null ? { ...place } : undefined;
}
