import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import os from 'node:os';
import path from 'node:path';
import { Client, send, type Body } from '../support/client';
import { resourcesIn } from '../support/export-file';
import { command, commandJson } from '../support/command';
import { close, listen } from '../support/loopback-server';

const folder = mkdtempSync(path.join(os.tmpdir(), 'transfer-'));
const inFolder = (name: string): string => path.join(folder, name);

afterAll(() => {
  rmSync(folder, { recursive: true });
});

/** A connection with users, a deleted one, and groups within groups. */
async function filledConnection(users = 3): Promise<Client> {
  const client = await Client.connect('generic');
  const people = await client.users(users, (index) => `user${index}@acme.example`);
  const ids = people.map(({ id }: Body) => id as string);
  const gone = await client.user('gone@acme.example');
  await client.delete(`/Users/${gone.id}`);
  const all = await client.group('All', ids);
  await client.group('Company', [all.id]);
  return client;
}

test('an export is imported into another connection, and exported as the same again', async () => {
  const [source, target] = [await filledConnection(), await Client.connect('generic')];
  const [first, second] = [inFolder('first.jsonl'), inFolder('second.jsonl')];
  const exported = await command('export', source.id, '--out', first);
  expect(exported).toMatchObject({ code: 0 });
  expect(exported.stdout).toContain('has 8 lines. It contains personal data');
  expect(statSync(first).mode & 0o777).toBe(0o600);

  const checked = await command('import', target.id, first, '--dry-run');
  expect([checked.code, checked.stdout]).toEqual([
    0,
    `${target.id}: 8 would be created, 0 would be updated, 0 unchanged, 0 conflicts.\n`,
  ]);
  const imported = await commandJson('import', target.id, first);
  expect(imported).toMatchObject({ lines: 8, created: 6, updated: 2, conflicts: [] });
  await command('export', target.id, '--out', second);
  expect(resourcesIn(second)).toEqual(resourcesIn(first));
  expect((await command('export', target.id)).stdout).toBe(readFileSync(second, 'utf8'));
  expect(await commandJson('import', target.id, first)).toMatchObject({ created: 0, updated: 0 });
  expect(existsSync(`${first}.checkpoint`)).toBe(false);
});

test('conflicts are listed with their lines, and make the exit code 1', async () => {
  const client = await Client.connect('generic');
  await client.user('taken@acme.example');
  const file = inFolder('conflicts.csv');
  const rows = ['u-1,ada@acme.example,7', 'u-2,TAKEN@acme.example,', 'a|b,bob@acme.example,'];
  writeFileSync(file, ['id,userName,urn:example:1.0:badge', '', ...rows].join('\n'));
  const { code, stdout, stderr } = await command('import', client.id, file);
  expect(code).toBe(1);
  expect(stdout).toContain(`${client.id}: 1 created, 0 updated, 0 unchanged, 2 conflicts.`);
  expect(stdout).toMatch(/^4 +TAKEN@acme\.example +Another User already has this userName\.$/m);
  expect(stdout).toMatch(/^5 +bob@acme\.example +"id" must be an id of /m);
  expect(stderr).toContain('urn:example:1.0');
  const again = await commandJson('import', client.id, file, '--dry-run');
  expect(again).toMatchObject({ created: 0, unchanged: 1, conflictCount: 2, dryRun: true });
});

