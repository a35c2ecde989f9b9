import { setTimeout as sleep } from 'node:timers/promises';
import { DynamoDBConnection } from '../directory/store/client/dynamodb';
import { SCAN_BUDGET } from '../directory/resources/collection';
import { Table } from '../directory/store/table';
import { LOCAL_CREDENTIALS } from '../local/engine';
import { seed } from '../cli/seed/seed';
import type { Effort } from './support/effort';
import { mixtureOf } from './support/mixture';
import { nodePrograms, startOurs, startTable } from './support/processes';
import { send, userBody, type Target } from './support/requests';
import { median, percentile, table, timed } from './support/statistics';

/** Connections that share the load. */
const CONNECTIONS = 100;

/** Users of each connection, all in one group. */
const USERS = 100;

/** Users of 20 KB, and how many of them a page has. */
const LARGE_USERS = 200;
const LARGE_TITLE = 20_000;

/** Measurements of each large answer. */
const REPETITIONS = 5;

/** Measures a steady load for some minutes, and answers that are as large as they get. */
export async function hold(effort: Effort): Promise<string> {
  const engine = await startTable();
  const [node = process.execPath] = nodePrograms().slice(-1);
  const subject = await startOurs({
    engine,
    node,
    identityProvider: 'generic',
    connections: CONNECTIONS,
  });
  const client = new DynamoDBConnection({
    endpoint: engine.endpoint,
    region: 'us-east-1',
    credentials: () => LOCAL_CREDENTIALS,
  });
  const database = new Table(client, 'scim');
  try {
    const targets: ((step: number) => Promise<unknown>)[] = [];
    for (const [connection, token] of Object.entries(subject.tokens)) {
      const content = await seed(
        { table: database, connection },
        { users: USERS, groups: 1, membersPerGroup: USERS, prefix: 'u' },
      );
      const baseUrl = subject.baseUrl.replace(/[^/]+$/, connection);
      targets.push(mixtureOf({ baseUrl, token }, content));
    }
    const held = `On Node.js ${subject.nodeVersion}: ${await load(targets, effort)}`;
    const rows = await largeAnswers(subject, database, effort);
    return `${held}\n\nMedian time and size of large answers.\n\n${table(
      ['answer', 'ms', 'KB'],
      rows,
    )}`;
  } finally {
    client.close();
    await subject.stop();
  }
}

/** Sends requests at a steady rate, whether earlier ones are answered or not. */
async function load(
  targets: readonly ((step: number) => Promise<unknown>)[],
  { holdSeconds, holdRate }: Effort,
): Promise<string> {
  const answers: Answered[] = [];
  const errors: string[] = [];
  const pending: Promise<void>[] = [];
  const start = performance.now();
  // A connection's requests follow each other, as those of an identity provider do.
  const queues = targets.map(() => Promise.resolve());
  for (let sent = 0; sent < holdSeconds * holdRate; sent += 1) {
    const due = start + (sent / holdRate) * 1000;
    const wait = due - performance.now();
    if (wait > 1) await sleep(wait);
    const index = sent % targets.length;
    const queue = (queues[index] ?? Promise.resolve()).then(async () => {
      try {
        // Each connection is at its own place in the mix: otherwise, all create users at once.
        await targets[index]?.(Math.floor(sent / targets.length) + index);
        // Measured from the time at which the request was due, so that waiting counts.
        answers.push({ due: due - start, ms: performance.now() - due });
      } catch (error) {
        errors.push(error instanceof Error ? error.message : String(error));
      }
    });
    queues[index] = queue;
    pending.push(queue);
  }
  await Promise.all(pending);
  if (errors.length > 0) throw new Error(`${errors.length} requests failed: ${errors[0] ?? ''}`);
  // The first tenth loads and compiles everything.
  const steady = answers.filter(({ due }) => due > holdSeconds * 100);
  const [p50, p99, p999] = [0.5, 0.99, 0.999].map((share) => percentileOf(steady, share));
  const slowest = minutesOf(steady).map((minute) => percentileOf(minute, 0.99));
  return `${targets.length} connections with ${USERS} users each send ${holdRate} requests a \
second together for ${holdSeconds} s, in the mix of "Past one machine": ${answers.length} \
requests, none of which failed. Without the first tenth: p50 ${p50} ms, p99 ${p99} ms, \
p99.9 ${p999} ms. The p99 of each minute, in ms: ${slowest.join(', ')}.`;
}

/** A request that was answered. */
interface Answered {
  /** When it was to be sent, in milliseconds since the start. */
  readonly due: number;
  /** Milliseconds until it was answered. */
  readonly ms: number;
}

function percentileOf(answers: readonly Answered[], share: number): string {
  return percentile(
    answers.map(({ ms }) => ms),
    share,
  ).toFixed(1);
}

/** Splits requests by the minute in which they were to be sent. */
function minutesOf(answers: readonly Answered[]): readonly (readonly Answered[])[] {
  const minutes = new Map<number, Answered[]>();
  for (const answered of answers) {
    const minute = Math.floor(answered.due / 60_000);
    const others = minutes.get(minute) ?? [];
    others.push(answered);
    minutes.set(minute, others);
  }
  return [...minutes.values()];
}

async function largeAnswers(
  subject: Target,
  database: Table,
  { longLists }: Effort,
): Promise<(string | number)[][]> {
  const rows: (string | number)[][] = [];
  for (const members of longLists) {
    const prefix = `m${members}x`;
    const { groupIds } = await seed(
      { table: database, connection: 'default' },
      { users: members, groups: 1, membersPerGroup: members, prefix },
    );
    const group = groupIds[0] ?? '';
    const count = members.toLocaleString('en-US');
    const ids = `/Groups/${group}?attributes=members.value`;
    rows.push(await measured(subject, `ids of ${count} members`, ids));
    // Beyond that, the filter is refused.
    if (members > SCAN_BUDGET) continue;
    const filter = `groups.value eq "${group}" and displayName co "${prefix}11"`;
    rows.push(
      await measured(
        subject,
        `\`groups.value eq\` and \`displayName co\` among ${count} members`,
        `/Users?count=10&filter=${encodeURIComponent(filter)}`,
      ),
    );
  }
  const emails = [{ value: 'shared@example.com', type: 'work' }];
  const title = 'x'.repeat(LARGE_TITLE);
  for (let index = 0; index < LARGE_USERS; index += 1) {
    const body = { ...userBody(`large${index}@example.com`), emails, title };
    await send(subject, 'POST', '/Users', body);
  }
  const filter = encodeURIComponent('emails.value eq "shared@example.com"');
  const page = `/Users?count=${LARGE_USERS}&filter=${filter}`;
  rows.push(await measured(subject, `page of ${LARGE_USERS} users of 20 KB`, page));
  return rows;
}

async function measured(subject: Target, name: string, path: string): Promise<(string | number)[]> {
  const times: number[] = [];
  let size = 0;
  for (let run = 0; run < REPETITIONS; run += 1) {
    times.push(
      await timed(async () => {
        size = Buffer.byteLength(await send(subject, 'GET', path));
      }),
    );
  }
  return [name, median(times).toFixed(0), Math.round(size / 1024)];
}
