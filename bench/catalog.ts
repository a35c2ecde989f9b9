import { startDirectory, type Directory } from './support/directory';
import type { Effort } from './support/effort';
import type { Metered } from './support/metering-proxy';
import { send } from './support/requests';
import { median, table, timed } from './support/statistics';

/** Milliseconds of a call, so that calls that do not wait for each other overlap. */
const CALL_MS = 4;

/** A request for users, and the same for roles. */
interface Pair {
  readonly name: string;
  readonly users: string;
  readonly roles: string;
}

/**
 * Compares a catalog of roles with as many users: the same requests, which take turns. The users
 * are in no group.
 */
export async function catalog({ catalogSize: size, turns }: Effort): Promise<string> {
  const directory = await startDirectory({
    users: size,
    groups: 0,
    roles: size,
    identityProvider: 'generic',
    callMs: CALL_MS,
  });
  try {
    const rows: (string | number)[][] = [];
    for (const pair of pairs(directory, size)) rows.push(await compare(directory, pair, turns));
    return `${size} users and ${size} roles of one connection, requests for both in turns; each \
call to DynamoDB takes at least ${CALL_MS} ms. The ratio is that of the times for roles and for \
users. Roles are smaller than users.

${table(
  [
    'request',
    'reads, users',
    'reads, roles',
    'round trips, users',
    'round trips, roles',
    'ms, users',
    'ms, roles',
    'ratio',
  ],
  rows,
)}`;
  } finally {
    await directory.stop();
  }
}

function pairs({ userIds: [user = ''] }: Directory, size: number): readonly Pair[] {
  const last = Math.max(1, size - 99);
  const both = (name: string, query: string): Pair => ({
    name,
    users: `/Users?${query}`,
    roles: `/Roles?${query}`,
  });
  const equal = (attribute: string, value: string): string =>
    `filter=${encodeURIComponent(`${attribute} eq "${value}"`)}`;
  return [
    { name: 'GET by id', users: `/Users/${user}`, roles: '/Roles/r7' },
    {
      name: '`eq` on an indexed attribute',
      users: `/Users?${equal('userName', 'u7@example.com')}`,
      roles: `/Roles?${equal('displayName', 'Role r7')}`,
    },
    both('page of 100 by cursor', 'cursor&count=100'),
    both('first page of 100 by index', 'startIndex=1&count=100'),
    both('last page of 100 by index', `startIndex=${last}&count=100`),
  ];
}

async function compare(
  { subject, proxy }: Directory,
  { name, users, roles }: Pair,
  turns: number,
): Promise<(string | number)[]> {
  const sides = [users, roles].map((path) => ({
    request: () => send(subject, 'GET', path),
    times: [] as number[],
    cheapest: undefined as Metered | undefined,
  }));
  for (let turn = -3; turn < turns; turn += 1) {
    for (const side of sides) {
      const metered: { current?: Metered } = {};
      const time = await timed(async () => {
        metered.current = await proxy.measure(side.request);
      });
      // The first turns fill caches and warm up the JIT compilers.
      if (turn < 0) continue;
      side.times.push(time);
      const { current } = metered;
      if (side.cheapest === undefined || (current?.calls ?? 0) < side.cheapest.calls) {
        side.cheapest = current;
      }
    }
  }
  const [ofUsers, ofRoles] = sides.map(({ times }) => median(times));
  const [least, other] = sides.map(({ cheapest }) => cheapest);
  return [
    name,
    least?.reads ?? 0,
    other?.reads ?? 0,
    least?.roundTrips ?? 0,
    other?.roundTrips ?? 0,
    (ofUsers ?? 0).toFixed(1),
    (ofRoles ?? 0).toFixed(1),
    ((ofRoles ?? 0) / (ofUsers ?? 1)).toFixed(2),
  ];
}
