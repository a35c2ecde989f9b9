import { build } from 'esbuild';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { BUNDLE_OPTIONS } from '../lambdas/bundling/bundle-options';
import { FUNCTION_NAMES } from '../lambdas/contract';
import type { Effort } from './support/effort';
import { median, table } from './support/statistics';

const BUNDLES = path.join(__dirname, '..', 'dist', 'lambdas');

/**
 * Measures how long each function takes to load, relative to a bundle with only the DynamoDB client
 * of the SDK. The bundles take turns.
 */
export async function functions({ loads }: Effort): Promise<string> {
  const folder = mkdtempSync(path.join(tmpdir(), 'cdk-scim-bench-'));
  const source = path.join(folder, 'bare.mjs');
  writeFileSync(source, BARE);
  const bare = path.join(folder, 'index.mjs');
  await build({
    ...BUNDLE_OPTIONS,
    entryPoints: [source],
    outfile: bare,
    nodePaths: [path.join(__dirname, '..', 'node_modules')],
  });
  const bundles = new Map([['only the DynamoDB client of the SDK', bare]]);
  for (const name of FUNCTION_NAMES) bundles.set(name, path.join(BUNDLES, name, 'index.mjs'));
  const times = new Map<string, number[]>([...bundles.keys()].map((name) => [name, []]));
  for (let run = 0; run < loads; run += 1)
    for (const [name, file] of bundles) times.get(name)?.push(loadTime(file));
  const reference = median([...times.values()][0] ?? []);
  const rows = [...bundles].map(([name, file]) => {
    const time = median(times.get(name) ?? []);
    return [
      name,
      `${Math.round(statSync(file).size / 1024)} KB`,
      time.toFixed(0),
      (time / reference).toFixed(2),
    ];
  });
  rmSync(folder, { recursive: true });
  return table(['bundle', 'size', 'load, ms', 'ratio'], rows);
}

const BARE = `import { DynamoDBClient, GetItemCommand } from '@aws-sdk/client-dynamodb';
const client = new DynamoDBClient({});
export const handler = (event) => client.send(new GetItemCommand(event));
`;

/**
 * Returns the milliseconds that importing the bundle takes in a new process.
 * @throws Error if it cannot be imported, for example because a setting is missing
 */
function loadTime(file: string): number {
  const script = `
    const start = performance.now();
    import(${JSON.stringify(file)}).then(() => {
      process.stdout.write(String(performance.now() - start));
      process.exit(0);
    });
  `;
  const environment = {
    TABLE_NAME: 'scim',
    LOG_DAYS: '30',
    DEPLOYMENT: 'x',
    SCIM_URL: 'x',
    ROTATION_FUNCTION_ARN: 'x',
    COMPLETION_FUNCTION_ARN: 'x',
    NOTIFICATIONS_FUNCTION_ARN: 'x',
    WEBHOOKS_FUNCTION_ARN: 'x',
    ADMIN_FUNCTION_ARN: 'x',
    PAGES: 'portal console',
    BRANDING: '{}',
    EVENT_BUS_ARN: 'x',
    EVENT_DAYS: '30',
    LOOPBACK: '',
    MAIL_WINDOW: '60',
    MAIL_FROM: 'x',
    AWS_REGION: 'us-east-1',
    AWS_ACCESS_KEY_ID: 'x',
    AWS_SECRET_ACCESS_KEY: 'x',
  };
  const { stdout, stderr } = spawnSync(process.execPath, ['-e', script], {
    env: { ...process.env, ...environment, NODE_NO_WARNINGS: '1' },
  });
  if (stdout.length === 0) throw new Error(`${file} cannot be loaded: ${stderr.toString()}`);
  return Number(stdout.toString());
}
