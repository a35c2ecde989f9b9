import { execFileSync } from 'node:child_process';
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
import { checkLanguages } from './languages';
import { followReadme } from './readme';
import { check, checkOutput, checkSame, EXAMPLES, ROOT, run, say, synthesize } from './support';

/*
 * `npm run test:package`: does what teams do to use the construct in their own apps. It packs the
 * package, installs it in an empty folder next to aws-cdk-lib, in its newest version and in the
 * oldest that the package supports, and type-checks and synthesizes each example there, without
 * Docker, a bundler, or anything else from this repository.
 */
const CFN_LINT = 'cfn-lint==1.58.0';

interface Manifest {
  readonly devDependencies: Readonly<Record<string, string>>;
  readonly peerDependencies: Readonly<Record<string, string>>;
}

const { devDependencies, peerDependencies } = JSON.parse(
  readFileSync(path.join(ROOT, 'package.json'), 'utf8'),
) as Manifest;

/** Versions of the CDK that the examples are synthesized with. */
const NEWEST = devDependencies;
const OLDEST = Object.fromEntries(
  Object.entries(peerDependencies).map(([name, range]) => [name, range.replace('^', '')]),
);

/** Examples in TypeScript. The pipeline's own resources follow the rules of its author. */
const APPS = readdirSync(EXAMPLES).filter((name) =>
  existsSync(path.join(EXAMPLES, name, 'app.ts')),
);
const PIPELINE = 'pipeline';

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

function main(): void {
  const folder = mkdtempSync(path.join(tmpdir(), 'cdk-scim-package-'));
  try {
    run('npm', ['pack', '--silent', '--pack-destination', folder], ROOT);
    const newest = install(folder, 'newest', { ...NEWEST });
    synthesizeAll(newest);
    synthesizeWithFlags(newest);
    const oldest = install(folder, 'oldest', { ...NEWEST, ...OLDEST, 'cdk-nag': undefined });
    synthesizeAll(oldest);
    checkSame(path.join(oldest, 'minimal'), path.join(newest, 'minimal'));
    say('the oldest and the newest version of the CDK synthesize the same resources');
    checkLanguages(newest, path.join(newest, 'minimal'));
    lint(newest);
    followReadme(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Installs the package next to its companions. @returns the folder */
function install(
  parent: string,
  name: string,
  versions: Readonly<Record<string, string | undefined>>,
): string {
  const folder = path.join(parent, name);
  mkdirSync(folder);
  const tarball = readdirSync(parent).find((file) => file.endsWith('.tgz')) ?? '';
  run('npm', ['init', '--yes'], folder);
  const companions = ['aws-cdk', 'aws-cdk-lib', 'constructs', 'cdk-nag', 'typescript', 'tsx'];
  const specifiers = companions
    .filter((companion) => versions[companion] !== undefined)
    .map((companion) => `${companion}@${versions[companion] ?? ''}`);
  run('npm', ['install', '--no-audit', '--no-fund', `../${tarball}`, ...specifiers], folder);
  check(
    !existsSync(path.join(folder, 'node_modules', '@dynoxide')),
    'The package has runtime dependencies.',
  );
  writeFileSync(path.join(folder, 'nag.cjs'), NAG);
  return folder;
}

/** Type-checks and synthesizes all examples, with cdk-nag if it is installed. */
function synthesizeAll(folder: string): void {
  const hasNag = existsSync(path.join(folder, 'node_modules', 'cdk-nag'));
  const options = ['--noEmit', '--strict', '--skipLibCheck', '--module', 'node16'];
  for (const example of APPS) {
    copyFileSync(path.join(EXAMPLES, example, 'app.ts'), path.join(folder, 'app.ts'));
    run('npx', ['tsc', ...options, 'app.ts'], folder);
    const nag = hasNag && example !== PIPELINE ? '--require ./nag.cjs ' : '';
    synthesize(folder, `npx tsx ${nag}app.ts`, example);
    if (example !== PIPELINE) checkOutput(path.join(folder, example));
  }
  say(`${path.basename(folder)} version of the CDK: ${APPS.length} examples synthesized`);
}

/** Synthesizes all examples with the feature flags that the CDK recommends for new apps. */
function synthesizeWithFlags(folder: string): void {
  const settings = path.join(folder, 'cdk.json');
  copyFileSync(path.join(ROOT, 'cdk.json'), settings);
  for (const example of APPS.filter((name) => name !== PIPELINE)) {
    copyFileSync(path.join(EXAMPLES, example, 'app.ts'), path.join(folder, 'app.ts'));
    synthesize(folder, 'npx tsx --require ./nag.cjs app.ts', `${example}-flags`);
    checkOutput(path.join(folder, `${example}-flags`));
  }
  rmSync(settings);
  say('examples synthesized with the recommended feature flags');
}

/** Checks the templates of all examples with cfn-lint. */
function lint(folder: string): void {
  const environment = path.join(folder, 'lint');
  run('python3', ['-m', 'venv', environment], folder);
  const programs = path.join(environment, 'bin');
  run(
    path.join(programs, 'pip'),
    ['install', '--quiet', '--disable-pip-version-check', CFN_LINT],
    folder,
  );
  // Feature flags add resources of the CDK's own, which have findings.
  const templates = readdirSync(folder)
    .filter((output) => !output.endsWith('-flags'))
    .map((output) => path.join(folder, output, 'Identity.template.json'))
    .filter((template) => existsSync(template));
  execFileSync(path.join(programs, 'cfn-lint'), ['--', ...templates], {
    cwd: folder,
    stdio: 'inherit',
  });
  say(`cfn-lint: no findings in ${templates.length} templates`);
}

main();
