import { spawnSync } from 'node:child_process';
import path from 'node:path';
import { send } from '../support/client';
import { pythonEnvironment } from '../support/python';
import { startServer } from '../support/server-process';
import { EXCEPTIONS } from './exceptions';

/*
 * `npm run test:conformance`: starts a server and runs the public suites scim2-tester and
 * scim-sanity against it, on an `rfc` and on a `generic` connection. Each suite is installed once,
 * into its own virtual environment. Needs Python 3.10 or newer.
 */

interface Connection {
  readonly profile: 'rfc' | 'generic';
  readonly base: string;
  readonly token: string;
}

/**
 * Types of a connection, which scim2-tester discovers and tests like users and groups. It sends
 * random texts for decimals and times of such types, so that these have none.
 */
const CUSTOM_TYPES: readonly (readonly [name: string, definition: object])[] = [
  [
    'Device',
    {
      endpoint: '/Devices',
      schema: {
        id: 'urn:example:scim:schemas:core:1.0:Device',
        attributes: [
          { name: 'serial', required: true, uniqueness: 'server' },
          { name: 'displayName' },
          { name: 'isLent', type: 'boolean' },
          { name: 'ports', type: 'integer' },
          { name: 'tags', multiValued: true },
          {
            name: 'parts',
            type: 'complex',
            multiValued: true,
            subAttributes: [{ name: 'value' }, { name: 'type' }],
          },
        ],
      },
      extensions: [
        { id: 'urn:example:scim:schemas:extension:1.0:Lease', attributes: [{ name: 'until' }] },
      ],
    },
  ],
];

interface Outcome {
  readonly passed: number;
  readonly failed: readonly string[];
  readonly excepted: readonly string[];
}

async function main(): Promise<void> {
  const tester = pythonEnvironment(path.join(__dirname, 'scim2-tester.txt'));
  const sanity = pythonEnvironment(path.join(__dirname, 'scim-sanity.txt'));
  const server = await startServer(['--port', '0', '--memory']);
  let failed = 0;
  let passed = 0;
  try {
    for (const profile of ['rfc', 'generic'] as const) {
      for (const [name, run] of [
        ['scim2-tester', (connection: Connection) => runTester(tester, connection)],
        ['scim-sanity', (connection: Connection) => runSanity(sanity, connection)],
      ] as const) {
        const outcome = run(await connect(server.adminUrl, profile));
        passed += outcome.passed;
        failed += outcome.failed.length;
        print(`${name} on ${profile}: ${outcome.passed} passed, ${outcome.failed.length} failed`);
        for (const check of outcome.excepted)
          print(`  contradicts the RFC, see docs/reference/conformance.md: ${check}`);
        for (const check of outcome.failed) print(`  FAILED ${check}`);
      }
    }
  } finally {
    await server.stop();
  }
  print(`${passed} passed, ${failed} failed`);
  process.exitCode = failed === 0 ? 0 : 1;
}

async function connect(adminUrl: string, profile: 'rfc' | 'generic'): Promise<Connection> {
  const body = JSON.stringify({ displayName: 'Conformance', identityProvider: profile });
  const reply = await send(
    'POST',
    `${adminUrl}/connections`,
    { 'Content-Type': 'application/json' },
    body,
  );
  const { id, scimBaseUrl, token } = reply.body as {
    id: string;
    scimBaseUrl: string;
    token: { value: string };
  };
  const types = `${adminUrl}/connections/${id}/resourceTypes`;
  for (const [name, definition] of CUSTOM_TYPES) {
    const json = { 'Content-Type': 'application/json' };
    await send('PUT', `${types}/${name}`, json, JSON.stringify(definition));
  }
  return { profile, base: scimBaseUrl, token: token.value };
}

/** Runs scim2-tester, which prints a line `STATUS check` for each check and the reason below it. */
function runTester(bin: string, { base, token }: Connection): Outcome {
  const { stdout } = spawnSync(path.join(bin, 'scim'), ['test'], {
    encoding: 'utf8',
    env: {
      ...process.env,
      SCIM_CLI_URL: base,
      SCIM_CLI_HEADERS: `Authorization: Bearer ${token}`,
      NO_COLOR: '1',
    },
    maxBuffer: 64 * 1024 * 1024,
  });
  const lines = stdout.split('\n');
  const checks = lines.flatMap((line, index) => {
    const [, status, name] =
      /^(SUCCESS|ERROR|CRITICAL|SKIPPED|ACCEPTABLE|DEVIATION)\s+(.*)$/.exec(line) ?? [];
    return status === undefined
      ? []
      : [{ status, text: `${name ?? ''} ${lines[index + 1]?.trim() ?? ''}` }];
  });
  const failed = checks
    .filter(({ status }) => status !== 'SUCCESS')
    .map(({ status, text }) => `${status} ${text}`);
  if (checks.length === 0) failed.push(`no check ran: ${stdout}`);
  return { passed: checks.length - failed.length, failed, excepted: [] };
}

interface SanityResult {
  readonly name: string;
  readonly status: string;
  readonly message: string;
}

function runSanity(bin: string, { profile, base, token }: Connection): Outcome {
  const args = [
    'probe',
    base,
    '--token',
    token,
    '--strict',
    '--json-output',
    '--i-accept-side-effects',
  ];
  const { stdout, stderr } = spawnSync(path.join(bin, 'scim-sanity'), args, {
    encoding: 'utf8',
    maxBuffer: 64 * 1024 * 1024,
  });
  const start = stdout.indexOf('{');
  if (start === -1)
    return { passed: 0, failed: [`no check ran: ${stdout} ${stderr}`], excepted: [] };
  const { results } = JSON.parse(stdout.slice(start)) as { results: SanityResult[] };
  // The suite skips checks of resource types that no RFC defines (Agent, AgenticApplication).
  const ran = results.filter(({ status }) => status.toLowerCase() !== 'skip');
  const wrong = ran.filter(({ status }) => status.toLowerCase() !== 'pass');
  const isExcepted = ({ name }: SanityResult): boolean =>
    EXCEPTIONS.some((each) => each.profile === profile && name.includes(each.check));
  return {
    passed: ran.length - wrong.length,
    failed: wrong
      .filter((result) => !isExcepted(result))
      .map(({ name, status, message }) => `${status} ${name}: ${message}`),
    excepted: wrong.filter(isExcepted).map(({ name }) => name),
  };
}

function print(line: string): void {
  process.stdout.write(`${line}\n`);
}

main().catch((error: unknown) => {
  process.stderr.write(
    `${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`,
  );
  process.exitCode = 1;
});
