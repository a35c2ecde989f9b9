import { gzipSync } from 'node:zlib';
import { randomBytes } from 'node:crypto';
import type { Connection } from '../directory/connections/connection';
import { connectionToItem } from '../directory/connections/connection-item';
import { DynamoDBConnection } from '../directory/store/client/dynamodb';
import { Table } from '../directory/store/table';
import { seed } from '../cli/seed/seed';
import type { Effort } from './support/effort';
import { median, table, timed } from './support/statistics';
import { startSystem, type System } from './support/system';

/** Connections in the large deployment. */
const CONNECTIONS = 10_000;

/** The most users of a connection: the whole system is slower to fill than a table. */
const USERS = 20_000;

/** Most kilobytes of a page, compressed. */
const MOST_KB = 60;

/**
 * Measures how long the pages of the console take in a small and in a large deployment, and what
 * they weigh.
 * @throws Error for a page that is too heavy
 */
export async function pages({ directories, turns, flag }: Effort): Promise<string> {
  const isSmoke = flag === '--smoke';
  const users = Math.min(USERS, directories.at(-1) ?? 0);
  const connections = isSmoke ? 400 : CONNECTIONS;
  const system = await startSystem();
  try {
    const visitor = await signIn(system);
    const store = open(system);
    await seed({ table: store, connection: 'default' }, { users: 100, prefix: 'few' });
    const few = await measure(visitor, isSmoke ? 1 : Math.min(turns, 30));
    await seed({ table: store, connection: 'default' }, { users, prefix: 'many' });
    await store.writeEach(
      Array.from({ length: connections }, (_, index) => ({
        put: connectionToItem(connectionOf(index)),
      })),
    );
    const many = await measure(visitor, isSmoke ? 1 : Math.min(turns, 30));
    const rows = [...few].map(([name, { time, kilobytes }]) => {
      const large = many.get(name);
      const heaviest = Math.max(kilobytes, large?.kilobytes ?? 0);
      if (heaviest > MOST_KB) throw new Error(`The page "${name}" has ${heaviest} KB.`);
      return [
        name,
        time.toFixed(0),
        (large?.time ?? Number.NaN).toFixed(0),
        ((large?.time ?? Number.NaN) / time).toFixed(2),
        heaviest.toFixed(1),
      ];
    });
    const large = `${number(connections)} connections and ${number(users)} users`;
    return `Median time of a page over HTTP through \`ui\` and \`admin\`, with 1 connection and \
100 users, then with ${large}. Sizes are compressed, without the style sheet and the script, \
which browsers keep.

${table(['page', 'small, ms', 'large, ms', 'ratio', 'KB'], rows)}`;
  } finally {
    await system.stop();
  }
}

function number(value: number): string {
  return value.toLocaleString('en-US');
}

/** Opens a page of the console with the session of an operator. @returns its HTML */
type Visitor = (path: string) => Promise<string>;

async function signIn({ consoleUrl }: System): Promise<Visitor> {
  const opening = await fetch(consoleUrl);
  const [formCookie = ''] = (opening.headers.get('set-cookie') ?? '').split(';');
  const html = await opening.text();
  const [, form = ''] = /name="form" value="([^"]+)"/.exec(html) ?? [];
  const link = new URL(consoleUrl).searchParams.get('link') ?? '';
  const root = consoleUrl.replace(/\/open.*/, '');
  const opened = await fetch(`${root}/open`, {
    method: 'POST',
    redirect: 'manual',
    headers: { Cookie: formCookie },
    body: new URLSearchParams({ form, link }),
  });
  const [session = ''] = (opened.headers.get('set-cookie') ?? '').split(';');
  return async (path) => {
    const answer = await fetch(`${root}${path}`, { headers: { Cookie: session } });
    if (answer.status !== 200) throw new Error(`${path} answers ${answer.status}.`);
    return answer.text();
  };
}

const PAGES: readonly (readonly [name: string, path: string])[] = [
  ['list of connections', ''],
  ['search of connections', '?search=default'],
  ['overview of a connection', '/connections/default'],
  ['users', '/connections/default/users'],
  ['search of a user', '/connections/default/users?search=few-1@example.com'],
  ['log', '/connections/default/log'],
  ['settings', '/connections/default/settings'],
];

interface Measured {
  readonly time: number;
  readonly kilobytes: number;
}

async function measure(visitor: Visitor, turns: number): Promise<ReadonlyMap<string, Measured>> {
  const times = new Map<string, number[]>();
  const sizes = new Map<string, number>();
  for (let turn = 0; turn <= turns; turn += 1) {
    for (const [name, path] of PAGES) {
      const time = await timed(async () => {
        sizes.set(name, gzipSync(await visitor(path)).length / 1024);
      });
      // The first turn warms up the JIT compilers.
      if (turn > 0) times.set(name, [...(times.get(name) ?? []), time]);
    }
  }
  return new Map(
    PAGES.map(([name]) => [
      name,
      { time: median(times.get(name) ?? []), kilobytes: sizes.get(name) ?? 0 },
    ]),
  );
}

function open({ dynamodbEndpoint: endpoint, tableName }: System): Table {
  const credentials = { accessKeyId: 'local', secretAccessKey: 'local' };
  const region = 'us-east-1';
  return new Table(
    new DynamoDBConnection({ endpoint, region, credentials: () => credentials }),
    tableName,
  );
}

function connectionOf(index: number): Connection {
  return {
    id: `bench-${String(index).padStart(5, '0')}`,
    displayName: `Customer ${index}`,
    identityProvider: 'entra',
    enabled: true,
    userDeletion: 'retain',
    groups: true,
    tokenExpiresInDays: 365,
    secret: false,
    createdAt: new Date().toISOString(),
    tokens: [],
    schemas: [],
    mapping: [],
    roleRules: [],
    adoption: 'off',
    verifiedDomains: [],
    membershipsConverted: true,
    cursorKey: randomBytes(32).toString('base64url'),
  };
}
