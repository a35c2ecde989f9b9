import {
  findIssuerKeys,
  storeIssuerKeys,
  type StoredKeys,
} from '../../directory/connections/oauth/issuer-keys';
import type { Table } from '../../directory/store/table';
import type { JsonObject } from '../../scim/json';
import { fetchKeys } from './fetch-keys';

/** How long keys are used without asking the issuer again. */
const FRESH_MS = 3_600_000;

/** How long keys are used if the issuer does not answer. */
const STALE_MS = 24 * 3_600_000;

/** An issuer is asked at most once in this time. */
const PAUSE_MS = 60_000;

/** A key, or the reason why there is none. */
export type FoundKey =
  | { readonly key: JsonObject }
  /** The issuer has published no such key. */
  | { readonly problem: 'unknownKey' }
  /** The issuer does not answer, and its last keys are too old. */
  | { readonly problem: 'unavailable' };

/**
 * The public keys of issuers. A function instance keeps them, and the table has them for other
 * instances, so that an outage of the issuer stops nobody for a day.
 */
export class IssuerKeys {
  private readonly known = new Map<string, StoredKeys>();
  private readonly requests = new Map<string, Promise<StoredKeys>>();

  /** @param onFailure called with the error if an issuer does not answer */
  constructor(private readonly onFailure: (error: unknown) => void) {}

  /** Finds a key. @param url the address of the issuer's keys @param id the `kid` */
  async find(table: Table, url: string, id: string, now = Date.now()): Promise<FoundKey> {
    const known = this.known.get(url);
    if (known !== undefined && isFresh(known, now) && keyIn(known, id) !== undefined) {
      return found(known, id, now);
    }
    const stored = await findIssuerKeys(table, url);
    const latest = later(known, stored);
    if (latest !== undefined) this.known.set(url, latest);
    if (latest !== undefined && isFresh(latest, now) && keyIn(latest, id) !== undefined) {
      return found(latest, id, now);
    }
    // An unknown key is one of a rotation, or of an attacker who wants the issuer to be asked.
    if (latest !== undefined && now - latest.triedAt < PAUSE_MS) return found(latest, id, now);
    return found(await this.refresh(table, url, latest, now), id, now);
  }

  /** Asks the issuer. Requests that wait for the same answer share it. */
  private async refresh(
    table: Table,
    url: string,
    before: StoredKeys | undefined,
    now: number,
  ): Promise<StoredKeys> {
    const pending = this.requests.get(url);
    if (pending !== undefined) return pending;
    const request = this.request(table, url, before, now);
    this.requests.set(url, request);
    try {
      return await request;
    } finally {
      this.requests.delete(url);
    }
  }

  private async request(
    table: Table,
    url: string,
    before: StoredKeys | undefined,
    now: number,
  ): Promise<StoredKeys> {
    let keys: StoredKeys = { keys: [], fetchedAt: 0, ...before, triedAt: now };
    try {
      keys = { keys: await fetchKeys(url), fetchedAt: now, triedAt: now };
    } catch (error) {
      this.onFailure(error);
    }
    this.known.set(url, keys);
    await storeIssuerKeys(table, url, keys);
    return keys;
  }
}

function found(keys: StoredKeys, id: string, now: number): FoundKey {
  if (now - keys.fetchedAt >= STALE_MS) return { problem: 'unavailable' };
  const key = keyIn(keys, id);
  return key === undefined ? { problem: 'unknownKey' } : { key };
}

function keyIn({ keys }: StoredKeys, id: string): JsonObject | undefined {
  return keys.find(({ kid, use = 'sig' }) => kid === id && use === 'sig');
}

function isFresh({ fetchedAt }: StoredKeys, now: number): boolean {
  return now - fetchedAt < FRESH_MS;
}

function later(a: StoredKeys | undefined, b: StoredKeys | undefined): StoredKeys | undefined {
  if (a === undefined || b === undefined) return a ?? b;
  return b.triedAt >= a.triedAt ? b : a;
}
