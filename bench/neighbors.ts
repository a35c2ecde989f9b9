import { Agent, request } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Effort } from './support/effort';
import { median, percentile, table } from './support/statistics';
import { startSystem } from './support/system';

/** Limit of the noisy connection, and the requests that it sends instead, per second. */
const LIMIT = 20;
const NOISE = 10 * LIMIT;

/** Requests per second of the quiet connection and of the administrator. */
const QUIET = 20;

const agent = new Agent({ keepAlive: true, maxSockets: 64 });

/** A URL with the header that authorizes it. */
interface Target {
  readonly url: string;
  readonly token?: string;
}

/**
 * Measures what a connection at ten times its limit does to another connection and to the admin
 * API. Rounds with and without the noise alternate.
 */
export async function neighbors({ rounds, roundMs }: Effort): Promise<string> {
  const { adminUrl, stop } = await startSystem();
  try {
    const noisy = await connect(adminUrl, { requestsPerSecond: LIMIT, burst: LIMIT });
    const quiet = await connect(adminUrl);
    const admin = { url: `${adminUrl}/connections` };
    const alone: Round[] = [];
    const beside: Round[] = [];
    let rejected = 0;
    for (let index = 0; index <= rounds; index += 1) {
      const first = await measure(quiet, admin, roundMs);
      const noise = send(noisy, NOISE, roundMs);
      const second = await measure(quiet, admin, roundMs);
      const statuses = (await noise).map(({ status }) => status);
      rejected = statuses.filter((status) => status === 429).length / statuses.length;
      // The first round warms up the JIT compilers.
      if (index === 0) continue;
      alone.push(first);
      beside.push(second);
    }
    const row = (name: string, of: (round: Round) => number): readonly string[] => [
      name,
      median(alone.map(of)).toFixed(1),
      median(beside.map(of)).toFixed(1),
      median(beside.map((round, index) => of(round) / of(alone[index] ?? round))).toFixed(2),
    ];
    return `One connection sends ${NOISE} requests a second, ten times its limit; \
${Math.round(rejected * 100)} % are rejected with 429. \
Another sends ${QUIET}, and an administrator as many. Server and clients share this machine.

${table(
  ['p95 in ms', 'alone', 'beside the noise', 'ratio'],
  [row('other connection', ({ quiet: time }) => time), row('admin API', ({ admin: time }) => time)],
)}`;
  } finally {
    await stop();
    agent.destroy();
  }
}

/** 95th percentiles in milliseconds. */
interface Round {
  readonly quiet: number;
  readonly admin: number;
}

async function measure(quiet: Target, admin: Target, milliseconds: number): Promise<Round> {
  const [ofQuiet, ofAdmin] = await Promise.all([
    send(quiet, QUIET, milliseconds),
    send(admin, QUIET, milliseconds),
  ]);
  const failed = [...ofQuiet, ...ofAdmin].find(({ status }) => status !== 200);
  if (failed !== undefined) throw new Error(`A neighbor got ${failed.status}.`);
  const p95 = (answers: readonly Answer[]): number =>
    percentile(
      answers.map(({ time }) => time),
      0.95,
    );
  return { quiet: p95(ofQuiet), admin: p95(ofAdmin) };
}

interface Answer {
  readonly status: number;
  /** Milliseconds. */
  readonly time: number;
}

/** Sends requests at an even rate. */
async function send(target: Target, perSecond: number, milliseconds: number): Promise<Answer[]> {
  const answers: Promise<Answer>[] = [];
  const count = Math.max(1, Math.round((perSecond * milliseconds) / 1000));
  const start = performance.now();
  for (let index = 0; index < count; index += 1) {
    const due = start + (index * 1000) / perSecond;
    await sleep(Math.max(0, due - performance.now()));
    answers.push(get(target));
  }
  return Promise.all(answers);
}

function get({ url, token }: Target): Promise<Answer> {
  const start = performance.now();
  return new Promise((resolve, reject) => {
    const headers = token === undefined ? {} : { Authorization: `Bearer ${token}` };
    const sent = request(url, { agent, headers }, (response) => {
      response.resume().on('end', () => {
        resolve({ status: response.statusCode ?? 0, time: performance.now() - start });
      });
    });
    sent.on('error', reject).end();
  });
}

async function connect(adminUrl: string, rateLimit?: object): Promise<Target> {
  const response = await fetch(`${adminUrl}/connections`, {
    method: 'POST',
    body: JSON.stringify({ displayName: 'Bench', identityProvider: 'entra', rateLimit }),
  });
  const { scimBaseUrl, token } = (await response.json()) as {
    readonly scimBaseUrl: string;
    readonly token: { readonly value: string };
  };
  return { url: `${scimBaseUrl}/Users?count=10`, token: token.value };
}
