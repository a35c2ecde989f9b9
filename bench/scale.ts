import { spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { createWriteStream, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createGzip } from 'node:zlib';
import { marshall } from '@aws-sdk/util-dynamodb';
import { v7 as uuidv7 } from 'uuid';
import { engineBinary, startEngineOn, type Engine } from '../local/engine';
import { Progress } from '../cli/output/progress';
import { countItem, groupItems, userItems } from '../cli/seed/items';
import type { Effort } from './support/effort';
import { startOurs, type Subject } from './support/processes';
import { requests, send } from './support/requests';
import { median, percentile, table, timed } from './support/statistics';

/** Turns that are not counted, because compilers and caches are still cold. */
const WARM_UP = 20;

/** Directory with a number of users, on its own engine. */
interface Directory {
  readonly users: number;
  readonly subject: Subject;
  readonly ids: readonly string[];
  readonly groups: ReadonlyMap<number, string>;
}

/** Measures request latency in small and large directories, which take turns in one run. */
export async function scale({
  directories: sizes,
  groups: groupSizes,
  turns,
}: Effort): Promise<string> {
  const folder = mkdtempSync(path.join(tmpdir(), 'cdk-scim-bench-'));
  const directories: Directory[] = [];
  try {
    for (const users of sizes) directories.push(await open(folder, users, []));
    const ofUsers = await userOperations(directories, turns);
    const crawled = await crawls(directories);
    const crowd = await open(folder, Math.max(...groupSizes) + STRANGERS, groupSizes);
    directories.push(crowd);
    return [ofUsers, await memberOperations(crowd, turns), crawled].join('\n');
  } finally {
    for (const { subject } of directories) await subject.stop();
    rmSync(folder, { recursive: true, force: true });
  }
}

async function userOperations(directories: readonly Directory[], turns: number): Promise<string> {
  let step = 0;
  const pick = ({ ids }: Directory): number => (step * 7919 + 13) % ids.length;
  const operations: Readonly<Record<string, (directory: Directory) => Promise<unknown>>> = {
    'get by id': (d) => requests.getUser(d.subject, d.ids[pick(d)] ?? ''),
    'userName eq': (d) => requests.findUser(d.subject, `${nameOf(pick(d))}@example.com`),
    'PATCH active': (d) => requests.setActive(d.subject, d.ids[pick(d)] ?? '', step % 2 === 0),
    create: (d) => requests.createUser(d.subject, `new${step}@example.com`),
    'first page of 100': (d) =>
      send(d.subject, 'GET', '/Users?count=100&excludedAttributes=groups'),
  };
  const rows = await measured(
    operations,
    directories.map((directory) => ({
      name: `${directory.users.toLocaleString('en-US')} users`,
      subject: directory,
    })),
    turns,
    () => (step += 1),
  );
  return `### Users\n\n${rows}`;
}

async function memberOperations(
  { users, subject, ids, groups: bySize }: Directory,
  turns: number,
): Promise<string> {
  let step = 0;
  // The members of the groups are the first users, so the last users are in no group.
  const stranger = (): string => ids[ids.length - 1 - (step % STRANGERS)] ?? '';
  const operations: Readonly<Record<string, (group: string) => Promise<unknown>>> = {
    'add a member': (group) => requests.addMember(subject, group, stranger()),
    'remove a member': (group) => requests.removeMember(subject, group, stranger()),
    'get without members': (group) =>
      send(subject, 'GET', `/Groups/${group}?excludedAttributes=members`),
    'id eq and members eq': (group) => {
      const filter = encodeURIComponent(`id eq "${group}" and members eq "${ids[0] ?? ''}"`);
      return send(subject, 'GET', `/Groups?filter=${filter}&attributes=id`);
    },
  };
  const groups = [...bySize].map(([members, id]) => ({
    name: `${members.toLocaleString('en-US')} members`,
    subject: id,
  }));
  return `### Group members, in a directory of ${users.toLocaleString('en-US')} users

${await measured(operations, groups, turns, () => (step += 1))}`;
}

/** Measures each operation on all subjects, which take turns. */
async function measured<T>(
  operations: Readonly<Record<string, (subject: T) => Promise<unknown>>>,
  subjects: readonly { readonly name: string; readonly subject: T }[],
  turns: number,
  next: () => void,
): Promise<string> {
  const times = new Map<string, number[]>();
  const progress = new Progress('measuring');
  for (let turn = -WARM_UP; turn < turns; turn += 1) {
    next();
    for (const [operation, work] of Object.entries(operations)) {
      for (const { name, subject } of turn % 2 === 0 ? subjects : [...subjects].reverse()) {
        const time = await timed(() => work(subject));
        if (turn >= 0)
          times.set(`${operation} ${name}`, [...(times.get(`${operation} ${name}`) ?? []), time]);
      }
    }
    progress.show(turn + WARM_UP, turns + WARM_UP);
  }
  progress.end();
  const rows = Object.keys(operations).map((operation) => {
    const of = subjects.map(({ name }) => times.get(`${operation} ${name}`) ?? []);
    const smallest = median(of[0] ?? []);
    const cells = of.map((values, index) => {
      const ratio = index === 0 ? '' : ` (${(median(values) / smallest).toFixed(2)})`;
      return `${median(values).toFixed(1)}${ratio} / ${percentile(values, 0.95).toFixed(1)}`;
    });
    return [operation, ...cells];
  });
  return `p50 in ms (ratio to the first column) / p95 in ms.

${table(['', ...subjects.map(({ name }) => name)], rows)}`;
}

/** Reads a whole directory page by page and compares the first pages with the last ones. */
async function crawls(directories: readonly Directory[]): Promise<string> {
  const directory = directories.find(({ users }) => users >= 100_000) ?? directories.at(-1);
  if (directory === undefined) return '';
  const rows: string[][] = [];
  for (const way of ['startIndex', 'cursor'] as const) {
    const pages: number[] = [];
    let seen = 0;
    let next: string | undefined = way === 'cursor' ? 'cursor=' : 'startIndex=1';
    while (next !== undefined) {
      const path = `/Users?${next}&count=100&attributes=userName`;
      let text = '';
      pages.push(await timed(async () => (text = await send(directory.subject, 'GET', path))));
      const { Resources, nextCursor } = JSON.parse(text) as {
        Resources: unknown[];
        nextCursor?: string;
      };
      seen += Resources.length;
      if (way === 'cursor')
        next = nextCursor === undefined ? undefined : `cursor=${encodeURIComponent(nextCursor)}`;
      else next = Resources.length === 0 ? undefined : `startIndex=${seen + 1}`;
    }
    const [first, last] = [median(pages.slice(10, 60)), median(pages.slice(-60, -10))];
    rows.push([
      way,
      seen.toLocaleString('en-US'),
      first.toFixed(1),
      last.toFixed(1),
      (last / first).toFixed(2),
    ]);
  }
  return `### Reading all users in pages of 100

${table(['paging', 'users', 'first pages, ms', 'last pages, ms', 'ratio'], rows)}`;
}

async function open(
  folder: string,
  users: number,
  groupSizes: readonly number[],
): Promise<Directory> {
  const ids: string[] = [];
  const source = path.join(folder, String(users));
  mkdirSync(path.join(source, 'scim', 'data'), { recursive: true });
  const file = createWriteStream(path.join(source, 'scim', 'data', 'items.json.gz'));
  const gzip = createGzip({ level: 1 });
  gzip.pipe(file);
  const write = async (text: string): Promise<void> => {
    if (!gzip.write(text)) await once(gzip, 'drain');
  };
  // All users are copies of one marshalled user with another id and name, because marshalling a
  // million users would take minutes.
  const sample = userItems('default', SAMPLE);
  const text = sample.items.map((item) => `${JSON.stringify({ Item: marshall(item) })}\n`).join('');
  const progress = new Progress(`writing ${users.toLocaleString('en-US')} users`);
  for (let index = 0; index < users; index += 1) {
    const id = uuidv7();
    ids.push(id);
    await write(text.replaceAll(sample.id, id).replaceAll(SAMPLE, nameOf(index)));
    progress.show(index + 1, users);
  }
  progress.end();
  const groups = new Map<number, string>();
  for (const size of groupSizes) {
    const { id, items } = groupItems(
      'default',
      `Group of ${size}`,
      ids.slice(0, size).map((value) => ({ value })),
    );
    groups.set(size, id);
    for (const item of items) await write(`${JSON.stringify({ Item: marshall(item) })}\n`);
  }
  await write(
    `${JSON.stringify({ Item: marshall(countItem('default', 'User', 'seed', users)) })}\n`,
  );
  gzip.end();
  await once(file, 'finish');
  const database = path.join(folder, `${users}.sqlite`);
  const schema = path.join(folder, 'schema.json');
  writeFileSync(schema, JSON.stringify(SCHEMA));
  process.stderr.write(`importing ${users.toLocaleString('en-US')} users\n`);
  const imported = spawnSync(engineBinary(), [
    'import',
    '--source',
    source,
    '--schema',
    schema,
    '--output',
    database,
  ]);
  if (imported.status !== 0) throw new Error(imported.stderr.toString());
  rmSync(source, { recursive: true });
  const engine: Engine = await startEngineOn(database);
  return { users, ids, groups, subject: await startOurs({ engine }) };
}

/** Number of users that are in no group. */
const STRANGERS = 500;

const SAMPLE = 'qqqqqqqqq';

function nameOf(index: number): string {
  return `u${String(index).padStart(8, '0')}`;
}

const attribute = (AttributeName: string) => ({ AttributeName, AttributeType: 'S' });
const keys = (hash: string, range: string) => [
  { AttributeName: hash, KeyType: 'HASH' },
  { AttributeName: range, KeyType: 'RANGE' },
];

/** Schema of the template's table, in the format of the engine's import. */
const SCHEMA = {
  Table: {
    TableName: 'scim',
    AttributeDefinitions: ['pk', 'sk', 'gsi1pk', 'gsi1sk'].map(attribute),
    KeySchema: keys('pk', 'sk'),
    GlobalSecondaryIndexes: [
      {
        IndexName: 'inverse',
        KeySchema: keys('gsi1pk', 'gsi1sk'),
        Projection: { ProjectionType: 'KEYS_ONLY' },
      },
    ],
    BillingModeSummary: { BillingMode: 'PAY_PER_REQUEST' },
    TableStatus: 'ACTIVE',
  },
};
