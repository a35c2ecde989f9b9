import { setTimeout as sleep } from 'node:timers/promises';
import type { Effort } from './support/effort';
import { percentile, table } from './support/statistics';
import { startSystem, type System } from './support/system';

/** Lines of a call, as the command sends them. */
const PAGE_LINES = 500;

/** Clients that read and write while user names are converted. */
const CLIENTS = 16;

/** Requests a second of all clients together. */
const RATE = 80;

/**
 * Measures an import of users, and the conversion of their names while clients work.
 * @throws Error if a request fails, a write is lost or a user cannot be found
 */
export async function moving({ moved, roundMs, rounds, flag }: Effort): Promise<string> {
  const system = await startSystem();
  try {
    const began = performance.now();
    await importUsers(system, moved);
    const rate = moved / ((performance.now() - began) / 1000);
    const clients = new Clients(system, moved);
    const usual = await clients.during(sleep(roundMs * rounds));
    const start = performance.now();
    const during = await clients.during(convert(system));
    const seconds = (performance.now() - start) / 1000;
    await clients.checkNothingIsLost();
    const p99 = (latencies: readonly number[]): number => percentile(latencies, 0.99);
    const ratio = p99(during) / p99(usual);
    if (flag === '' && ratio > 2) throw new Error('Requests wait during a conversion.');
    const ms = (value: number): string => `${value.toFixed(1)} ms`;
    return `${moved} users are imported through the admin API, ${PAGE_LINES} at a time, into the \
system of \`npm start\`, which also writes their events and logs. Then their names are converted \
while ${CLIENTS} clients send ${RATE} requests a second in all: lookups by the old and by the new \
name, and changes that still carry the old name. No request may fail, no change be lost, and every \
user be found.

${table(
  ['measurement', 'value'],
  [
    ['users imported a second', Math.round(rate)],
    ['users converted a second, at most about 160', Math.round(moved / seconds)],
    ['requests during the conversion', during.length],
    ['p99 of a request before the conversion', ms(p99(usual))],
    ['p99 of a request during the conversion', ms(p99(during))],
    ['ratio', ratio.toFixed(2)],
  ],
)}`;
  } finally {
    await system.stop();
  }
}

const oldName = (index: number): string => `ACME\\user${index}`;
const newName = (index: number): string => `user${index}@acme.example`;

async function importUsers(system: System, count: number): Promise<void> {
  for (let start = 0; start < count; start += PAGE_LINES) {
    const lines = Array.from({ length: Math.min(PAGE_LINES, count - start) }, (_, offset) => {
      const index = start + offset;
      return JSON.stringify({
        schemas: ['urn:ietf:params:scim:schemas:core:2.0:User'],
        id: `u${index}`,
        userName: oldName(index),
        externalId: `e${index}`,
        displayName: `User ${index}`,
        emails: [{ value: newName(index), type: 'work' }],
      });
    });
    const result = await call(
      `${system.adminUrl}/connections/default/import`,
      'POST',
      lines.join('\n'),
    );
    if (result['created'] !== lines.length) throw new Error(JSON.stringify(result).slice(0, 200));
  }
}

/** Converts the names, and waits for the end. */
async function convert({ adminUrl }: System): Promise<void> {
  const url = `${adminUrl}/connections/default/userNameConversion`;
  const { id } = await call(url, 'POST', '{"to":"emails.work"}');
  for (;;) {
    const { state, conflictCount } = await call(`${url}/${String(id)}`);
    if (state === 'converted' && conflictCount === 0) return;
    if (state !== 'converting') throw new Error(`The conversion is ${String(state)}.`);
    await sleep(500);
  }
}

async function call(
  url: string,
  method = 'GET',
  body?: string,
  headers: Readonly<Record<string, string>> = {},
): Promise<Readonly<Record<string, unknown>>> {
  const response = await fetch(url, { method, headers, ...(body === undefined ? {} : { body }) });
  const text = await response.text();
  if (!response.ok) throw new Error(`${method} ${url}: ${response.status} ${text.slice(0, 200)}`);
  return text === '' ? {} : (JSON.parse(text) as Readonly<Record<string, unknown>>);
}

/** Clients that each have users of their own. */
class Clients {
  private readonly titles = new Map<number, string>();
  private readonly headers;
  private round = 0;

  constructor(
    private readonly system: System,
    private readonly users: number,
  ) {
    this.headers = {
      Authorization: `Bearer ${system.token}`,
      'Content-Type': 'application/scim+json',
    };
  }

  /** Sends requests until some work is done. @returns the milliseconds of each request */
  async during(work: Promise<void>): Promise<readonly number[]> {
    const latencies: number[] = [];
    let isDone = false;
    const client = async (first: number): Promise<void> => {
      while (!isDone) {
        const due = performance.now() + (1000 * CLIENTS) / RATE;
        await this.request(first, latencies);
        await sleep(Math.max(0, due - performance.now()));
      }
    };
    const clients = Array.from({ length: CLIENTS }, (_, first) => client(first));
    await work.finally(() => {
      isDone = true;
    });
    await Promise.all(clients);
    return latencies;
  }

  private async request(first: number, latencies: number[]): Promise<void> {
    this.round += 1;
    const own = Math.floor((this.users - first - 1) / CLIENTS) + 1;
    const index = first + CLIENTS * (this.round % own);
    if (this.round % 2 === 0) {
      await this.find(index, latencies);
      return;
    }
    const title = `round ${this.round}`;
    const value = { title, userName: oldName(index) };
    const body = JSON.stringify({
      schemas: ['urn:ietf:params:scim:api:messages:2.0:PatchOp'],
      Operations: [{ op: 'replace', value }],
    });
    await this.timed(latencies, `/Users/u${index}`, 'PATCH', body);
    this.titles.set(index, title);
  }

  /** Looks a user up by the old name, which finds it at any moment, and by the new one. */
  private async find(index: number, latencies: number[]): Promise<void> {
    const byOld = await this.found(oldName(index), latencies);
    await this.found(newName(index), latencies);
    if (byOld !== 1) throw new Error(`User ${index} cannot be found.`);
  }

  private async found(name: string, latencies: number[]): Promise<unknown> {
    const filter = encodeURIComponent(`userName eq ${JSON.stringify(name)}`);
    const { totalResults } = await this.timed(latencies, `/Users?filter=${filter}`);
    return totalResults;
  }

  private async timed(
    latencies: number[],
    path: string,
    method?: string,
    body?: string,
  ): Promise<Readonly<Record<string, unknown>>> {
    const start = performance.now();
    const answer = await call(`${this.system.scimBaseUrl}${path}`, method, body, this.headers);
    latencies.push(performance.now() - start);
    return answer;
  }

  /** @throws Error if a user has not the last title, or not the new name */
  async checkNothingIsLost(): Promise<void> {
    for (const [index, title] of this.titles) {
      const user = await this.timed([], `/Users/u${index}`);
      if (user['title'] !== title || user['userName'] !== newName(index)) {
        throw new Error(`A change of user ${index} is lost.`);
      }
    }
  }
}
