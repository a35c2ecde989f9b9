import { spawn, type ChildProcess } from 'node:child_process';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { startEngine, type Engine } from '../../local/engine';

/** A server that a benchmark drives over HTTP, on an engine of its own. */
export interface Subject {
  readonly name: string;
  readonly baseUrl: string;
  readonly token: string;
  stop(): Promise<void>;
}

const ROOT = path.join(__dirname, '..', '..');

/** Ours, as `npm start` runs it. @param engine one that is there already; a new, empty one by default */
export async function startOurs(engine?: Engine): Promise<Subject> {
  const own = engine ?? (await startEngine());
  const args = [
    '--import',
    'tsx',
    'local/start.ts',
    '--memory',
    '--port',
    '0',
    '--json',
    '--idp',
    'entra',
    '--dynamodb',
    own.endpoint,
  ];
  const { child, line } = await started(args, ROOT, {});
  return {
    name: 'cdk-scim',
    baseUrl: String(line['scimBaseUrl']),
    token: String(line['token']),
    stop: () => stopped(child, own),
  };
}

/** A peer from `bench/peers`. */
export async function startPeer(name: 'scimmy' | 'polis'): Promise<Subject> {
  const engine = await startEngine();
  const { child, line } = await started([`peers/${name}.mjs`], path.join(ROOT, 'bench'), { ENDPOINT: engine.endpoint });
  return { name, baseUrl: String(line['baseUrl']), token: String(line['token']), stop: () => stopped(child, engine) };
}

async function started(
  args: readonly string[],
  cwd: string,
  environment: Readonly<Record<string, string>>,
): Promise<{ child: ChildProcess; line: Record<string, unknown> }> {
  const env = { ...process.env, ...environment, NODE_NO_WARNINGS: '1', NODE_ENV: 'production' };
  const child = spawn(process.execPath, args, { cwd, env, stdio: ['ignore', 'pipe', 'inherit'] });
  const line = await new Promise<string>((resolve, reject) => {
    createInterface({ input: child.stdout }).once('line', resolve);
    child.once('exit', (code) => {
      reject(new Error(`${args.join(' ')} ended with code ${String(code)}.`));
    });
  });
  return { child, line: JSON.parse(line) as Record<string, unknown> };
}

async function stopped(child: ChildProcess, engine: Engine): Promise<void> {
  const exit = new Promise((resolve) => child.once('exit', resolve));
  child.kill('SIGTERM');
  await exit;
  await engine.stop();
}
