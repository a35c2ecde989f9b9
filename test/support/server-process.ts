import { spawn, type ChildProcess } from 'node:child_process';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { pathToFileURL } from 'node:url';

/** Output of `npm start -- --json` when the server is ready. */
export interface ServerInfo {
  readonly scimBaseUrl: string;
  readonly token: string;
  readonly adminUrl: string;
  readonly appUrl: string;
  readonly consoleUrl: string;
  readonly mailboxUrl: string;
  readonly eventsUrl: string;
  readonly dynamodbEndpoint: string;
  readonly tableName: string;
}

export interface ServerProcess extends ServerInfo {
  readonly pid: number;
  /** Returns the standard error output so far: the functions' logs. */
  readonly log: () => string;
  /** Stops the server and waits until it has exited; resolves to its exit code. */
  stop(signal?: NodeJS.Signals): Promise<number | null>;
}

const ROOT = path.join(__dirname, '..', '..');

/** Runs the program of `npm start` in a folder of the caller's choice. */
export function spawnServer(args: readonly string[], cwd = ROOT): ChildProcess {
  const tsx = pathToFileURL(require.resolve('tsx')).href;
  return spawn(process.execPath, ['--import', tsx, path.join(ROOT, 'local', 'start.ts'), ...args], {
    cwd,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
}

/** Starts a server and waits until it is ready. @throws Error with its output if it exits */
export async function startServer(args: readonly string[], cwd?: string): Promise<ServerProcess> {
  const child = spawnServer([...args, '--json'], cwd);
  const { stdout, stderr } = child;
  let errors = '';
  stderr?.on('data', (chunk: Buffer) => (errors += chunk.toString('utf8')));
  const exited = new Promise<number | null>((resolve) => child.once('exit', resolve));
  const line = await new Promise<string>((resolve, reject) => {
    if (stdout !== null) createInterface({ input: stdout }).once('line', resolve);
    void exited.then((code) => {
      reject(new Error(`The server ended with code ${String(code)}: ${errors}`));
    });
  });
  const info = JSON.parse(line) as ServerInfo;
  return {
    ...info,
    pid: child.pid ?? 0,
    log: () => errors,
    stop: (signal = 'SIGTERM') => {
      child.kill(signal);
      return exited;
    },
  };
}

/** Returns the output of a server that is expected to exit by itself. */
export async function runToEnd(
  args: readonly string[],
  cwd?: string,
): Promise<{ code: number | null; stdout: string; stderr: string }> {
  const child = spawnServer(args, cwd);
  const output = { stdout: '', stderr: '' };
  child.stdout?.on('data', (chunk: Buffer) => (output.stdout += chunk.toString('utf8')));
  child.stderr?.on('data', (chunk: Buffer) => (output.stderr += chunk.toString('utf8')));
  const code = await new Promise<number | null>((resolve) => child.once('exit', resolve));
  return { code, ...output };
}
