import { execFileSync, spawnSync } from 'node:child_process';
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

/*
 * `npm run test:package`: does what a team does to use the construct in its own app. It packs the
 * package, installs it in an empty folder next to aws-cdk-lib, and type-checks and synthesizes each
 * example there, without Docker, a bundler, or anything else from this repository.
 */
const ROOT = path.join(__dirname, '..', '..');
const EXAMPLES = path.join(ROOT, 'examples');

const CFN_LINT = 'cfn-lint==1.58.0';

function main(): void {
  const folder = mkdtempSync(path.join(tmpdir(), 'cdk-scim-package-'));
  try {
    run('npm', ['pack', '--silent', '--pack-destination', folder], ROOT);
    const tarball = readdirSync(folder).find((file) => file.endsWith('.tgz')) ?? '';
    run('npm', ['init', '--yes'], folder);
    const { devDependencies } = JSON.parse(
      readFileSync(path.join(ROOT, 'package.json'), 'utf8'),
    ) as Manifest;
    const companions = ['aws-cdk', 'aws-cdk-lib', 'constructs', 'cdk-nag', 'typescript', 'tsx'];
    const startedAt = Date.now();
    const specifiers = companions.map((name) => `${name}@${devDependencies[name] ?? ''}`);
    run('npm', ['install', '--no-audit', '--no-fund', `./${tarball}`, ...specifiers], folder);
    check(
      !existsSync(path.join(folder, 'node_modules', '@dynoxide')),
      'The package has runtime dependencies.',
    );
    writeFileSync(path.join(folder, 'nag.cjs'), NAG);
    for (const example of readdirSync(EXAMPLES)) {
      if (!existsSync(path.join(EXAMPLES, example, 'app.ts'))) continue;
      copyFileSync(path.join(EXAMPLES, example, 'app.ts'), path.join(folder, 'app.ts'));
      run(
        'npx',
        ['tsc', '--noEmit', '--strict', '--skipLibCheck', '--module', 'node16', 'app.ts'],
        folder,
      );
      const app = 'npx tsx --require ./nag.cjs app.ts';
      run(
        'npx',
        ['cdk', 'synth', '--quiet', '--no-lookups', '--app', app, '--output', example],
        folder,
      );
      checkOutput(path.join(folder, example));
      process.stdout.write(
        `${example}: synthesized ${Math.round((Date.now() - startedAt) / 1000)} s after install\n`,
      );
    }
    checkPython(folder);
    followReadme(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Script that runs cdk-nag when an example's app is synthesized; findings fail the synthesis. */
const NAG = `
const { App, Validations } = require('aws-cdk-lib');
const { AwsSolutionsChecks, ServerlessChecks } = require('cdk-nag');
const { synth } = App.prototype;
App.prototype.synth = function (options) {
  App.prototype.synth = synth;
  Validations.of(this).addPlugins(new AwsSolutionsChecks(this), new ServerlessChecks(this));
  return this.synth(options);
};
`;

/**
 * Synthesizes the Python example with the wheel in its own virtual environment, then checks the
 * templates of all examples with cfn-lint.
 */
function checkPython(folder: string): void {
  const wheels = path.join(folder, 'packages');
  run('npx', ['jsii-pacmak', '--no-npmignore', '--targets', 'python', '--outdir', wheels], ROOT);
  const wheel =
    readdirSync(path.join(wheels, 'python')).find((file) => file.endsWith('.whl')) ?? '';
  const environment = path.join(folder, 'venv');
  run('python3', ['-m', 'venv', environment], folder);
  const programs = path.join(environment, 'bin');
  const wanted = path.join(wheels, 'python', wheel);
  run(
    path.join(programs, 'pip'),
    ['install', '--quiet', '--disable-pip-version-check', wanted],
    folder,
  );
  const app = `${path.join(programs, 'python')} ${path.join(EXAMPLES, 'python', 'app.py')}`;
  run('npx', ['cdk', 'synth', '--quiet', '--app', app, '--output', 'python'], folder);
  checkOutput(path.join(folder, 'python'));
  process.stdout.write('python: synthesized from the wheel\n');
  run(
    path.join(programs, 'pip'),
    ['install', '--quiet', '--disable-pip-version-check', CFN_LINT],
    folder,
  );
  const templates = readdirSync(folder)
    .map((output) => path.join(folder, output, 'Identity.template.json'))
    .filter((template) => existsSync(template));
  execFileSync(path.join(programs, 'cfn-lint'), ['--', ...templates], {
    cwd: folder,
    stdio: 'inherit',
  });
  process.stdout.write(`cfn-lint: no findings in ${templates.length} templates\n`);
}

/**
 * Runs the commands of the README for an app of your own as they stand there, with a home folder of
 * its own, and synthesizes the code at its top.
 */
function followReadme(folder: string): void {
  const readme = readFileSync(path.join(ROOT, 'README.md'), 'utf8');
  const commands = between(readme, '<!-- own app -->\n\n```sh\n', '```');
  const home = path.join(folder, 'home');
  mkdirSync(home);
  const cache = execFileSync('npm', ['config', 'get', 'cache'], { encoding: 'utf8' }).trim();
  execFileSync('bash', ['-eu', '-c', commands], {
    cwd: ROOT,
    env: { ...process.env, HOME: home, npm_config_cache: cache, npm_config_yes: 'true' },
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  const app = path.join(home, 'identity');
  writeFileSync(path.join(app, 'bin', 'identity.ts'), between(readme, '```ts\n', '```'));
  const { stderr } = spawnSync('npx', ['cdk', 'synth', '--quiet'], { cwd: app, encoding: 'utf8' });
  checkOutput(path.join(app, 'cdk.out'));
  check(stderr === '', `The app of the README synthesizes with messages:\n${stderr}`);
  process.stdout.write('README: an app of your own synthesizes\n');
}

function between(text: string, start: string, end: string): string {
  const [, after = ''] = text.split(start);
  const [found = ''] = after.split(end);
  check(found !== '', `The README has nothing between ${start} and ${end}.`);
  return found;
}

interface Manifest {
  readonly devDependencies: Readonly<Record<string, string>>;
}

/** Checks that the template has functions, and that each has a bundle. */
function checkOutput(output: string): void {
  const template = readFileSync(path.join(output, 'Identity.template.json'), 'utf8');
  const functions = template.split('"AWS::Lambda::Function"').length - 1;
  const bundles = readdirSync(output).filter((entry) =>
    existsSync(path.join(output, entry, 'index.mjs')),
  );
  check(
    functions > 0 && functions === bundles.length,
    `Found ${functions} functions but ${bundles.length} bundles.`,
  );
}

function check(condition: boolean, problem: string): void {
  if (!condition) throw new Error(problem);
}

function run(program: string, args: readonly string[], cwd: string): void {
  execFileSync(program, args, { cwd, stdio: ['ignore', 'ignore', 'inherit'] });
}

main();
