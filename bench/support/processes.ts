import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { spawn, type ChildProcess } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { LOCAL_CREDENTIALS, startEngine, type Engine } from '../../local/engine';
import { createTable } from '../../local/local-table';
import { Template } from '../../local/template';

/** Server that a benchmark calls over HTTP. It has its own engine. */
export interface Subject {
  readonly name: string;
  readonly baseUrl: string;
  readonly token: string;
  /**
   * Returns the CPU time of the server without its engine, in milliseconds; NaN on systems without
   * /proc.
   */
  cpu(): number;
  stop(): Promise<void>;
}

const ROOT = path.join(__dirname, '..', '..');

/**
 * Starts the built functions of cdk-scim behind a bare server.
 * @param engine an engine that is already running; by default, a new one with an empty table
 */
export async function startOurs(engine?: Engine, identityProvider = 'entra'): Promise<Subject> {
  const own = engine ?? (await startTable());
  return startServer('cdk-scim', 'ours', own, { IDP: identityProvider });
}

/** Starts the handler that only makes the calls to DynamoDB, on a new engine. */
export async function startLimit(): Promise<Subject> {
  return startServer('limit A', 'limit', await startTable(), {});
}

/** Starts a peer from `bench/peers` on a new engine. */
export async function startPeer(name: 'scimmy' | 'polis'): Promise<Subject> {
  return startServer(name, name, await startEngine(), {});
}

/** Starts an engine with the template's table, without its stream. */
export async function startTable(): Promise<Engine> {
  const engine = await startEngine();
  const client = new DynamoDBClient({
    endpoint: engine.endpoint,
    region: 'us-east-1',
    credentials: LOCAL_CREDENTIALS,
  });
  const template = Template.synthesize();
  const { StreamSpecification: _, ...properties } =
    template.ofType('AWS::DynamoDB::GlobalTable')[0]?.properties ?? {};
  await createTable(client, 'scim', properties);
  template.dispose();
  client.destroy();
  return engine;
}

async function startServer(
  name: string,
  file: string,
  engine: Engine,
  environment: Readonly<Record<string, string>>,
): Promise<Subject> {
  const cwd = path.join(ROOT, 'bench');
  const { child, line } = await started([`peers/${file}.mjs`], cwd, {
    ...environment,
    ENDPOINT: engine.endpoint,
  });
  const stop = () => stopped(child, engine);
  const cpu = () => cpuOf(child.pid ?? 0);
  return { name, baseUrl: String(line['baseUrl']), token: String(line['token']), cpu, stop };
}

/** Returns the user and system time of a process in milliseconds; proc(5) has ticks of 10 ms. */
function cpuOf(pid: number): number {
  const file = `/proc/${pid}/stat`;
  if (!existsSync(file)) return Number.NaN;
  const [user, system] = readFileSync(file, 'utf8')
    .replace(/^.*\) /, '')
    .split(' ')
    .slice(11, 13);
  return (Number(user) + Number(system)) * 10;
}

async function started(
  args: readonly string[],
  cwd: string,
  environment: Readonly<Record<string, string>>,
): Promise<{ child: ChildProcess; line: Record<string, unknown> }> {
  const quiet = { NODE_NO_WARNINGS: '1', AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: 'true' };
  const env = { ...process.env, ...environment, ...quiet, NODE_ENV: 'production' };
  const child = spawn(process.execPath, args, { cwd, env, stdio: ['ignore', 'pipe', 'inherit'] });
  const line = await new Promise<string>((resolve, reject) => {
    // Log lines of the admin function come before the line with the URL.
    createInterface({ input: child.stdout }).on('line', (text) => {
      if (text.includes('"baseUrl"')) resolve(text);
    });
    child.once('exit', (code) => {
      reject(new Error(`${args.join(' ')} exited with code ${String(code)}.`));
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