test.each([
  ['by cursor', (): void => undefined],
  [
    'by index, from a server that is often busy',
    (config: Body): void => {
      delete config.pagination;
    },
  ],
])('everything is imported from another SCIM server %s', async (_, change) => {
  const [source, target] = [await filledConnection(130), await Client.connect('generic')];
  let requests = 0;
  const proxy = createServer((request, response) => {
    requests += 1;
    if (requests % 3 === 0) {
      response.writeHead(requests % 2 === 0 ? 429 : 503, { 'Retry-After': '0.01' }).end();
      return;
    }
    const headers = { Authorization: request.headers.authorization ?? '' };
    void send('GET', `${source.baseUrl}${request.url ?? ''}`, headers).then(({ status, body }) => {
      if (request.url === '/ServiceProviderConfig') change(body);
      response.writeHead(status, { 'Content-Type': 'application/scim+json' });
      response.end(JSON.stringify(body));
    });
  });
  const url = await listen(proxy);
  try {
    const from = ['--from', url, '--token', source.token];
    const result = await commandJson('import', target.id, ...from);
    expect(result).toMatchObject({
      lines: 134,
      created: 132,
      updated: 2,
      conflicts: [],
      ignored: [],
    });
    const wrong = await command('import', target.id, ...from.slice(0, 2), '--token', 'x');
    expect(wrong).toMatchObject({ code: 2 });
    expect(wrong.stderr).toContain('was answered with 401. Is the token right?');
  } finally {
    await close(proxy);
  }
  const idsOf = async (client: Client): Promise<readonly string[]> =>
    (await client.get('/Users?count=200')).body.Resources.map(({ id }: Body) => id as string);
  expect(await idsOf(target)).toEqual(await idsOf(source));
  const [company] = await target.search('/Groups', 'displayName eq "Company"');
  expect((await target.get(`/Users/${(await idsOf(target))[0]}`)).body.groups).toHaveLength(2);
  expect(company.members).toHaveLength(1);
});

test('dumps of WorkOS and Auth0 are imported', async () => {
  const client = await Client.connect('generic');
  const workos = inFolder('workos.json');
  const user = { object: 'directory_user', id: 'directory_user_1', username: 'ada@acme.example' };
  const groups = [{ object: 'directory_group', id: 'directory_group_1', name: 'Cooks' }];
  writeFileSync(workos, JSON.stringify({ data: [{ ...user, groups }], list_metadata: {} }));
  const first = await commandJson('import', client.id, workos, '--format', 'workos');
  expect(first).toMatchObject({ created: 2, updated: 1, conflicts: [] });
  expect(await client.memberIds('directory_group_1')).toEqual(['directory_user_1']);
  const auth0 = inFolder('auth0.json');
  writeFileSync(auth0, '{"user_id":"auth0|1","email":"bob@acme.example"}\n');
  expect(await commandJson('import', client.id, auth0, '--format', 'auth0')).toMatchObject({
    created: 1,
  });
});

test('wrong files, options and checkpoints are refused with what to do', async () => {
  const client = await Client.connect('generic');
  const file = inFolder('some.jsonl');
  writeFileSync(file, '');
  writeFileSync(`${file}.checkpoint`, '{"import":"another","connection":"x"}');
  const broken = inFolder('broken.json');
  writeFileSync(broken, '{"user_id":1}\nno JSON\n');
  const cases: readonly (readonly [readonly string[], RegExp])[] = [
    [['import', client.id], /Name a file to import, or another SCIM server with --from/],
    [['import', client.id, file, '--from', 'http://x.example'], /Name a file to import, or/],
    [['import', client.id, inFolder('missing')], /There is no file/],
    [['import', client.id, folder], /is not a file/],
    [['import', client.id, '--from', 'x.example', '--token', 't'], /base URL of a SCIM server/],
    [['import', client.id, '--from', 'http://x.example'], /needs the bearer token/],
    [['import', client.id, file], /checkpoint of something else\. Delete it/],
    [['import', client.id, broken, '--format', 'auth0'], /Line 2 of the file is not a JSON object/],
    [['import', 'missing', broken], /There is no connection "missing"/],
    [['export', 'missing'], /There is no connection "missing"/],
    [['export', client.id, '--out', file], /exists already|checkpoint of something else/],
  ];
  for (const [args, message] of cases) {
    const { code, stdout, stderr } = await command(...args);
    expect([code, stdout]).toEqual([2, '']);
    expect(stderr).toMatch(message);
  }
});
