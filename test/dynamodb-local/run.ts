import { spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { freePort } from '../../local/loopback';

/*
 * `npm run test:dynamodb-local`: runs the directory tests and the end-to-end tests on the official
 * DynamoDB Local, which needs Java 8 or newer. It comes from the npm package
 * amplify-dynamodb-simulator, of which only the emulator is used. Its license allows use with an
 * AWS account and forbids redistribution, so it is kept in node_modules/.cache. While the tests
 * run, it listens on all interfaces; no option restricts that.
 */
const PACKAGE = 'amplify-dynamodb-simulator@2.9.30';
const ROOT = path.join(__dirname, '..', '..');

/**
 * Returns the tests that need the embedded engine: those that start a server or an engine of their
 * own, which is the embedded one, and `units`, because the capacity that DynamoDB Local reports for
 * a transaction does not depend on the number of writes. The tests of the command are left out,
 * too: they test no engine, and delay the stream for the others.
 */
function testsOfEmbeddedEngine(): readonly string[] {
  const tests = path.join(ROOT, 'test');
  return readdirSync(tests, { recursive: true, encoding: 'utf8' }).filter((file) => {
    if (!file.endsWith('.test.ts')) return false;
    if (file.startsWith('cli/') || file.endsWith('units.test.ts')) return true;
    const text = readFileSync(path.join(tests, file), 'utf8');
    return /\bstart(?:OwnServer|Server|Engine)\(/.test(text);
  });
}

const FOLDER = path.join(ROOT, 'node_modules', '.cache', 'dynamodb-local');

async function main(): Promise<number> {
  if (spawnSync('java', ['-version']).status !== 0) {
    throw new Error(
      'Java was not found. Install a Java runtime, version 8 or newer, and add "java" to the PATH.',
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
    await waitUntilReady(endpoint, () => child.exitCode);
    // The patterns replace those of the project, so the slow tests run, too.
    const args = [
      '--selectProjects',
      'system',
      // This engine is several times slower than the embedded one, which the usual limit suits.
      '--testTimeout',
      '180000',
      '--testPathIgnorePatterns',
      '/node_modules/',
      ...testsOfEmbeddedEngine().map((file) => `/test/${file}$`),
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

/** Downloads the package (57 MB) unless it is cached, and keeps only its emulator. */
function fetchEmulator(): void {
  if (existsSync(FOLDER)) return;
  process.stderr.write(`Downloading ${PACKAGE} (57 MB)\n`);
  const scratch = `${FOLDER}.${process.pid}`;
  mkdirSync(scratch, { recursive: true });
  try {
    // `npm pack` neither runs the package's scripts nor downloads its dependencies.
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

/**
 * Waits until DynamoDB Local responds with an error of DynamoDB. Its banner appears before it
 * listens, so the banner does not show that it is ready.
 */
async function waitUntilReady(endpoint: string, exitCode: () => number | null): Promise<void> {
  for (let attempt = 0; attempt < 300; attempt += 1) {
    if (exitCode() !== null)
      throw new Error(`DynamoDB Local exited with code ${String(exitCode())}.`);
    const text = await fetch(endpoint)
      .then((answer) => answer.text())
      .catch(() => '');
    if (text.includes('MissingAuthenticationToken')) return;
    await sleep(100);
  }
  throw new Error('DynamoDB Local did not respond within 30 seconds.');
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
