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
  readonly version: string;
  readonly devDependencies: Readonly<Record<string, string>>;
  readonly peerDependencies: Readonly<Record<string, string>>;
}

const {
  version: packageVersion,
  devDependencies,
  peerDependencies,
} = JSON.parse(readFileSync(path.join(ROOT, 'package.json'), 'utf8')) as Manifest;

/** Versions of the CDK that the examples are synthesized with. */
const NEWEST = devDependencies;
const OLDEST = Object.fromEntries(
  Object.entries(peerDependencies).map(([name, range]) => [name, range.replace('^', '')]),
);

/** Examples in TypeScript. A pipeline or an application has resources with rules of their own. */
const APPS = readdirSync(EXAMPLES).filter((name) =>
  existsSync(path.join(EXAMPLES, name, 'app.ts')),
);
const PIPELINE = 'pipeline';
const OWN_RULES = new Set([PIPELINE, 'application']);

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
    checkClient(folder);
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

/** A program that uses nothing but the client, as CommonJS and as a module. */
const CLIENT_PROGRAM = `
const { createHmac } = CRYPTO;
const { ScimClient, verifyWebhook } = CLIENT;
const key = Buffer.alloc(32, 'key');
const secret = 'whsec_' + key.toString('base64');
const [body, timestamp] = ['{"type":"webhook.test"}', String(Math.floor(Date.now() / 1000))];
const digest = createHmac('sha256', key).update('1.' + timestamp + '.' + body).digest('base64');
const headers = {
  'webhook-id': '1',
  'webhook-timestamp': timestamp,
  'webhook-signature': 'v1,' + digest,
};
if (verifyWebhook({ headers, body }, secret).type !== 'webhook.test') throw new Error('verify');
new ScimClient({ url: 'https://a.execute-api.eu-central-1.amazonaws.com/scim/app/v1' });
`;

/** Installs the package alone: the client needs neither the CDK nor any other package. */
function checkClient(parent: string): void {
  const folder = path.join(parent, 'client');
  mkdirSync(folder);
  const tarball = readdirSync(parent).find((file) => file.endsWith('.tgz')) ?? '';
  run('npm', ['init', '--yes'], folder);
  run('npm', ['install', '--no-audit', '--no-fund', `../${tarball}`], folder);
  const installed = readdirSync(path.join(folder, 'node_modules')).filter(
    (name) => !name.startsWith('.'),
  );
  check(installed.join() === 'cdk-scim', `The client needs ${installed.join(', ')}.`);
  for (const [file, load] of [
    ['client.cjs', (name: string) => `require('${name}')`],
    ['client.mjs', (name: string) => `await import('${name}')`],
  ] as const) {
    const program = CLIENT_PROGRAM.replace('CRYPTO', load('node:crypto'));
    writeFileSync(path.join(folder, file), program.replace('CLIENT', load('cdk-scim/client')));
    run(process.execPath, [file], folder);
  }
  const typed = `
    import { ScimClient, type UserEvent } from 'cdk-scim/client';
    export async function names(client: ScimClient): Promise<(string | undefined)[]> {
      const found: (string | undefined)[] = [];
      for await (const event of client.events({ after: 'latest' })) {
        if (event.type === 'user.created') found.push(event.data.user.userName);
      }
      const type: UserEvent['type'] = 'user.deleted';
      return [...found, type];
    }
  `;
  writeFileSync(path.join(folder, 'typed.ts'), typed);
  const tsc = path.join(ROOT, 'node_modules', 'typescript', 'bin', 'tsc');
  const types = path.join(ROOT, 'node_modules', '@types');
  const options = ['--noEmit', '--strict', '--module', 'node16', '--target', 'es2022'];
  run(
    process.execPath,
    [tsc, ...options, '--typeRoots', types, '--types', 'node', 'typed.ts'],
    folder,
  );
  say('the client works in an empty folder, without the CDK');
  const version = execFileSync('npx', ['cdk-scim', '--version'], { cwd: folder, encoding: 'utf8' });
  check(version === `${packageVersion}\n`, `cdk-scim --version printed ${version}`);
  run('npx', ['cdk-scim', 'guide', 'entra'], folder);
  say('so does the command cdk-scim');
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
    const nag = hasNag && !OWN_RULES.has(example) ? '--require ./nag.cjs ' : '';
    synthesize(folder, `npx tsx ${nag}app.ts`, example);
    if (example !== PIPELINE) checkOutput(path.join(folder, example));
  }
  say(`${path.basename(folder)} version of the CDK: ${APPS.length} examples synthesized`);
}

/** Synthesizes all examples with the feature flags that the CDK recommends for new apps. */
function synthesizeWithFlags(folder: string): void {
  const settings = path.join(folder, 'cdk.json');
  copyFileSync(path.join(ROOT, 'cdk.json'), settings);
  for (const example of APPS.filter((name) => !OWN_RULES.has(name))) {
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
