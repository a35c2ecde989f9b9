import type { Finding, Verification } from '../../directory/verify/findings';
import { EXIT } from '../errors';
import { printJson } from '../output/output';
import type { Program } from '../program';
import { openTable } from '../table-target';
import { verifyTwice } from '../verification';

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

function report({
  items,
  users,
  groups,
  others,
  memberships,
  underWay,
  formerValues,
  findings,
}: Verification): string {
  const line = ({ subject, problem }: Finding): string => `${subject} ${problem}\n`;
  const summary =
    `${items} items: ${users} users, ${groups} groups, ${memberships} memberships, ` +
    `${others} resources of other types; ` +
    `${underWay} changes or deletions in progress; ${findings.length} findings.\n` +
    (formerValues === 0
      ? ''
      : `${formerValues} values are in the form of an earlier release and are being converted.\n`);
  return findings.map(line).join('') + summary;
}
