import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import type { Ministack } from './ministack';

const ROOT = path.join(__dirname, '..', '..');

/** The apps of this folder. */
export type AppFile = 'app.ts' | 'previous-release.ts';

/** Runs the CDK's command line against the emulation. @throws Error if it fails */
export function cdk(
  { environment }: Ministack,
  further: NodeJS.ProcessEnv,
  ...args: readonly string[]
): void {
  execFileSync(
    process.execPath,
    [require.resolve('aws-cdk/bin/cdk'), '--ci', '--progress', 'events', ...args],
    {
      cwd: ROOT,
      stdio: ['ignore', 'ignore', 'inherit'],
      env: { ...process.env, ...environment, ...further },
    },
  );
}

/** Runs the command line with an app of this folder. */
export function cdkApp(
  ministack: Ministack,
  file: AppFile,
  further: NodeJS.ProcessEnv,
  ...args: readonly string[]
): void {
  cdk(ministack, further, '--app', `npx tsx ${path.join(__dirname, file)}`, ...args);
}

/** Deploys an app of this folder. @returns the outputs of its stack by name */
export function deploy(
  ministack: Ministack,
  folder: string,
  file: AppFile,
  further: NodeJS.ProcessEnv = {},
): Readonly<Record<string, string>> {
  const outputs = path.join(folder, 'outputs.json');
  const options = ['--require-approval', 'never', '--outputs-file', outputs];
  cdkApp(ministack, file, further, 'deploy', ...options);
  const stacks = JSON.parse(readFileSync(outputs, 'utf8')) as Record<
    string,
    Record<string, string>
  >;
  return stacks['Deployed'] ?? {};
}
