import { spawn } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { admin, Client, send } from '../support/client';
import { checkApplication } from './application';
import { check, invoke, secretValue } from './aws';
import { cdk, cdkApp, deploy } from './cdk';
import { checkDoctor } from './doctor';
import { startMinistack, type Ministack } from './ministack';
import { checkIntegration, synthesizeIntegration } from './integration';
import { checkPolicy } from './policy';
import { checkDeletedSecret, checkRestore } from './recovery';
import { SigningProxy } from './signing-proxy';
import { checkUpgrade } from './upgrade';

/*
 * `npm run test:deploy`: runs the real `cdk bootstrap` and `cdk deploy` against an emulation of AWS
 * on this machine: the app of this repository first, then an app of its own while the emulation
 * verifies signatures and evaluates IAM policies. That one is upgraded from the last release, and
 * the end-to-end tests run against it. The emulation does not rotate secrets by itself, so this
 * script rotates tokens on demand and invokes the steps of a rotation.
 */
const ROOT = path.join(__dirname, '..', '..');

async function main(): Promise<void> {
  const folder = mkdtempSync(path.join(tmpdir(), 'cdk-scim-deploy-'));
  try {
    await withMinistack(false, (ministack) => {
      step('npx cdk synth (integration tests)');
      synthesizeIntegration(ministack);
      step('npx cdk deploy (the app of this repository)');
      cdk(ministack, {}, 'deploy', '--require-approval', 'never');
    });
    await withMinistack(true, (ministack) => deployAndTest(ministack, folder));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Runs a task with a bootstrapped emulation. */
async function withMinistack(
  checksAccess: boolean,
  task: (ministack: Ministack) => Promise<void> | void,
): Promise<void> {
  const ministack = await startMinistack(checksAccess);
  try {
    step(`npx cdk bootstrap (${checksAccess ? 'with' : 'without'} IAM)`);
    cdk(ministack, {}, 'bootstrap', 'aws://000000000000/us-east-1');
    await task(ministack);
  } finally {
    await ministack.stop();
  }
}

async function deployAndTest(ministack: Ministack, folder: string): Promise<void> {
  step('upgrade from the last release');
  await checkUpgrade(ministack, folder);
  const outputs = deploy(ministack, folder, 'app.ts');
  const host = `${outputs['ApiId'] ?? ''}.execute-api.localhost`;
  const proxy = await SigningProxy.start(ministack.endpoint, host);
  try {
    process.env['SCIM_TEST_SERVER'] = JSON.stringify({ adminUrl: `${proxy.origin}/scim/admin` });
    step('the resource policy of the API');
    await checkPolicy({ endpoint: ministack.endpoint, host });
    step(`end-to-end tests against ${proxy.origin}`);
    await endToEnd();
    step('the application of examples/application');
    await checkApplication(proxy.origin, folder);
    step('the declared connection');
    await checkDeclaredConnection(ministack, outputs['Secret'] ?? '', 'no');
    step('the checks of the integration tests');
    await checkIntegration(ministack, outputs['Secret'] ?? '');
    step('what the doctor finds in AWS');
    const deployment = (outputs['Secret'] ?? '').replace(/\/declared$/, '');
    await checkDoctor(ministack, proxy.origin, deployment);
    await replay(proxy.origin);
    step('rotations');
    await rotate(ministack, outputs['Rotation'] ?? '');
    await checkDeletedSecret(ministack);
    step('update of a function and a prop');
    await update(ministack, folder);
    step('restore to a point in time');
    await checkRestore(ministack, folder, outputs['TableName'] ?? '');
  } finally {
    await proxy.stop();
  }
  step('npx cdk destroy');
  cdkApp(ministack, 'app.ts', {}, 'destroy', '--force');
  process.stdout.write('deployed, upgraded, tested, updated, restored and destroyed\n');
}

function step(name: string): void {
  process.stdout.write(`--- ${name}\n`);
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
  const token = await secretValue(endpoint, secretName);
  const { status } = await send('GET', `${scimBaseUrl}/Users`, {
    Authorization: `Bearer ${token}`,
  });
  check(status === 200, `The declared connection returns ${status} for the token in its secret.`);
}

/** Checks that the connection serves the declared type, which environments notice in a minute. */
async function checkDeclaredType({ endpoint }: Ministack, secretName: string): Promise<void> {
  const { scimBaseUrl } = (await admin('GET', '/connections/declared')).body as {
    scimBaseUrl: string;
  };
  const headers = { Authorization: `Bearer ${await secretValue(endpoint, secretName)}` };
  const paths = ['/ResourceTypes/Role', '/Roles'];
  let found: number[] = [];
  for (let attempt = 0; attempt < 90 && found.join() !== '200,200'; attempt += 1) {
    if (attempt > 0) await sleep(1000);
    const replies = paths.map((each) => send('GET', `${scimBaseUrl}${each}`, headers));
    found = (await Promise.all(replies)).map(({ status }) => status);
  }
  check(found.join() === '200,200', `The declared resource type returns ${found.join()}.`);
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
  const { Secret: secret = '' } = deploy(ministack, folder, 'app.ts', {
    SCIM_BUNDLES: bundles,
    SCIM_UPDATED: 'yes',
  });
  await checkDeclaredConnection(ministack, secret, 'yes');
  await checkDeclaredType(ministack, secret);
  check((await client.get(`/Users/${String(user.id)}`)).status === 200, 'The update lost a user.');
  const { body } = await client.get('/Schemas?filter=id%20pr');
  check(body.detail === 'Updated.', `The old code still responds: ${String(body.detail)}`);
}

main().catch((error: unknown) => {
  process.stderr.write(
    `${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`,
  );
  process.exitCode = 1;
});
