import type { Effort } from './support/effort';
import { nodePrograms, startLimit, startOurs, startPeer, type Subject } from './support/processes';
import { requests } from './support/requests';
import { median, table } from './support/statistics';

/** Number of concurrent clients. */
const CLIENTS = 16;

const GROUPS = 4;

/** The requests that are compared. */
const KINDS = ['create', 'get', '`userName eq`', 'PATCH', 'add a member'] as const;
type Kind = (typeof KINDS)[number];

/** Server with the users and groups that exist before the measurement. */
interface Prepared {
  readonly subject: Subject;
  readonly users: readonly { readonly id: string; readonly userName: string }[];
  readonly groups: readonly string[];
}

/** Measurement of a server in one round. */
interface Round {
  readonly perSecond: number;
  /** Milliseconds of CPU per request. */
  readonly cpu: Readonly<Record<Kind, number>>;
}

/**
 * Measures the CPU of the most frequent requests, and how many of them a server answers in a
 * second, on the versions of Node.js that are supported. The servers take turns in one run, and
 * each has its own engine.
 */
export async function throughput(effort: Effort): Promise<string> {
  const rows: (string | number)[][] = [];
  for (const node of nodePrograms()) rows.push(...(await measureOn(node, effort)));
  return `${CLIENTS} clients and ${GROUPS} groups with ${effort.members} members at the start. \
The clients send ${effort.each} requests of each kind (a tenth of them to scimmy), one kind after \
the other. Each server is one process on the same machine as its engine and the clients. CPU is in \
milliseconds per request, with all threads of the server. \`limit A\` makes the same calls to \
DynamoDB and does nothing else.

The first comment of each file in [peers](peers) explains what the peer omits or does differently.

${table(['Node.js', 'server', 'requests/s', ...KINDS, 'mean CPU', 'of limit A'], rows)}`;
}

async function measureOn(node: string, effort: Effort): Promise<(string | number)[][]> {
  const subjects = [
    await startLimit(node),
    await startOurs({ node }),
    await startPeer('scimmy', node),
    await startPeer('polis', node),
  ];
  try {
    const prepared: Prepared[] = [];
    for (const subject of subjects) prepared.push(await prepare(subject, effort));
    const rounds = new Map<Subject, Round[]>(subjects.map((subject) => [subject, []]));
    // The first round warms up the JIT compilers.
    for (let round = 0; round <= effort.rounds; round += 1) {
      for (const each of prepared) {
        const measured = await measure(each, round, effort);
        if (round > 0) rounds.get(each.subject)?.push(measured);
      }
    }
    const means = new Map(
      [...rounds].map(([{ name }, values]) => [name, median(values.map(meanOf))] as const),
    );
    const limit = means.get('limit A') ?? Number.NaN;
    return [...rounds].map(([{ name, nodeVersion }, values]) => [
      nodeVersion,
      name,
      median(values.map(({ perSecond }) => perSecond)).toFixed(0),
      ...KINDS.map((kind) => median(values.map(({ cpu }) => cpu[kind])).toFixed(2)),
      (means.get(name) ?? Number.NaN).toFixed(2),
      ((means.get(name) ?? Number.NaN) / limit).toFixed(2),
    ]);
  } finally {
    for (const subject of subjects) await subject.stop();
  }
}

function meanOf({ cpu }: Round): number {
  return KINDS.reduce((sum, kind) => sum + cpu[kind], 0) / KINDS.length;
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

async function measure(
  { subject, users, groups }: Prepared,
  round: number,
  { each }: Effort,
): Promise<Round> {
  const created: string[] = [];
  const userOf = (step: number) => users[(step * 7919) % users.length] ?? { id: '', userName: '' };
  const work: Readonly<Record<Kind, (step: number) => Promise<unknown>>> = {
    create: async (step) => {
      created.push(await requests.createUser(subject, `r${round}s${step}@example.com`));
    },
    get: (step) => requests.getUser(subject, userOf(step).id),
    '`userName eq`': (step) => requests.findUser(subject, userOf(step).userName),
    PATCH: (step) => requests.setActive(subject, userOf(step).id, (step + round) % 2 === 0),
    'add a member': (step) =>
      requests.addMember(subject, groups[step % groups.length] ?? '', created[step] ?? ''),
  };
  // One server takes so long that fewer requests must do.
  const count = subject.name === 'scimmy' ? Math.ceil(each / 10) : each;
  const start = performance.now();
  const cpu = { create: 0, get: 0, '`userName eq`': 0, PATCH: 0, 'add a member': 0 };
  for (const kind of KINDS) {
    const before = subject.cpu();
    let next = 0;
    await Promise.all(
      Array.from({ length: CLIENTS }, async () => {
        for (let step = next++; step < count; step = next++) await work[kind](step);
      }),
    );
    cpu[kind] = (subject.cpu() - before) / count;
  }
  const perSecond = (KINDS.length * count * 1000) / (performance.now() - start);
  return { perSecond, cpu };
}
