import { setTimeout as sleep } from 'node:timers/promises';
import { reasonOf, UnreachableError, UsageError } from '../errors';
import {
  GROUP_SCHEMA,
  memberLines,
  objectIn,
  objectsIn,
  USER_SCHEMA,
  type JsonObject,
  type Place,
  type Source,
  type SourceLine,
} from './source';

/*
 * Users and groups of another SCIM server, page by page (RFC 7644 section 3.4.2, RFC 9865). Groups
 * are read twice: all of them are there before the first one gets members, because groups can be
 * members.
 */

const PHASES = ['users', 'groups', 'members'] as const;
type Phase = (typeof PHASES)[number];

/** A page of the server. */
interface Page {
  readonly phase: Phase;
  readonly startIndex: number;
  /** In place of an index, if the server has cursors. */
  readonly cursor?: string;
}

const COUNT = 100;
const ATTEMPTS = 6;
const TIMEOUT_MS = 60_000;

/** Opens a SCIM server. @throws UsageError, UnreachableError */
export async function openScimServer(url: string, token: string): Promise<Source> {
  const server = new ScimServer(url.replace(/\/$/, ''), token);
  await server.open();
  return server;
}

class ScimServer implements Source {
  private hasCursors = false;
  private phases: readonly Phase[] = PHASES;
  private readonly totals = new Map<Phase, number>();

  constructor(
    readonly name: string,
    private readonly token: string,
  ) {}

  /** Learns how the server pages, and how much it has. */
  async open(): Promise<void> {
    const config = await this.find('/ServiceProviderConfig');
    this.hasCursors = objectIn(config?.['pagination'])?.['cursor'] === true;
    await this.page({ phase: 'users', startIndex: 1 }, 1);
    if ((await this.find('/Groups?count=1')) === undefined) {
      this.phases = ['users'];
      return;
    }
    await this.page({ phase: 'groups', startIndex: 1 }, 1);
    this.totals.set('members', this.totals.get('groups') ?? 0);
  }

  get total(): number {
    return [...this.totals.values()].reduce((sum, total) => sum + total, 0);
  }

  async *lines(from: Place | undefined): AsyncGenerator<SourceLine> {
    let page: Page | undefined = pageFrom(from);
    let number = 0;
    while (page !== undefined) {
      const { resources, next } = await this.page(page, COUNT);
      const { phase } = page;
      const lines = resources.flatMap((resource) => linesOf(phase, resource));
      for (const [index, line] of lines.entries()) {
        number += 1;
        const isLast = index === lines.length - 1;
        // A page that was not sent completely is read again.
        const place = isLast ? (next ?? { phase: 'end' }) : page;
        yield { number, text: JSON.stringify(line), next: { ...place } };
      }
      page = next;
    }
  }

  /** Reads a page. @returns its resources, and the page after it */
  private async page(
    page: Page,
    count: number,
  ): Promise<{ readonly resources: readonly JsonObject[]; readonly next: Page | undefined }> {
    const { phase, startIndex, cursor } = page;
    const query = new URLSearchParams({ count: String(count) });
    if (this.hasCursors) query.set('cursor', cursor ?? '');
    else query.set('startIndex', String(startIndex));
    if (phase === 'groups') query.set('excludedAttributes', 'members');
    const endpoint = phase === 'users' ? '/Users' : '/Groups';
    const answer = await this.get(`${endpoint}?${query.toString()}`);
    const resources = objectsIn(answer['Resources']);
    const total = Number(answer['totalResults'] ?? resources.length);
    this.totals.set(phase, total);
    const { nextCursor } = answer;
    const following = startIndex + resources.length;
    const next = this.hasCursors
      ? typeof nextCursor === 'string' && nextCursor !== ''
        ? { phase, startIndex: following, cursor: nextCursor }
        : undefined
      : resources.length > 0 && following <= total
        ? { phase, startIndex: following }
        : undefined;
    return { resources, next: next ?? firstPage(this.phases[this.phases.indexOf(phase) + 1]) };
  }

  /** @throws UsageError for an answer that refuses the request, UnreachableError */
  private async get(path: string): Promise<JsonObject> {
    const body = await this.find(path);
    if (body !== undefined) return body;
    throw new UsageError(`GET ${this.name}${path} was answered with 404. Is the URL right?`);
  }

  /**
   * Sends a request, again after 429 and faults.
   * @returns undefined if the server does not have what is asked for
   */
  private async find(path: string): Promise<JsonObject | undefined> {
    for (let attempt = 1; ; attempt += 1) {
      const response = await fetch(`${this.name}${path}`, {
        headers: { Authorization: `Bearer ${this.token}`, Accept: 'application/scim+json' },
        signal: AbortSignal.timeout(TIMEOUT_MS),
      }).catch((error: unknown) => error);
      if (!(response instanceof Response)) {
        if (attempt < ATTEMPTS) {
          await sleep(500 * 2 ** attempt);
          continue;
        }
        throw new UnreachableError(`GET ${this.name}${path}: ${reasonOf(response)}.`);
      }
      const { status } = response;
      const isTransient = status === 429 || (status >= 500 && status !== 501);
      if (isTransient && attempt < ATTEMPTS) {
        const seconds = Number(response.headers.get('retry-after') ?? '') || 2 ** attempt / 2;
        await sleep(1000 * Math.min(60, seconds));
        continue;
      }
      const text = await response.text();
      if (status === 404 || status === 501) return undefined;
      const body = response.ok ? objectFrom(text) : undefined;
      if (body !== undefined) return body;
      const refusal = `GET ${this.name}${path} was answered with ${status}`;
      if (isTransient) throw new UnreachableError(`${refusal}.`);
      const hint = status === 401 ? ' Is the token right?' : ' Is the URL right?';
      throw new UsageError(`${refusal}.${hint}`);
    }
  }
}

function firstPage(phase: Phase | undefined): Page | undefined {
  return phase === undefined ? undefined : { phase, startIndex: 1 };
}

/** Reads the place of an earlier run. @returns undefined at the end */
function pageFrom(place: Place | undefined): Page | undefined {
  if (place === undefined || typeof place === 'number') return firstPage('users');
  const { phase, startIndex, cursor } = place;
  const found = PHASES.find((each) => each === phase);
  if (found === undefined) return undefined;
  // A cursor expires: the phase begins again, and what is there already stays as it is.
  if (cursor !== undefined) return firstPage(found);
  return { phase: found, startIndex: Number(startIndex) };
}

function objectFrom(text: string): JsonObject | undefined {
  try {
    return objectIn(JSON.parse(text));
  } catch {
    return undefined;
  }
}

/** Returns a resource as lines of an import, without what depends on the server. */
function linesOf(phase: Phase, resource: JsonObject): readonly JsonObject[] {
  const { meta, members, groups: _, ...rest } = resource;
  const { location: __, version: ___, ...times } = objectIn(meta) ?? {};
  const schemas = rest['schemas'] ?? [phase === 'users' ? USER_SCHEMA : GROUP_SCHEMA];
  const own = { ...rest, schemas, meta: times };
  if (phase !== 'members') return [own];
  return memberLines(
    own,
    objectsIn(members).map(({ $ref: ____, ...member }) => member),
  );
}
