import { startDirectory, type Directory } from './support/directory';
import type { Metered } from './support/metering-proxy';
import type { Subject } from './support/processes';
import { requests, send } from './support/requests';
import { table } from './support/statistics';

/**
 * On-demand prices per million units in us-east-1, in USD.
 * @see https://aws.amazon.com/dynamodb/pricing/on-demand/
 */
export const READ_MILLION = 0.125;
export const WRITE_MILLION = 0.625;

/** Numbers of groups that each user is in. */
const GROUPS_PER_USER = [0, 1, 21] as const;

/** Users of each directory, all of whom are members of each group. */
const USERS = 1000;

/** Each request is measured this often; see `cheapest`. */
const REPETITIONS = 3;

/** Milliseconds of a call, so that calls that do not wait for each other overlap. */
const CALL_MS = 15;

/** The most reads, writes and round trips of a request. Units do not depend on the machine. */
type Most = readonly [reads: number, writes: number, roundTrips: number];

/** A request that is measured. */
interface Measured {
  readonly name: string;
  readonly most: Most;
  /** Does what must have been done before, without being measured. */
  readonly prepare?: () => Promise<void>;
  /** Sends one request. @param run counts from 0 */
  readonly send: (run: number) => Promise<unknown>;
}

/**
 * Measures what requests take, over HTTP: request units as the engine reports them
 * (ReturnConsumedCapacity), and round trips.
 * @throws Error if a request takes more than it may
 */
export async function units(): Promise<string> {
  const rows: (string | number)[][] = [];
  for (const groups of GROUPS_PER_USER) {
    const directory = await startDirectory({
      users: USERS,
      groups,
      identityProvider: 'generic',
      callMs: CALL_MS,
    });
    try {
      for (const measured of requestsTo(directory, groups)) {
        rows.push(rowOf(measured, groups, await cheapest(directory, measured)));
      }
    } finally {
      await directory.stop();
    }
  }
  return `Each request is sent over HTTP to the built functions, whose calls to DynamoDB are \
measured: ${USERS} users, each in the given number of groups, profile \`generic\`. Reads include \
the connection. Calls that run in parallel count as one round trip. The execution environment is \
warm: the first request that shows a group takes one more round trip to read its name.

Not in the table: each change also creates an entry in the provisioning log and an event, which \
are written after the request; every fiftieth request counts the use of the connection (1 \
write). The costs are those of DynamoDB: ${READ_MILLION} USD per million reads and \
${WRITE_MILLION} USD per million writes on demand in us-east-1.

${table(
  ['request', 'groups', 'reads', 'writes', 'calls', 'round trips', 'DynamoDB, USD per million'],
  rows,
)}`;
}

/**
 * Returns the cheapest of several measurements: requests also record the use of a token and of the
 * connection now and then, and the first ones read what the environment keeps.
 */
async function cheapest({ proxy }: Directory, measured: Measured): Promise<Metered> {
  const results: Metered[] = [];
  await measured.prepare?.();
  for (let run = 0; run < REPETITIONS; run += 1) {
    results.push(await proxy.measure(() => measured.send(run)));
  }
  const [best] = results.sort((a, b) => a.calls - b.calls);
  if (best === undefined) throw new Error('Nothing was measured.');
  return best;
}

/** @throws Error if the request took more than it may */
function rowOf(
  { name, most: [mostReads, mostWrites, mostRoundTrips] }: Measured,
  groups: number,
  { reads, writes, calls, roundTrips }: Metered,
): (string | number)[] {
  if (reads > mostReads || writes > mostWrites || roundTrips > mostRoundTrips) {
    throw new Error(
      `"${name}" with ${groups} groups takes ${reads} reads, ${writes} writes and ${roundTrips} ` +
        `round trips; expected are at most ${mostReads}, ${mostWrites} and ${mostRoundTrips}.`,
    );
  }
  const cost = reads * READ_MILLION + writes * WRITE_MILLION;
  return [name, groups, reads, writes, calls, roundTrips, cost.toFixed(2)];
}

function requestsTo(
  { subject, userIds, groupIds }: Directory,
  groups: (typeof GROUPS_PER_USER)[number],
): readonly Measured[] {
  const [one = ''] = userIds;
  const page = (query: string) => send(subject, 'GET', `/Users?${query}`);
  const always: readonly Measured[] = [
    { name: 'GET a user', most: [3, 0, 1], send: () => requests.getUser(subject, one) },
    {
      name: '`userName eq`',
      most: [3.5, 0, 2],
      send: () => requests.findUser(subject, 'u7@example.com'),
    },
    {
      name: 'PATCH a user',
      most: [3, 1, 2],
      send: (run) => requests.setActive(subject, one, run % 2 === 1),
    },
    { name: 'page of 100 users by cursor', most: [30, 0, 2], send: () => page('cursor&count=100') },
    {
      name: 'first page of 100 users by index',
      most: [30, 1, 3],
      send: () => page('startIndex=1&count=100'),
    },
    {
      name: 'second page of 100 users by index',
      most: [30, 1, 3],
      send: () => page('startIndex=101&count=100'),
    },
  ];
  if (groups === 1) return [...always, ...memberRequests(subject, userIds, groupIds)];
  return groups === 0 ? [...always, ...userRequests(subject)] : always;
}

function userRequests(subject: Subject): readonly Measured[] {
  const created: string[] = [];
  return [
    {
      name: '`userName eq`, nobody found',
      most: [2.5, 0, 2],
      send: () => requests.findUser(subject, 'nobody@example.com'),
    },
    {
      name: 'POST a user (name, externalId, e-mail)',
      most: [4, 12, 2],
      send: async (run) => {
        created.push(await requests.createUser(subject, `new${run}@example.com`, `ext${run}`));
      },
    },
    {
      name: 'PATCH a user, nothing changes',
      most: [3, 0, 2],
      send: () => requests.setActive(subject, created[0] ?? '', true),
    },
    {
      name: 'DELETE a user',
      most: [4.5, 22, 4],
      send: (run) => send(subject, 'DELETE', `/Users/${created[run] ?? ''}`),
    },
  ];
}

function memberRequests(
  subject: Subject,
  userIds: readonly string[],
  [group = '']: readonly string[],
): readonly Measured[] {
  const others: string[] = [];
  const joining: string[] = [];
  return [
    {
      name: 'POST a group',
      most: [3, 10, 2],
      send: async (run) => {
        others.push(await requests.createGroup(subject, `Other ${run}`));
      },
    },
    {
      name: 'add a member',
      most: [6, 6, 3],
      send: (run) => requests.addMember(subject, others[0] ?? '', userIds[run] ?? ''),
    },
    {
      name: 'add a member to a group of 1,000',
      most: [5, 6, 3],
      prepare: async () => {
        for (let index = 0; index < REPETITIONS; index += 1) {
          joining.push(await requests.createUser(subject, `joining${index}@example.com`));
        }
      },
      send: (run) => requests.addMember(subject, group, joining[run] ?? ''),
    },
    {
      name: 'remove a member from a group of 1,000',
      most: [4, 6, 3],
      send: (run) => requests.removeMember(subject, group, userIds[run] ?? ''),
    },
    {
      name: 'GET a group without members',
      most: [2, 0, 1],
      send: () => send(subject, 'GET', `/Groups/${group}?excludedAttributes=members`),
    },
  ];
}
