import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { functions } from './functions';
import { scale } from './scale';
import { simulation } from './simulation';
import { throughput } from './throughput';
import { units } from './units';

const USAGE = `Measures the service and writes bench/RESULTS.md.

  npm run bench [-- --quick]

  --quick    directories of 1,000 and 20,000 users, on standard output only; the whole run makes one of 1,000,000, which takes some
             10 minutes and 6 GB in the temporary folder
`;

/** What is measured, by its heading. */
async function main(): Promise<void> {
  const { values } = parseArgs({ options: { quick: { type: 'boolean' }, help: { type: 'boolean' } } });
  if (values.help === true) {
    process.stdout.write(USAGE);
    return;
  }
  process.env['AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED'] = 'true';
  const isQuick = values.quick === true;
  const sizes = isQuick ? [1000, 20_000] : [1000, 100_000, 1_000_000];
  const sections: readonly (readonly [string, () => Promise<string> | string])[] = [
    ['Request units', units],
    ['Beside others', throughput],
    ['Size of the directory', () => scale(sizes, isQuick ? [10, 1000] : [10, 1000, 10_000, 100_000])],
    ['Past one machine', simulation],
    ['Loading a function', functions],
    ["The protocol's pure parts", protocol],
  ];
  let text = head(isQuick);
  for (const [title, measure] of sections) {
    process.stderr.write(`${title} …\n`);
    text += `\n## ${title}\n\n${(await measure()).trim()}\n`;
  }
  if (isQuick) process.stdout.write(text);
  else writeFileSync(path.join(__dirname, 'RESULTS.md'), text);
}

function head(isQuick: boolean): string {
  const [cpu] = cpus();
  return `# Results

\`npm run bench${isQuick ? ' -- --quick' : ''}\`, ${new Date().toISOString().slice(0, 10)}, on ${cpus().length} cores (${cpu?.model ?? 'unknown'}), Node.js ${process.version}, the embedded engine. Ratios
are what counts: the sides take turns in one run. Absolute numbers are those of one shared machine, which the load, the servers and the engine share; they say
nothing of AWS.
`;
}

function protocol(): string {
  const { stdout } = spawnSync(process.execPath, ['--import', 'tsx', path.join(__dirname, 'protocol', 'run.ts')]);
  return `How often ours is done while the peer is done once; scim2-parse-filter 0.2.10, scim-patch 0.8.3, scimmy 1.3.5.\n\n${stdout.toString()}`;
}

main().catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
  process.exitCode = 1;
});
