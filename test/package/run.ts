import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

/*
 * `npm run test:package`: what a team does that takes the construct into an app of its own. The package is packed, installed in an empty folder beside aws-cdk-lib, and synthesized
 * from ten lines of TypeScript: without Docker, without a bundler, and without anything of this repository.
 */
const ROOT = path.join(__dirname, '..', '..');

const APP = `import { App, Stack } from 'aws-cdk-lib';
import { ScimServiceProvider } from 'cdk-scim';

const stack = new Stack(new App(), 'Identity');
new ScimServiceProvider(stack, 'Scim', { failureMail: { sender: 'scim@example.com' } });
`;

/** Megabytes that a function's bundle may have: a larger one starts more slowly, and is a dependency that crept in. */
const LARGEST_MB = 1;

function main(): void {
  const folder = mkdtempSync(path.join(tmpdir(), 'cdk-scim-package-'));
  try {
    run('npm', ['pack', '--silent', '--pack-destination', folder], ROOT);
    const tarball = readdirSync(folder).find((file) => file.endsWith('.tgz')) ?? '';
    writeFileSync(path.join(folder, 'app.ts'), APP);
    run('npm', ['init', '--yes'], folder);
    const { devDependencies } = JSON.parse(readFileSync(path.join(ROOT, 'package.json'), 'utf8')) as Manifest;
    const beside = ['aws-cdk', 'aws-cdk-lib', 'constructs', 'typescript', 'tsx'];
    const begun = Date.now();
    const specifiers = beside.map((name) => `${name}@${devDependencies[name] ?? ''}`);
    run('npm', ['install', '--no-audit', '--no-fund', `./${tarball}`, ...specifiers], folder);
    check(!existsSync(path.join(folder, 'node_modules', '@dynoxide')), 'The package has run-time dependencies.');
    run('npx', ['tsc', '--noEmit', '--strict', '--skipLibCheck', '--module', 'node16', 'app.ts'], folder);
    run('npx', ['cdk', 'synth', '--quiet', '--app', 'npx tsx app.ts'], folder);
    process.stdout.write(`installed and synthesized in ${Math.round((Date.now() - begun) / 1000)} s\n`);
    checkOutput(path.join(folder, 'cdk.out'));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

interface Manifest {
  readonly devDependencies: Readonly<Record<string, string>>;
}

/** The template has its functions, and each its code. */
function checkOutput(output: string): void {
  const template = readFileSync(path.join(output, 'Identity.template.json'), 'utf8');
  const functions = template.split('"AWS::Lambda::Function"').length - 1;
  const bundles = readdirSync(output).filter((entry) => existsSync(path.join(output, entry, 'index.mjs')));
  check(functions > 0 && functions === bundles.length, `${functions} functions have ${bundles.length} bundles.`);
  for (const bundle of bundles) {
    const { length } = readFileSync(path.join(output, bundle, 'index.mjs'));
    check(length < LARGEST_MB * 1024 * 1024, `A bundle has ${length} bytes.`);
  }
}

function check(condition: boolean, problem: string): void {
  if (!condition) throw new Error(problem);
}

function run(program: string, args: readonly string[], cwd: string): void {
  execFileSync(program, args, { cwd, stdio: ['ignore', 'ignore', 'inherit'] });
}

main();
