import { parseJson, isArray, isObject, type JsonObject } from '../../../scim/json';
import { numberOf, textOf } from '../../store/item';
import { ISSUER_KEYS } from '../../store/keys';
import type { Table } from '../../store/table';

/** A key set that is not fetched again is deleted after this time. */
const KEPT_SECONDS = 7 * 86_400;

/** The public keys of an issuer, as it published them. */
export interface StoredKeys {
  readonly keys: readonly JsonObject[];
  /** When they were fetched, in milliseconds since the epoch; 0 if they never were. */
  readonly fetchedAt: number;
  /** When they were last requested, with or without success, in milliseconds since the epoch. */
  readonly triedAt: number;
}

/** Returns the stored keys of an issuer. @param url the address of its keys */
export async function findIssuerKeys(table: Table, url: string): Promise<StoredKeys | undefined> {
  const item = await table.get({ pk: ISSUER_KEYS, sk: url });
  if (item === undefined) return undefined;
  const triedAt = numberOf(item, 'triedAt');
  if (item['keys'] === undefined) return { keys: [], fetchedAt: 0, triedAt };
  const keys = parseJson(textOf(item, 'keys'));
  return {
    keys: isArray(keys) ? keys.filter(isObject) : [],
    fetchedAt: numberOf(item, 'fetchedAt'),
    triedAt,
  };
}

/**
 * Stores an answer of an issuer, so that other function instances need not ask it.
 * @param fetched the keys; undefined if the issuer did not answer, which keeps those in the table:
 *   another instance may have fetched them meanwhile
 * @param now milliseconds since the epoch
 */
export async function storeIssuerKeys(
  table: Table,
  url: string,
  fetched: readonly JsonObject[] | undefined,
  now: number,
): Promise<void> {
  const keys = fetched === undefined ? {} : { keys: JSON.stringify(fetched), fetchedAt: now };
  const ttl = Math.ceil(now / 1000) + KEPT_SECONDS;
  const key = { pk: ISSUER_KEYS, sk: url };
  await table.write([{ update: key, set: { ...keys, triedAt: now, ttl } }]);
}
