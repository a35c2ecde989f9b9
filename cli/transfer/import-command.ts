import { Option } from '@commander-js/extra-typings';
import type { ImportConflict } from '../../client';
import { findDeployment } from '../deployment';
import { EXIT, UsageError } from '../errors';
import { color, note, plain, print, printResult, printTable } from '../output/output';
import { Progress } from '../output/progress';
import type { Program } from '../program';
import { Checkpoint } from './checkpoint';
import { FILE_FORMATS, openFile } from './file-source';
import { runImport, type ImportTotals } from './import-run';
import { openScimServer } from './scim-server-source';
import type { Source } from './source';

/** Conflicts that are shown; --json has up to a thousand. */
const SHOWN_CONFLICTS = 50;

const DESCRIPTION =
  'Import resources with the ids and times that they had elsewhere: from a file, or ' +
  'from another SCIM server with --from. Repeating an import changes nothing, and one that was ' +
  'interrupted goes on with the same command. Exit code 1 if something could not be imported.';

const DETAILS = `
Files:
  jsonl   what "cdk-scim export" writes: resources of SCIM, one on each line
  csv     users; the header has SCIM paths, such as
          userName,externalId,name.givenName,name.familyName,emails[type eq "work"].value,active
  workos  directory users and groups, as the API of WorkOS lists them
  auth0   users, as an export job of Auth0 writes them`;

/** Adds `import`. */
export function addImport(program: Program): void {
  program
    .command('import')
    .description(DESCRIPTION)
    .summary('Import resources with their ids')
    .argument('<connection>', 'id of the connection')
    .argument('[file]', 'file to import, unless --from names a server')
    .addOption(new Option('--format <format>', 'form of the file').choices(FILE_FORMATS))
    .option('--from <url>', 'base URL of another SCIM server, before /Users')
    .addOption(new Option('--token <token>', 'bearer token for --from').env('CDK_SCIM_TOKEN'))
    .option('--dry-run', 'say what an import would do, and do none of it')
    .option('--checkpoint <file>', 'where to remember how far the import has come')
    .addHelpText('after', DETAILS)
    .action(async (connection, file, _, command) => {
      const options = command.optsWithGlobals();
      const source = await openSource(file, options);
      const { admin, adminUrl } = await findDeployment(options);
      const dryRun = options.dryRun === true;
      const ended = new AbortController();
      process.once('SIGINT', () => {
        ended.abort();
      });
      const checkpoint = dryRun
        ? undefined
        : new Checkpoint(options.checkpoint ?? checkpointFile(connection, file), {
            import: source.name,
            connection,
            deployment: adminUrl,
          });
      const progress = new Progress(dryRun ? 'checking' : 'importing');
      const totals = await runImport(source, {
        admin,
        connection,
        dryRun,
        checkpoint,
        signal: ended.signal,
        onProgress: ({ lines }) => {
          progress.show(lines, source.total);
        },
      });
      progress.end();
      if (ended.signal.aborted) {
        const goOn = dryRun ? '' : ' Run the same command again to go on.';
        throw new UsageError(`Ended after ${totals.lines} lines.${goOn}`);
      }
      checkpoint?.remove();
      if (totals.conflictCount > 0) process.exitCode = EXIT.findings;
      printResult(options.json, { connection, dryRun, ...totals }, () => {
        printTotals(connection, dryRun, totals);
      });
    });
}

function openSource(
  file: string | undefined,
  options: {
    readonly from?: string | undefined;
    readonly token?: string | undefined;
    readonly format?: (typeof FILE_FORMATS)[number] | undefined;
  },
): Promise<Source> {
  const { from, token, format } = options;
  if ((file === undefined) === (from === undefined)) {
    throw new UsageError('Name a file to import, or another SCIM server with --from.');
  }
  if (file !== undefined) return openFile(file, format);
  if (from === undefined || !/^https?:\/\/[^/]/.test(from) || !URL.canParse(from)) {
    throw new UsageError(`--from takes the base URL of a SCIM server, not "${from ?? ''}".`);
  }
  if (token === undefined) {
    throw new UsageError(
      '--from needs the bearer token of that server: --token or CDK_SCIM_TOKEN.',
    );
  }
  return openScimServer(from, token);
}

function checkpointFile(connection: string, file: string | undefined): string {
  return `${file ?? `import-into-${connection}`}.checkpoint`;
}

function printTotals(connection: string, dryRun: boolean, totals: ImportTotals): void {
  const { created, updated, unchanged, conflicts, conflictCount, ignored } = totals;
  const would = dryRun ? ' would be' : '';
  print(
    `${connection}: ${created}${would} created, ${updated}${would} updated, ` +
      `${unchanged} unchanged, ${conflictCount} conflicts.`,
  );
  if (ignored.length > 0) {
    note(
      `The connection does not have these attributes, and they were left out: ` +
        `${ignored.join(', ')}. ` +
        'Define them before the import to keep them: docs/reference/admin-api.md.',
    );
  }
  if (conflictCount === 0) return;
  print('');
  const shown = conflicts.slice(0, SHOWN_CONFLICTS);
  printTable(['Line', 'Name', 'Problem'], shown.map(rowOf), '');
  if (conflictCount > shown.length) {
    note(`${conflictCount - shown.length} more; --json lists up to ${conflicts.length}.`);
  }
}

function rowOf({ line, id, name, detail, members, unknownMembers }: ImportConflict): string[] {
  const list = members === undefined ? '' : ` ${members.join(', ')}`;
  const more = (unknownMembers ?? 0) - (members?.length ?? 0);
  const rest = more > 0 ? ` and ${more} more` : '';
  return [String(line), plain(name ?? id ?? ''), color.red(plain(`${detail}${list}${rest}`))];
}
