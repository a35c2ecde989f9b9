import { spawn } from 'node:child_process';
import path from 'node:path';
import { text } from 'node:stream/consumers';
import { server, type Body } from './client';

const PROGRAM = path.join(__dirname, '..', '..', 'dist', 'cli', 'index.mjs');

/** The output of a command, and its exit code. */
export interface CommandResult {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Variables of this process that lead a command to AWS. */
const AWS_VARIABLES = /^(?:AWS_|CDK_SCIM_)/;

/** Settings of a command in addition to its arguments. */
interface Settings {
  readonly env?: Readonly<Record<string, string>>;
  /** Sends SIGTERM as soon as the output is as wanted. */
  readonly endsWhen?: (stdout: string) => boolean;
  /** Kills the process after this time. */
  readonly killedAfterMs?: number;
}

/** Runs the bundled command `cdk-scim` with exactly these arguments. */
export async function run(
  args: readonly string[],
  { env = {}, endsWhen, killedAfterMs }: Settings = {},
): Promise<CommandResult> {
  const own = Object.entries(process.env).filter(([name]) => !AWS_VARIABLES.test(name));
  const child = spawn(process.execPath, [PROGRAM, ...args], {
    env: { ...Object.fromEntries(own), ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const exited = new Promise<number | null>((resolve) => child.once('exit', resolve));
  const timer =
    killedAfterMs === undefined
      ? undefined
      : setTimeout(() => child.kill('SIGKILL'), killedAfterMs);
  let stdout = '';
  child.stdout.on('data', (part: Buffer) => {
    stdout += part.toString('utf8');
    if (endsWhen?.(stdout) === true) child.kill();
  });
  const stderr = await text(child.stderr);
  const code = await exited;
  clearTimeout(timer);
  return { code, stdout, stderr };
}

/** Runs `cdk-scim` for the server of the tests. */
export function command(...args: readonly string[]): Promise<CommandResult> {
  return run([...args, '--admin-url', server().adminUrl]);
}

/** Runs `cdk-scim` with `--json` and returns what it printed. */
export async function commandJson(...args: readonly string[]): Promise<Body> {
  const { stdout, stderr } = await command(...args, '--json');
  if (stdout === '') throw new Error(stderr);
  return JSON.parse(stdout);
}
