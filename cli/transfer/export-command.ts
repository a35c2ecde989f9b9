import { appendFileSync, existsSync, truncateSync, writeFileSync } from 'node:fs';
import { once } from 'node:events';
import path from 'node:path';
import type { ScimAdminClient } from '../../client';
import { findDeployment } from '../deployment';
import { UsageError } from '../errors';
import { note, print, printResult } from '../output/output';
import { Progress } from '../output/progress';
import type { Program } from '../program';
import { Checkpoint } from './checkpoint';
import { textIn } from './source';

const DESCRIPTION =
  'Write the resources of a connection as JSON Lines, which "cdk-scim import" reads: those of ' +
  'custom types, users, deleted users that are retained, groups, and memberships. Each resource ' +
  'is as it was when it was read; a change during the export may be missing. An export into a ' +
  'file that was interrupted goes on with the same command.';

/** Adds `export`. */
export function addExport(program: Program): void {
  program
    .command('export')
    .description(DESCRIPTION)
    .summary('Write the resources of a connection to a file')
    .argument('<connection>', 'id of the connection')
    .option('--out <file>', 'file to write (default: standard output)')
    .action(async (connection, _, command) => {
      const options = command.optsWithGlobals();
      const { admin, adminUrl } = await findDeployment(options);
      const { out } = options;
      if (out === undefined) {
        await printExport(admin, connection);
        return;
      }
      const lines = await writeExport(admin, { connection, deployment: adminUrl }, out);
      printResult(options.json, { connection, file: path.resolve(out), lines }, () => {
        print(`${out} has ${lines} lines. It contains personal data: keep it accordingly.`);
      });
    });
}

async function printExport(admin: ScimAdminClient, connection: string): Promise<void> {
  let cursor: string | undefined;
  do {
    const page = await admin.exportResources(connection, cursor);
    if (!process.stdout.write(page.lines)) await once(process.stdout, 'drain');
    cursor = page.nextCursor;
  } while (cursor !== undefined);
}

/** Writes a file, from where an earlier run has ended. @returns the number of its lines */
async function writeExport(
  admin: ScimAdminClient,
  { connection, deployment }: { readonly connection: string; readonly deployment: string },
  file: string,
): Promise<number> {
  const task = { export: path.resolve(file), connection, deployment };
  const checkpoint = new Checkpoint(`${file}.checkpoint`, task);
  const earlier = checkpoint.read();
  const exists = existsSync(file);
  if (earlier === undefined && exists) {
    throw new UsageError(`${file} exists already. Choose another name, or delete it first.`);
  }
  const saved = exists ? earlier : undefined;
  let cursor = textIn(saved?.['cursor']);
  let [bytes, lines] = [Number(saved?.['bytes'] ?? 0), Number(saved?.['lines'] ?? 0)];
  if (saved === undefined) {
    // The checkpoint comes first: a file without one is never written to.
    checkpoint.save({ bytes, lines });
    writeFileSync(file, '', { mode: 0o600, flag: 'wx' });
  }
  // The lines after the last checkpoint are read again.
  truncateSync(file, bytes);
  const ended = new AbortController();
  process.once('SIGINT', () => {
    ended.abort();
  });
  const progress = new Progress('exporting lines');
  do {
    const page = await admin.exportResources(connection, cursor);
    appendFileSync(file, page.lines);
    bytes += Buffer.byteLength(page.lines);
    lines += page.lines.split('\n').length - 1;
    progress.show(lines);
    cursor = page.nextCursor;
    if (cursor === undefined) break;
    checkpoint.save({ cursor, bytes, lines });
  } while (!ended.signal.aborted);
  progress.end();
  if (cursor !== undefined) {
    note(`Ended after ${lines} lines.`);
    throw new UsageError('Run the same command again to go on.');
  }
  checkpoint.remove();
  return lines;
}
