import { Option } from '@commander-js/extra-typings';
import { setTimeout as sleep } from 'node:timers/promises';
import type { LogEntry, LogFilter, ScimAdminClient } from '../../client';
import { findDeployment } from '../deployment';
import { UsageError } from '../errors';
import { note, print, printJson } from '../output/output';
import { durationSeconds } from '../output/time';
import { positiveNumber, type Program } from '../program';
import { unlessDown } from '../unless-down';
import { listed } from './listed';
import { logText } from './log-text';

/** Entries that are shown, unless there is a limit. */
const DEFAULT_LIMIT = 20;

/** Pause between two requests for new entries. */
const POLL_MS = 2000;

/**
 * How far a request for new entries goes back. Entries of changes appear after a moment, in any
 * order, and up to a minute late while very large changes are completed.
 */
const OVERLAP_MS = 90_000;

/** Adds `log`. */
export function addLog(program: Program): void {
  program
    .command('log')
    .description('Show what failed and what changed, with the reason and what to do about it')
    .argument('<connection>', 'id of the connection')
    .option('--failed', 'only requests that failed')
    .option('--follow', 'go on with new entries until Ctrl+C')
    .option('--user <name>', 'only what concerns this user name')
    .option('--cause <code>', 'only this cause, such as unknownMember')
    .option('--resource <id>', 'only what concerns the user or group with this id')
    .addOption(
      new Option('--kind <kind>', 'only entries of this kind').choices([
        'failure',
        'change',
        'ignored',
        'mail',
      ] as const),
    )
    .option('--since <time>', 'a duration such as 2h, or a time such as 2026-01-31T12:00:00Z')
    .option('--limit <number>', `the newest entries (default: ${DEFAULT_LIMIT})`, positiveNumber)
    .action(async (connection, _, command) => {
      const options = command.optsWithGlobals();
      const { failed, user, cause, resource, kind, since, limit = DEFAULT_LIMIT } = options;
      const filter: LogFilter = {
        ...(failed === undefined ? {} : { status: 'failed' }),
        ...(user === undefined ? {} : { userName: user }),
        ...(cause === undefined ? {} : { cause }),
        ...(resource === undefined ? {} : { resource }),
        ...(kind === undefined ? {} : { kind }),
      };
      const from = since === undefined ? {} : { from: startOf(since) };
      const { admin } = await findDeployment(options);
      const explained = new Set<string>();
      const show = (entry: LogEntry): void => {
        if (options.json === true) printJson(entry, true);
        else print(logText(entry, explained));
      };
      if (options.follow === true) {
        const start = { filter, from, limit };
        for await (const entry of followed(admin, connection, start)) show(entry);
        return;
      }
      const newest = await listed(admin.log(connection, { ...filter, ...from }), limit);
      // The newest entry is the last line above the prompt.
      for (const entry of newest.toReversed()) show(entry);
      if (newest.length === 0) {
        note(failed === true ? 'No request has failed.' : 'The log has no such entries.');
      }
    });
}

/** A date (UTC), or a time, of this machine's zone unless it names another. */
const TIME = /^\d{4}-\d\d-\d\d(?:[T ]\d\d:\d\d(?::\d\d(?:\.\d+)?)?(?:Z|[+-]\d\d:\d\d)?)?$/;

/** Returns the time that `--since` states. @throws UsageError */
function startOf(since: string): string {
  const seconds = durationSeconds(since);
  if (seconds !== undefined) return new Date(Date.now() - seconds * 1000).toISOString();
  const time = TIME.test(since) ? Date.parse(since) : Number.NaN;
  if (!Number.isNaN(time)) return new Date(time).toISOString();
  throw new UsageError('--since takes a duration such as 2h or a time such as 2026-01-31T12:00Z.');
}

/** Yields the newest entries and then new ones, oldest first, until the process ends. */
async function* followed(
  admin: ScimAdminClient,
  connection: string,
  start: { readonly filter: LogFilter; readonly from: object; readonly limit: number },
): AsyncGenerator<LogEntry, never> {
  const { filter, from, limit } = start;
  let answeredAt = Date.now();
  const recent = async (): Promise<readonly LogEntry[]> => {
    const now = Date.now();
    // Since the last answer, so that nothing of an outage is left out.
    const since = new Date(answeredAt - OVERLAP_MS).toISOString();
    const entries = await listed(admin.log(connection, { ...filter, from: since }));
    answeredAt = now;
    return entries;
  };
  // Read first, so that an entry that appears between the two requests is not taken for seen.
  let seen = new Set((await recent()).map(({ id }) => id));
  const newest = await listed(admin.log(connection, { ...filter, ...from }), limit);
  yield* newest.toReversed();
  for (const { id } of newest) seen.add(id);
  for (;;) {
    await sleep(POLL_MS);
    const entries = await unlessDown(recent);
    if (entries === undefined) continue;
    for (const entry of entries.toReversed()) if (!seen.has(entry.id)) yield entry;
    seen = new Set(entries.map(({ id }) => id));
  }
}
