import { DynamoDBClient, ListTablesCommand } from '@aws-sdk/client-dynamodb';
import { spawn, type ChildProcess } from 'node:child_process';
import { existsSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { prepareDatabase, temporaryFolder } from './engine-database';
import { freePort } from './loopback';
import { startOver } from './state/files';

/** DynamoDB-compatible engine that runs in its own process on this machine. */
export interface Engine {
  /** Endpoint URL. */
  readonly endpoint: string;
  /** Folder of the database file. */
  readonly folder: string;
  stop(): Promise<void>;
}

/**
 * Starts the embedded engine, dynoxide, on a free port of the loopback interface.
 * @param kept path of the database file; without it, the data is discarded on stop
 * @throws Error with install instructions if there is no engine for this platform, or with advice
 * if it does not open the file
 */
export async function startEngine(kept?: string): Promise<Engine> {
  if (kept !== undefined) return startEngineOn(kept);
  const folder = temporaryFolder();
  try {
    const engine = await startEngineOn(path.join(folder.path, 'dynamodb.sqlite'));
    return {
      ...engine,
      stop: async () => {
        await engine.stop();
        folder.remove();
      },
    };
  } catch (error) {
    folder.remove();
    throw error;
  }
}

/** Starts the engine on a database file, which is created if it does not exist. */
export async function startEngineOn(file: string): Promise<Engine> {
  const advice = existsSync(file) ? startOver(file) : '';
  await prepareDatabase(file);
  const port = await freePort();
  const args = ['serve', '--host', '127.0.0.1', '--port', String(port), '--db-path', file];
  const child = spawn(engineBinary(), args, { stdio: ['ignore', 'ignore', 'pipe'] });
  let errors = '';
  child.stderr.on(
    'data',
    (chunk: Buffer) => (errors = (errors + chunk.toString('utf8')).slice(-2000)),
  );
  const endpoint = `http://127.0.0.1:${port}`;
  try {
    await ready(endpoint, child);
  } catch (error) {
    child.kill('SIGKILL');
    throw new Error(`The DynamoDB engine cannot open ${file}: ${errors.trim()} ${advice}`.trim(), {
      cause: error,
    });
  }
  return { endpoint, folder: path.dirname(file), stop: () => stopped(child) };
}

/** Returns the path of the engine's executable: from its npm package, or else from PATH. */
export function engineBinary(): string {
  const packageName = `@dynoxide/${process.platform}-${process.arch}`;
  const program = process.platform === 'win32' ? 'dynoxide.exe' : 'dynoxide';
  const folders = [
    ...(require.resolve.paths(packageName) ?? []).map((folder) => path.join(folder, packageName)),
    ...(process.env['PATH'] ?? '').split(path.delimiter),
  ];
  const found = folders
    .map((folder) => path.join(folder, program))
    .find((file) => existsSync(file));
  if (found !== undefined) return found;
  throw new Error(
    `No DynamoDB engine found for ${process.platform}-${process.arch}. Install it with ` +
      `"npm install --no-save ${packageName}", put "dynoxide" on the PATH, or use another ` +
      'engine such as DynamoDB Local: "npm start -- --dynamodb http://127.0.0.1:8000".',
  );
}

async function ready(endpoint: string, child: ChildProcess): Promise<void> {
  const client = new DynamoDBClient({
    endpoint,
    region: 'us-east-1',
    credentials: LOCAL_CREDENTIALS,
    maxAttempts: 1,
  });
  for (let attempt = 0; ; attempt += 1) {
    if (child.exitCode !== null) throw new Error(`The process exited with code ${child.exitCode}.`);
    try {
      await client.send(new ListTablesCommand({}));
      return;
    } catch (error) {
      if (attempt === 200) throw error;
      await sleep(25);
    }
  }
}

/** Placeholder credentials: engines on this machine accept any. */
export const LOCAL_CREDENTIALS = { accessKeyId: 'local', secretAccessKey: 'local' };

async function stopped(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exit = new Promise((resolve) => child.once('exit', resolve));
  child.kill('SIGTERM');
  const timer = setTimeout(() => child.kill('SIGKILL'), 3000);
  await exit;
  clearTimeout(timer);
}
