import { setTimeout as sleep } from 'node:timers/promises';
import { persisting, type Finding, type Verification } from '../directory/verify/findings';
import { verify } from '../directory/verify/verify';
import type { Table } from '../directory/store/table';
import { Progress } from './progress';
import { openTarget, readFlags, runTool, TARGET_USAGE } from './target';

const USAGE = `Checks that the items of a table are consistent with each other. The rules are in
docs/concepts/data-model.md.

The check reads the whole table. If it finds something, it reads the table again and reports only
findings that persist, because requests in progress can look like inconsistencies. It prints one
finding per line and exits with code 1 if there are any.

  npm run verify -- --table NAME [flags]

  --json             print the result as JSON
${TARGET_USAGE}`;

/** Pause between the two checks: longer than a request may take. */
const SETTLE_MS = 30_000;

/** Entry point of `npm run verify`. */
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
  process.stderr.write(
    `${first.findings.length} findings; checking again in ${SETTLE_MS / 1000} s.\n`,
  );
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

function report({
  items,
  users,
  groups,
  memberships,
  underWay,
  formerValues,
  findings,
}: Verification): string {
  const line = ({ subject, problem }: Finding): string => `${subject} ${problem}\n`;
  const summary =
    `${items} items: ${users} users, ${groups} groups, ${memberships} memberships; ` +
    `${underWay} changes or deletions in progress; ${findings.length} findings.\n` +
    (formerValues === 0
      ? ''
      : `${formerValues} values are in the form of an earlier release and are being converted.\n`);
  return findings.map(line).join('') + summary;
}

runTool(USAGE, main);
