import {
  findIssuerKeys,
  storeIssuerKeys,
  type StoredKeys,
} from '../../directory/connections/oauth/issuer-keys';
import { unlessBusy } from '../../directory/store/retries';
import type { Table } from '../../directory/store/table';
import type { JsonObject } from '../../scim/json';
import { fetchKeys } from './fetch-keys';

/** How long keys are used without asking the issuer again. */
const FRESH_MS = 3_600_000;

/** How long keys are used if the issuer does not answer. */
const STALE_MS = 24 * 3_600_000;

/** An issuer is asked at most once in this time. */
const PAUSE_MS = 60_000;

/** The keys of an issuer that was never asked. */
const NONE: StoredKeys = { keys: [], fetchedAt: 0, triedAt: 0 };

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
    if (known !== undefined && isSufficient(known, id, now)) return found(known, id, now);
    const latest = merged(known, await findIssuerKeys(table, url));
    this.known.set(url, latest);
    if (isSufficient(latest, id, now)) return found(latest, id, now);
    return found(await this.refresh(table, url, latest, now), id, now);
  }

  /** Asks the issuer. Requests that wait for the same answer share it. */
  private async refresh(
    table: Table,
    url: string,
    before: StoredKeys,
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
    before: StoredKeys,
    now: number,
  ): Promise<StoredKeys> {
    const fetched = await this.fetch(url);
    await unlessBusy(() => storeIssuerKeys(table, url, fetched, now));
    const keys =
      fetched === undefined
        ? // Meanwhile, another instance may have got an answer.
          merged({ ...before, triedAt: now }, await unlessBusy(() => findIssuerKeys(table, url)))
        : { keys: fetched, fetchedAt: now, triedAt: now };
    this.known.set(url, keys);
    return keys;
  }

  private async fetch(url: string): Promise<readonly JsonObject[] | undefined> {
    try {
      return await fetchKeys(url);
    } catch (error) {
      this.onFailure(error);
      return undefined;
    }
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

/**
 * Returns whether keys answer without another request: they are fresh and have the key, or the
 * issuer has just been asked. An unknown key is one of a rotation, or of an attacker who wants the
 * table to be read and the issuer to be asked.
 */
function isSufficient(keys: StoredKeys, id: string, now: number): boolean {
  const isKnown = isFresh(keys, now) && keyIn(keys, id) !== undefined;
  return isKnown || now - keys.triedAt < PAUSE_MS;
}

function isFresh({ fetchedAt }: StoredKeys, now: number): boolean {
  return now - fetchedAt < FRESH_MS;
}

/** Returns the keys that were fetched last, with the time of the last request. */
function merged(known = NONE, stored = NONE): StoredKeys {
  const { keys, fetchedAt } = stored.fetchedAt >= known.fetchedAt ? stored : known;
  return { keys, fetchedAt, triedAt: Math.max(known.triedAt, stored.triedAt) };
}
