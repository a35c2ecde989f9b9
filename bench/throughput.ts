import type { Effort } from './support/effort';
import { startOurs, startPeer, type Subject } from './support/processes';
import { requests } from './support/requests';
import { median, table } from './support/statistics';

/** Number of concurrent clients. */
const CLIENTS = 16;

const GROUPS = 4;

/** Server with the users and groups that exist before the measurement. */
interface Prepared {
  readonly subject: Subject;
  readonly users: { readonly id: string; readonly userName: string }[];
  readonly groups: readonly string[];
}

/**
 * Measures the requests per second of each server for the same mix of requests. The servers take
 * turns in one run, and each has its own engine.
 */
export async function throughput(effort: Effort): Promise<string> {
  const subjects = [await startOurs(), await startPeer('scimmy'), await startPeer('polis')];
  try {
    const prepared: Prepared[] = [];
    for (const subject of subjects) prepared.push(await prepare(subject, effort));
    const turns = new Map<string, Turn[]>(subjects.map(({ name }) => [name, []]));
    for (let round = 0; round <= effort.rounds; round += 1) {
      for (const each of prepared) {
        const measured = await turn(each, round, effort);
        // The first round warms up the JIT compilers.
        if (round > 0) turns.get(each.subject.name)?.push(measured);
      }
    }
    const ours = turns.get('cdk-scim') ?? [];
    const rows = [...turns].map(([name, values]) => {
      const times = (of: (turn: Turn) => number): string =>
        name === 'cdk-scim'
          ? ''
          : median(values.map((value, index) => of(ours[index] ?? value) / of(value))).toFixed(2);
      const rate = median(values.map(({ perSecond }) => perSecond)).toFixed(0);
      const cpu = median(values.map((value) => value.cpu)).toFixed(2);
      return [name, rate, times(({ perSecond }) => perSecond), cpu, times((value) => value.cpu)];
    });
    return `${CLIENTS} clients and ${GROUPS} groups with ${effort.members} members at the start. \
The clients repeat: create, get, \`userName eq\`, PATCH active, add a member. \
Each server is one process on the same machine as its engine and the clients.

The first comment of each file in [peers](peers) explains what the peer omits or does differently.

${table(
  ['server', 'requests/s', 'cdk-scim / server', 'CPU per request, ms', 'cdk-scim / server'],
  rows,
)}`;
  } finally {
    for (const subject of subjects) await subject.stop();
  }
}

async function prepare(subject: Subject, { members }: Effort): Promise<Prepared> {
  const users: { id: string; userName: string }[] = [];
  for (let index = 0; index < members; index += 1) {
    const userName = `first${index}@example.com`;
    users.push({ userName, id: await requests.createUser(subject, userName) });
  }
  const groups: string[] = [];
  for (let index = 0; index < GROUPS; index += 1) {
    const group = await requests.createGroup(subject, `Group ${index}`);
    for (const { id } of users) await requests.addMember(subject, group, id);
    groups.push(group);
  }
  return { subject, users, groups };
}

/** Measurement of a server in one turn. */
interface Turn {
  readonly perSecond: number;
  /** CPU time per request in milliseconds. */
  readonly cpu: number;
}

async function turn(
  { subject, users, groups }: Prepared,
  round: number,
  { roundMs }: Effort,
): Promise<Turn> {
  const start = performance.now();
  const cpu = subject.cpu();
  let done = 0;
  await Promise.all(
    Array.from({ length: CLIENTS }, async (_, client) => {
      for (let step = 0; performance.now() - start < roundMs; step += 1) {
        const userName = `r${round}c${client}s${step}@example.com`;
        const id = await requests.createUser(subject, userName);
        users.push({ id, userName });
        const other = users[(client * 7919 + step) % users.length] ?? { id, userName };
        await requests.getUser(subject, other.id);
        await requests.findUser(subject, other.userName);
        await requests.setActive(subject, other.id, step % 2 === 0);
        await requests.addMember(subject, groups[step % groups.length] ?? '', id);
        done += 5;
      }
    }),
  );
  return {
    perSecond: (done / (performance.now() - start)) * 1000,
    cpu: (subject.cpu() - cpu) / done,
  };
}
