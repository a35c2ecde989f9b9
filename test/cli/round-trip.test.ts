import { randomInt } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { verify } from '../../directory/verify/verify';
import { Table } from '../../directory/store/table';
import { openEngine } from '../directory/support';
import { Client, server } from '../support/client';
import { command, commandJson, run } from '../support/command';
import { resourcesIn } from '../support/export-file';

/** `SCIM_ROUND_TRIP=10` makes it 10,000 users and 100,000 memberships, which takes minutes. */
const SCALE = Number(process.env['SCIM_ROUND_TRIP'] ?? '1');
const USERS = SCALE * 1000;
const GROUPS = SCALE * 20;
const MEMBERS_PER_GROUP = 500;
const INTERRUPTIONS = 10;

const folder = mkdtempSync(path.join(os.tmpdir(), 'round-trip-'));

afterAll(() => {
  rmSync(folder, { recursive: true });
});

/** Runs a command that is killed at random times, and then to its end. */
async function interrupted(longestMs: number, ...args: readonly string[]): Promise<void> {
  const all = [...args, '--admin-url', server().adminUrl];
  for (let kill = 1; ; kill += 1) {
    const killedAfterMs = randomInt(300, longestMs);
    const { code, stderr } = await run(all, kill > INTERRUPTIONS ? {} : { killedAfterMs });
    // An export can be complete when it is killed.
    if (code === 0 || stderr.includes('exists already')) return;
    if (kill > INTERRUPTIONS) throw new Error(stderr);
  }
}

test(
  'a large directory is exported, imported and exported as the same, interrupted ten times',
  async () => {
    const [source, target] = [await Client.connect('generic'), await Client.connect('generic')];
    const { tableName, dynamodbEndpoint } = server();
    const size = ['--users', USERS, '--groups', GROUPS, '--members', MEMBERS_PER_GROUP].map(String);
    const place = ['--connection', source.id, '--table', tableName, '--dynamodb', dynamodbEndpoint];
    expect(await run(['seed', ...size, ...place])).toMatchObject({ code: 0 });

    const [first, second] = ['first.jsonl', 'second.jsonl'].map((name) => path.join(folder, name));
    await interrupted(1000, 'export', source.id, '--out', first ?? '');
    await interrupted(SCALE * 1500, 'import', target.id, first ?? '');
    expect(await command('export', target.id, '--out', second ?? '')).toMatchObject({ code: 0 });
    const [exported, again] = [resourcesIn(first ?? ''), resourcesIn(second ?? '')];
    expect(exported).toHaveLength(USERS + 2 * GROUPS);
    const known = new Set(exported);
    expect(again.filter((resource) => !known.has(resource)).slice(0, 1)).toEqual([]);
    expect(again).toHaveLength(exported.length);
    const repeated = await commandJson('import', target.id, first ?? '');
    expect(repeated).toMatchObject({ created: 0, updated: 0, unchanged: USERS + 2 * GROUPS });

    const { findings } = await verify(new Table(openEngine(), tableName));
    const ours = findings.filter(({ connection }) => [source.id, target.id].includes(connection));
    expect(ours).toEqual([]);
  },
  20 * 60_000,
);
