import { spawn } from 'node:child_process';
import { mkdtempSync, openSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { freePort } from '../../local/loopback';
import { pythonEnvironment } from '../support/python';

/** ministack, an emulation of AWS APIs, running on this machine without Docker. */
export interface Ministack {
  readonly endpoint: string;
  /** Environment variables that direct programs to it instead of AWS. */
  readonly environment: Readonly<Record<string, string>>;
  stop(): Promise<void>;
}

/**
 * Starts ministack on the loopback interface, from its own virtual environment.
 * @param checksAccess whether it verifies signatures and evaluates IAM policies
 * @throws Error if it does not respond within a minute
 */
export async function startMinistack(checksAccess: boolean): Promise<Ministack> {
  const programs = pythonEnvironment(path.join(__dirname, 'ministack.txt'));
  const folder = mkdtempSync(path.join(tmpdir(), 'cdk-scim-ministack-'));
  const port = await freePort();
  const log = openSync(path.join(folder, 'log'), 'w');
  const child = spawn(path.join(programs, 'ministack'), [], {
    cwd: folder,
    stdio: ['ignore', log, log],
    env: {
      ...process.env,
      BIND_HOST: '127.0.0.1',
      GATEWAY_PORT: String(port),
      LAMBDA_EXECUTOR: 'local',
      AUTH: String(checksAccess),
    },
  });
  const exited = new Promise((resolve) => child.once('exit', resolve));
  const endpoint = `http://127.0.0.1:${port}`;
  const stop = async (): Promise<void> => {
    if (child.exitCode === null) child.kill('SIGTERM');
    await exited;
    rmSync(folder, { recursive: true, force: true });
  };
  for (let attempt = 0; attempt < 240; attempt += 1) {
    if (child.exitCode !== null) break;
    if (await isReady(endpoint)) {
      const region = 'us-east-1';
      const environment = {
        AWS_ACCESS_KEY_ID: 'test',
        AWS_SECRET_ACCESS_KEY: 'test',
        AWS_REGION: region,
        AWS_DEFAULT_REGION: region,
        AWS_ENDPOINT_URL: endpoint,
        AWS_ENDPOINT_URL_S3: endpoint,
        AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: 'true',
      };
      return { endpoint, environment, stop };
    }
    await sleep(250);
  }
  await stop();
  throw new Error('ministack did not start.');
}

async function isReady(endpoint: string): Promise<boolean> {
  try {
    return (await fetch(`${endpoint}/_ministack/health`)).status < 500;
  } catch {
    return false;
  }
}
