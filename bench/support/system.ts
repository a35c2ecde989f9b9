import { spawn } from 'node:child_process';
import path from 'node:path';
import { createInterface } from 'node:readline';

/** The whole system, as `npm start` runs it. */
export interface System {
  readonly scimBaseUrl: string;
  readonly token: string;
  readonly adminUrl: string;
  readonly eventsUrl: string;
  readonly consoleUrl: string;
  readonly dynamodbEndpoint: string;
  readonly tableName: string;
  stop(): Promise<void>;
}

/** Starts the system with an empty table in memory. */
export async function startSystem(): Promise<System> {
  const start = path.join(__dirname, '..', '..', 'local', 'start.ts');
  const args = ['--import', 'tsx', start, '--json', '--memory', '--port', '0'];
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'ignore'] });
  const line = await new Promise<string>((resolve, reject) => {
    createInterface({ input: child.stdout }).once('line', resolve);
    child.once('exit', () => {
      reject(new Error('npm start ended.'));
    });
  });
  const urls = JSON.parse(line) as Omit<System, 'stop'>;
  const stop = async (): Promise<void> => {
    const exit = new Promise((resolve) => child.once('exit', resolve));
    child.kill('SIGTERM');
    await exit;
  };
  return { ...urls, stop };
}
