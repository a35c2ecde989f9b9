import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { spawn, type ChildProcess } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { LOCAL_CREDENTIALS, startEngine, type Engine } from '../../local/engine';
import { createTable } from '../../local/local-table';
import { Template } from '../../local/template';

/** A server that a benchmark drives over HTTP, on an engine of its own. */
export interface Subject {
  readonly name: string;
  readonly baseUrl: string;
  readonly token: string;
  /** Milliseconds of CPU that the server has used, without its engine; NaN where the system does not tell. */
  cpu(): number;
  stop(): Promise<void>;
}

const ROOT = path.join(__dirname, '..', '..');

/** Ours: the built functions behind a bare server. @param engine one that is there already; a new, empty one by default */
export async function startOurs(engine?: Engine, identityProvider = 'entra'): Promise<Subject> {
  const own = engine ?? (await startTable());
  return startServer('cdk-scim', 'ours', own, { IDP: identityProvider });
}

/** A peer from `bench/peers`. */
export async function startPeer(name: 'scimmy' | 'polis'): Promise<Subject> {
  return startServer(name, name, await startEngine(), {});
}

/** An engine with the template's table, without its stream. */
export async function startTable(): Promise<Engine> {
  const engine = await startEngine();
  const client = new DynamoDBClient({ endpoint: engine.endpoint, region: 'us-east-1', credentials: LOCAL_CREDENTIALS });
  const template = Template.synthesize();
  const { StreamSpecification: _, ...properties } = template.ofType('AWS::DynamoDB::GlobalTable')[0]?.properties ?? {};
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
  const { child, line } = await started([`peers/${file}.mjs`], cwd, { ...environment, ENDPOINT: engine.endpoint });
  const stop = () => stopped(child, engine);
  const cpu = () => cpuOf(child.pid ?? 0);
  return { name, baseUrl: String(line['baseUrl']), token: String(line['token']), cpu, stop };
}

/** User and system time of a process, in ticks of 10 ms (proc(5)). */
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
    // Functions log what administrators do before the server says where it is.
    createInterface({ input: child.stdout }).on('line', (text) => {
      if (text.includes('"baseUrl"')) resolve(text);
    });
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
