import * as aws4 from 'aws4';
import { execFileSync, spawn } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { admin, Client, send } from '../support/client';
import { startMinistack, type Ministack } from './ministack';
import { SigningProxy } from './signing-proxy';

/*
 * `npm run test:deploy`: runs the real `cdk bootstrap` and `cdk deploy` against an emulation of AWS
 * on this machine, then the end-to-end tests against the deployment, an update that changes a
 * function and a prop and keeps the data, and `cdk destroy`. The emulation does not rotate secrets
 * by itself, so this script rotates tokens on demand and invokes the steps of a rotation.
 */
const ROOT = path.join(__dirname, '..', '..');
const STACK = 'Deployed';

async function main(): Promise<void> {
  const folder = mkdtempSync(path.join(tmpdir(), 'cdk-scim-deploy-'));
  const ministack = await startMinistack();
  try {
    step('npx cdk bootstrap');
    cdk(ministack, {}, 'bootstrap', 'aws://000000000000/us-east-1');
    step('npx cdk deploy (the app of this repository)');
    cdk(
      ministack,
      {},
      'deploy',
      '--require-approval',
      'never',
      '--outputs-file',
      path.join(folder, 'app.json'),
    );
    step('npx cdk deploy (a custom app)');
    const first = deploy(ministack, folder, {});
    const proxy = await SigningProxy.start(
      ministack.endpoint,
      `${first['ApiId'] ?? ''}.execute-api.localhost`,
    );
    try {
      process.env['SCIM_TEST_SERVER'] = JSON.stringify({ adminUrl: `${proxy.origin}/scim/admin` });
      step(`end-to-end tests against ${proxy.origin}`);
      await endToEnd();
      step('the declared connection');
      await checkDeclaredConnection(ministack, first['Secret'] ?? '', 'no');
      await replay(proxy.origin);
      step('rotations');
      await rotate(ministack, first['Rotation'] ?? '');
      step('update of a function and a prop');
      await update(ministack, folder);
    } finally {
      await proxy.stop();
    }
    step('npx cdk destroy');
    cdkApp(ministack, {}, 'destroy', '--force');
    process.stdout.write('deployed, tested, updated and destroyed\n');
  } finally {
    await ministack.stop();
    rmSync(folder, { recursive: true, force: true });
  }
}

function step(name: string): void {
  process.stdout.write(`--- ${name}\n`);
}

