import { setTimeout as sleep } from 'node:timers/promises';
import { persisting, type Finding, type Verification } from '../../directory/verify/findings';
import { verify } from '../../directory/verify/verify';
import type { Table } from '../../directory/store/table';
import { EXIT } from '../errors';
import { note, printJson } from '../output/output';
import { Progress } from '../output/progress';
import type { Program } from '../program';
import { openTable } from '../table-target';

/** Pause between the two checks: longer than a request may take. */
const SETTLE_MS = 30_000;

/** Adds `verify`. */
export function addVerify(program: Program): void {
  program
    .command('verify')
    .description(
      'Check that the items of a table are consistent. Reads the whole table, and reads it again ' +
        'if it finds something, because requests in progress can look like inconsistencies. ' +
        'Exit code 1 if there are findings.',
    )
    .summary('Check that the items of a table are consistent')
    .option('--table <name>', 'table; "scim" for npm start (default: that of --stack)')
    .option('--dynamodb <url>', 'endpoint of a local engine (default: AWS)')
    .action(async (_, command) => {
      const options = command.optsWithGlobals();
      const { table, close } = await openTable(options);
      try {
        const result = await verifyTwice(table);
        if (result.findings.length > 0) process.exitCode = EXIT.findings;
        if (options.json === true) printJson(result, true);
        else process.stdout.write(report(result));
      } finally {
        close();
      }
    });
}

async function verifyTwice(table: Table): Promise<Verification> {
  const first = await verifyOnce(table, 'checking');
  if (first.findings.length === 0) return first;
  note(`${first.findings.length} findings; checking again in ${SETTLE_MS / 1000} s.`);
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
