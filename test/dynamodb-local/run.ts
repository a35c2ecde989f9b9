import { spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, renameSync, rmSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { freePort } from '../../local/free-port';

/*
 * `npm run test:dynamodb-local`: the tests of the directory and over HTTP, on the official DynamoDB Local. It comes from the npm package
 * amplify-dynamodb-simulator, in which only the emulator is of use here, and needs Java 8 or newer. Its licence allows use with an AWS account and forbids
 * handing it on: it is kept in node_modules/.cache. It listens on all interfaces while the tests run; it has no option for that.
 */
const PACKAGE = 'amplify-dynamodb-simulator@2.9.30';
const ROOT = path.join(__dirname, '..', '..');

/**
 * What it reports as consumed by a transaction does not depend on the number of writes: units are measured on the embedded engine. The others start servers
 * of their own, which have that engine.
 */
const LEFT_OUT =
  '(units|many-connections|connection-deletion|failure-mails|metrics|rotation|secrecy|start)\\.test\\.ts$';

const FOLDER = path.join(ROOT, 'node_modules', '.cache', 'dynamodb-local');

async function main(): Promise<number> {
  if (spawnSync('java', ['-version']).status !== 0) {
    throw new Error(
      'Java is missing: install a Java runtime, 8 or newer, and put "java" on the PATH.',
    );
  }
  fetchEmulator();
  const port = await freePort();
  const child = spawn(
    'java',
    [
      `-Djava.library.path=${path.join(FOLDER, 'DynamoDBLocal_lib')}`,
      '-jar',
      'DynamoDBLocal.jar',
      '-inMemory',
      '-sharedDb',
      '-port',
      String(port),
    ],
    { cwd: FOLDER, stdio: ['ignore', 'ignore', 'inherit'] },
  );
  try {
    const endpoint = `http://127.0.0.1:${port}`;
    await ready(endpoint, () => child.exitCode);
    const args = [
      '--selectProjects',
      'system',
      '--testPathIgnorePatterns',
      '/node_modules/',
      LEFT_OUT,
    ];
    const jest = spawn(process.execPath, [require.resolve('jest/bin/jest'), ...args], {
      cwd: ROOT,
      stdio: 'inherit',
      env: { ...process.env, SCIM_TEST_DYNAMODB: endpoint },
    });
    return await new Promise((resolve) =>
      jest.once('exit', (code) => {
        resolve(code ?? 1);
      }),
    );
  } finally {
    const exit = new Promise((resolve) => child.once('exit', resolve));
    if (child.exitCode === null) {
      child.kill('SIGTERM');
      await exit;
    }
  }
}

/** Downloads the package once, 57 MB, and keeps its emulator. */
function fetchEmulator(): void {
  if (existsSync(FOLDER)) return;
  process.stderr.write(`downloading ${PACKAGE} (57 MB)\n`);
  const scratch = `${FOLDER}.${process.pid}`;
  mkdirSync(scratch, { recursive: true });
  try {
    // Packing neither runs the package's scripts nor fetches what it depends on.
    run('npm', ['pack', '--silent', PACKAGE], scratch);
    const archive = readdirSync(scratch).find((file) => file.endsWith('.tgz')) ?? '';
    run('tar', ['-xzf', archive, 'package/emulator'], scratch);
    renameSync(path.join(scratch, 'package', 'emulator'), FOLDER);
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
}

function run(program: string, args: readonly string[], cwd: string): void {
  const { status, stderr } = spawnSync(program, args, { cwd });
  if (status !== 0) throw new Error(`${program} ${args.join(' ')} failed: ${stderr.toString()}`);
}

/** Its banner comes before it listens: an answer, any error of DynamoDB's own, means that it is there. */
async function ready(endpoint: string, exitCode: () => number | null): Promise<void> {
  for (let attempt = 0; attempt < 300; attempt += 1) {
    if (exitCode() !== null)
      throw new Error(`DynamoDB Local ended with code ${String(exitCode())}.`);
    const text = await fetch(endpoint)
      .then((answer) => answer.text())
      .catch(() => '');
    if (text.includes('MissingAuthenticationToken')) return;
    await sleep(100);
  }
  throw new Error('DynamoDB Local did not answer within 30 seconds.');
}

main().then(
  (code) => {
    process.exitCode = code;
  },
  (error: unknown) => {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
    process.exitCode = 1;
  },
);
