import { startOurs, startPeer, type Subject } from './support/processes';
import { requests } from './support/requests';
import { median, table } from './support/statistics';

/** Requests that are under way at the same time. */
const CLIENTS = 16;
const ROUNDS = 5;
const ROUND_MS = 5000;

/** Groups, and how many members they have before it begins. */
const GROUPS = 4;
const MEMBERS = 200;

/** What a server holds when its turns begin. */
interface Prepared {
  readonly subject: Subject;
  readonly users: { readonly id: string; readonly userName: string }[];
  readonly groups: readonly string[];
}

/** How many requests a second each server answers of the same mixture, in turns in one run, each on an engine of its own. */
export async function throughput(): Promise<string> {
  const subjects = [await startOurs(), await startPeer('scimmy'), await startPeer('polis')];
  try {
    const prepared: Prepared[] = [];
    for (const subject of subjects) prepared.push(await prepare(subject));
    const turns = new Map<string, Turn[]>(subjects.map(({ name }) => [name, []]));
    for (let round = 0; round <= ROUNDS; round += 1) {
      for (const each of prepared) {
        const measured = await turn(each, round);
        // The first one is for the compilers.
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
    return `${CLIENTS} clients, ${GROUPS} groups of ${MEMBERS} members at the start; create, get, \`userName eq\`, PATCH active and add a member in turns. Each server is one process, beside its
engine and the clients. What the peers leave out, or do with other means: the heads of their files in [peers](peers).

${table(['server', 'requests a second', 'ours to this one', 'CPU a request, ms', 'ours to this one'], rows)}`;
  } finally {
    for (const subject of subjects) await subject.stop();
  }
}

async function prepare(subject: Subject): Promise<Prepared> {
  const users: { id: string; userName: string }[] = [];
  for (let index = 0; index < MEMBERS; index += 1) {
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

/** What a server did in one turn. */
interface Turn {
  readonly perSecond: number;
  /** Milliseconds for each request. */
  readonly cpu: number;
}

async function turn({ subject, users, groups }: Prepared, round: number): Promise<Turn> {
  const start = performance.now();
  const cpu = subject.cpu();
  let done = 0;
  await Promise.all(
    Array.from({ length: CLIENTS }, async (_, client) => {
      for (let step = 0; performance.now() - start < ROUND_MS; step += 1) {
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
  return { perSecond: (done / (performance.now() - start)) * 1000, cpu: (subject.cpu() - cpu) / done };
}
