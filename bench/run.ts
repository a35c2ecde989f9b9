import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { catalog } from './catalog';
import { cost } from './cost';
import { credentials } from './credentials';
import { events } from './events';
import { functions } from './functions';
import { hold } from './hold';
import { moving } from './moving';
import { neighbors } from './neighbors';
import { pages } from './pages';
import { scale } from './scale';
import { simulation } from './simulation';
import { effortOf, type Effort } from './support/effort';
import { throughput } from './throughput';
import { units } from './units';

const USAGE = `Measures the service and writes bench/RESULTS.md.

  npm run bench [-- --quick | --smoke]

  --quick    measure directories of 1,000 and 20,000 users and print the results to standard output;
             the full run includes a directory of 1,000,000 users, which takes about 10 minutes and
             6 GB in the temporary folder
  --smoke    run every benchmark once, with small sizes, to see that it works; takes seconds
`;

/** Runs the benchmarks, each of which is a section of the results. */
async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      quick: { type: 'boolean' },
      smoke: { type: 'boolean' },
      help: { type: 'boolean' },
    },
  });
  if (values.help === true) {
    process.stdout.write(USAGE);
    return;
  }
  process.env['AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED'] = 'true';
  const effort = effortOf(values);
  const sections: readonly (readonly [string, () => Promise<string> | string])[] = [
    ['Units and round trips', units],
    ['Cost of a million requests', () => cost(effort)],
    ['Compared with other servers', () => throughput(effort)],
    ['Steady load and large answers', () => hold(effort)],
    ['Noisy neighbors', () => neighbors(effort)],
    ['Short-lived credentials', () => credentials(effort)],
    ['Catalogs', () => catalog(effort)],
    ['Events', () => events(effort)],
    ['Moving', () => moving(effort)],
    ['Pages', () => pages(effort)],
    ['Directory size', () => scale(effort)],
    ['Past one machine', () => simulation(effort)],
    ['Loading a function', () => functions(effort)],
    ['Protocol functions', () => protocol(effort)],
  ];
  let text = head(effort);
  for (const [title, measure] of sections) {
    process.stderr.write(`${title} …\n`);
    text += `\n## ${title}\n\n${(await measure()).trim()}\n`;
  }
  if (effort.flag === '') writeFileSync(path.join(__dirname, 'RESULTS.md'), text);
  else process.stdout.write(text);
}

function head({ flag }: Effort): string {
  const [cpu] = cpus();
  return `# Results

\`npm run bench${flag === '' ? '' : ` -- ${flag}`}\` on ${new Date().toISOString().slice(0, 10)}: \
${cpus().length} cores (${cpu?.model ?? 'unknown'}), Node.js ${process.version}, embedded engine.

Compare ratios, not absolute numbers: the contestants take turns in one run. Clients, servers and \
engine share one machine, so absolute numbers do not predict performance on AWS.
`;
}

function protocol({ protocolTurns, protocolTurnMs }: Effort): string {
  const { stdout, stderr } = spawnSync(process.execPath, [
    '--import',
    'tsx',
    path.join(__dirname, 'protocol', 'run.ts'),
    String(protocolTurns),
    String(protocolTurnMs),
  ]);
  if (stderr.length > 0) throw new Error(stderr.toString());
  return `The ratio is the number of cdk-scim runs in the time of one peer run. \
Peers: scim2-parse-filter 0.2.10, scim-patch 0.8.3, scimmy 1.3.5.\n\n${stdout.toString()}`;
}

main().catch((error: unknown) => {
  process.stderr.write(
    `${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`,
  );
  // Engines and servers that still run would keep the process.
  process.exit(1);
});