function cdk(
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

function cdkApp(
  ministack: Ministack,
  further: NodeJS.ProcessEnv,
  ...args: readonly string[]
): void {
  cdk(ministack, further, '--app', `npx tsx ${path.join(__dirname, 'app.ts')}`, ...args);
}

/** Deploys the app of this test. @returns the stack's outputs by name */
function deploy(
  ministack: Ministack,
  folder: string,
  further: NodeJS.ProcessEnv,
): Readonly<Record<string, string | undefined>> {
  const file = path.join(folder, 'outputs.json');
  cdkApp(ministack, further, 'deploy', '--require-approval', 'never', '--outputs-file', file);
  const outputs = JSON.parse(readFileSync(file, 'utf8')) as Record<string, Record<string, string>>;
  return outputs[STACK] ?? {};
}

/** Replays recorded traffic of identity providers if `SCIM_REPLAY` names a program that does so. */
async function replay(origin: string): Promise<void> {
  const { SCIM_REPLAY: program } = process.env;
  if (program === undefined) return;
  step(`replay of recorded traffic against ${origin}`);
  const isPassed = await runNode(
    path.join(ROOT, '.ci', 'replay.mjs'),
    `${origin}/scim/admin`,
    program,
  );
  check(isPassed, 'The replay failed.');
}

/** Runs a script in its own process, since this one serves the proxy. @returns whether it passed */
async function runNode(...args: readonly string[]): Promise<boolean> {
  const child = spawn(process.execPath, args, { cwd: ROOT, stdio: 'inherit' });
  return (await new Promise((resolve) => child.once('exit', resolve))) === 0;
}

/** Checks that the connection is as declared and accepts the token in its secret. */
async function checkDeclaredConnection(
  { endpoint }: Ministack,
  secretName: string,
  displayName: string,
): Promise<void> {
  const { body } = await admin('GET', '/connections/declared');
  const { displayName: found, scimBaseUrl } = body as { displayName: string; scimBaseUrl: string };
  check(found === displayName, `The declared connection has the display name "${found}".`);
  const headers = {
    'Content-Type': 'application/x-amz-json-1.1',
    'X-Amz-Target': 'secretsmanager.GetSecretValue',
  };
  const answer = await callAws(endpoint, 'secretsmanager', '/', headers, { SecretId: secretName });
  const { SecretString: token } = (await answer.json()) as { SecretString: string };
  const { status } = await send('GET', `${scimBaseUrl}/Users`, {
    Authorization: `Bearer ${token}`,
  });
  check(status === 200, `The declared connection returns ${status} for the token in its secret.`);
}

async function endToEnd(): Promise<void> {
  const isPassed = await runNode(require.resolve('jest/bin/jest'), '--selectProjects', 'deployed');
  check(isPassed, 'The end-to-end tests failed.');
}

/**
 * Rotates tokens through the admin API and with the steps that Secrets Manager would run, except
 * `testSecret`, which needs an address that only AWS provides.
 */
async function rotate({ endpoint }: Ministack, rotationFunction: string): Promise<void> {
  const client = await Client.connect('entra', { rotation: { everyDays: 30 } });
  const status = async (value: string): Promise<number> =>
    (await client.call('GET', '/Users', undefined, { Authorization: `Bearer ${value}` })).status;
  const path_ = `/connections/${client.id}`;
  const { body: second } = await admin('POST', `${path_}/tokens`, { overlapSeconds: 60 });
  check(
    (await status(client.token)) === 200,
    'The earlier token does not work during its overlap.',
  );
  check((await status(second.value as string)) === 200, 'The new token does not work.');
  const { secretName } = (await admin('GET', path_)).body as { secretName: string };
  const version = 'a0000000-0000-4000-8000-000000000000';
  for (const Step of ['createSecret', 'setSecret', 'setSecret', 'finishSecret', 'finishSecret']) {
    await invoke(endpoint, rotationFunction, {
      Step,
      SecretId: secretName,
      ClientRequestToken: version,
    });
  }
  const states = ((await admin('GET', `${path_}/tokens`)).body as { state: string }[]).map(
    ({ state }) => state,
  );
  check(states.join() === 'active,ending,ending', `The states of the tokens are ${states.join()}.`);
}

/**
 * Invokes a function (https://docs.aws.amazon.com/lambda/latest/api/API_Invoke.html).
 * @throws Error with the function's error
 */
async function invoke(endpoint: string, name: string, event: object): Promise<void> {
  const answer = await callAws(
    endpoint,
    'lambda',
    `/2015-03-31/functions/${name}/invocations`,
    {},
    event,
  );
  check(
    answer.headers.get('x-amz-function-error') === null,
    `${name} failed: ${await answer.text()}`,
  );
}

/** Sends a signed request to an AWS API. */
async function callAws(
  endpoint: string,
  service: string,
  url: string,
  unsigned: Readonly<Record<string, string>>,
  input: object,
): Promise<Response> {
  const { host } = new URL(endpoint);
  const body = JSON.stringify(input);
  const { headers } = aws4.sign(
    {
      host,
      path: url,
      method: 'POST',
      headers: { ...unsigned },
      body,
      service,
      region: 'us-east-1',
    },
    { accessKeyId: 'test', secretAccessKey: 'test' },
  );
  const signed = Object.entries(headers ?? {}).map(([key, value]) => [key, String(value)]);
  return fetch(`${endpoint}${url}`, { method: 'POST', headers: Object.fromEntries(signed), body });
}

/**
 * Deploys again with another log retention and another bundle, and checks that the data is still
 * there and that the new code responds.
 */
async function update(ministack: Ministack, folder: string): Promise<void> {
  const client = await Client.connect('generic');
  const user = await client.user('kept@example.com');
  const bundles = path.join(folder, 'lambdas');
  cpSync(path.join(ROOT, 'dist', 'lambdas'), bundles, { recursive: true });
  const discovery = path.join(bundles, 'discovery', 'index.mjs');
  const changed = readFileSync(discovery, 'utf8').replaceAll(
    'Discovery endpoints cannot be filtered',
    'Updated',
  );
  writeFileSync(discovery, changed);
  const { Secret: secret = '' } = deploy(ministack, folder, {
    SCIM_BUNDLES: bundles,
    SCIM_UPDATED: 'yes',
  });
  await checkDeclaredConnection(ministack, secret, 'yes');
  check((await client.get(`/Users/${String(user.id)}`)).status === 200, 'The update lost a user.');
  const { body } = await client.get('/Schemas?filter=id%20pr');
  check(body.detail === 'Updated.', `The old code still responds: ${String(body.detail)}`);
}

function check(condition: boolean, problem: string): void {
  if (!condition) throw new Error(problem);
}

main().catch((error: unknown) => {
  process.stderr.write(
    `${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`,
  );
  process.exitCode = 1;
});
