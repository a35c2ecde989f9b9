import { setTimeout as sleep } from 'node:timers/promises';
import { persisting, verify, type Finding, type Verification } from '../directory/verify/verify';
import type { Table } from '../directory/store/table';
import { Progress } from './progress';
import { openTarget, readFlags, runTool, TARGET_USAGE } from './target';

const USAGE = `Checks every item of a table against the others; see docs/data-model.md for the rules. It reads the whole table, once, and once more when something
was found: what a request was just writing is no finding. It ends with code 1 when there are findings, which it prints one to a line.

  npm run verify -- --table NAME [flags]

  --json             print the result as JSON
${TARGET_USAGE}`;

/** Between the two checks: longer than a request may take. */
const SETTLE_MS = 30_000;

/** `npm run verify`. */
async function main(): Promise<number> {
  const flags = readFlags(process.argv.slice(2), { json: { type: 'boolean' } });
  if (flags === 'help') {
    process.stdout.write(USAGE);
    return 0;
  }
  const { table, close } = await openTarget(flags);
  const result = await verifyTwice(table);
  close();
  process.stdout.write(flags['json'] === true ? `${JSON.stringify(result)}\n` : report(result));
  return result.findings.length === 0 ? 0 : 1;
}

async function verifyTwice(table: Table): Promise<Verification> {
  const first = await verifyOnce(table, 'checking');
  if (first.findings.length === 0) return first;
  process.stderr.write(`${first.findings.length} findings; looking again in ${SETTLE_MS / 1000} s.\n`);
  await sleep(SETTLE_MS);
  const second = await verifyOnce(table, 'checking again');
  return { ...second, findings: persisting(first.findings, second.findings) };
}

async function verifyOnce(table: Table, label: string): Promise<Verification> {
  const progress = new Progress(label);
  const result = await verify(table, (items) => {
    progress.show(items);
  });
  progress.end();
  return result;
}

function report({ items, users, groups, memberships, underWay, findings }: Verification): string {
  const line = ({ subject, problem }: Finding): string => `${subject} ${problem}\n`;
  const summary =
    `${items} items: ${users} users, ${groups} groups, ${memberships} memberships; ` +
    `${underWay} changes or deletions under way; ${findings.length} findings.\n`;
  return findings.map(line).join('') + summary;
}

runTool(USAGE, main);
