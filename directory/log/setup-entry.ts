import { isObject, type JsonObject } from '../../scim/json';
import { numberOf, textOf, type Item } from '../store/item';
import { setupPartition } from '../store/keys';
import type { Table } from '../store/table';
import { expiryTime } from './entry-item';

/** Days that entries are kept: longer than a setup takes. */
const KEPT_DAYS = 2;

/**
 * A request that arrived while its connection was set up, successful or not. Like the provisioning
 * log, it has no values except the names of the user or group concerned.
 */
export interface SetupEntry {
  /** A UUIDv7, so that entries are sorted by time. */
  readonly id: string;
  /** RFC 3339. */
  readonly at: string;
  readonly method: string;
  /** The route, with API Gateway's placeholders. */
  readonly route: string;
  readonly status: number;
  /** The code of the failure, as in `idp/explanations`. */
  readonly cause?: string;
  /** The attribute that failed. */
  readonly attribute?: string;
  /** The problem of an unknown token: a code of `idp/setup-check`. */
  readonly tokenProblem?: string;
  /** Number of characters that are missing from the token. */
  readonly missing?: number;
  /** The filter, if it compares one attribute by `eq`. */
  readonly lookup?: SetupLookup;
  /** The parameter `count`. */
  readonly count?: number;
  /** `totalResults` of a list. */
  readonly results?: number;
  /** The user's `userName` or the group's `displayName`. */
  readonly name?: string;
  readonly resourceId?: string;
}

/** A lookup of a user or group. */
export interface SetupLookup {
  readonly attribute: string;
  /** Whether the value is a random UUID, as in connection tests. */
  readonly isRandom: boolean;
}

const TEXTS = ['cause', 'attribute', 'tokenProblem', 'name', 'resourceId'] as const;
const NUMBERS = ['count', 'missing', 'results'] as const;

/** Records a request. */
export async function recordSetupEntry(
  table: Table,
  connection: string,
  { id, lookup, ...entry }: SetupEntry,
): Promise<void> {
  await table.write([
    {
      put: {
        pk: setupPartition(connection),
        sk: id,
        ...entry,
        ...(lookup === undefined ? {} : { lookup: { ...lookup } }),
        ttl: expiryTime(entry.at, KEPT_DAYS),
      },
    },
  ]);
}

/**
 * Returns the latest requests of a connection while it was set up, newest first.
 * @param since RFC 3339: older entries are left out
 */
export async function latestSetupEntries(
  table: Table,
  connection: string,
  limit: number,
  since: string,
): Promise<readonly SetupEntry[]> {
  const { items } = await table.query(setupPartition(connection), { backward: true, limit });
  return items.map(setupEntryFromItem).filter(({ at }) => at >= since);
}

function setupEntryFromItem(item: Item): SetupEntry {
  const { lookup } = item;
  const isPresent = (name: string): boolean => item[name] !== undefined;
  return {
    id: item.sk,
    at: textOf(item, 'at'),
    method: textOf(item, 'method'),
    route: textOf(item, 'route'),
    status: numberOf(item, 'status'),
    ...Object.fromEntries(TEXTS.filter(isPresent).map((name) => [name, textOf(item, name)])),
    ...Object.fromEntries(NUMBERS.filter(isPresent).map((name) => [name, numberOf(item, name)])),
    ...(isObject(lookup) ? { lookup: lookupFrom(lookup) } : {}),
  };
}

function lookupFrom({ attribute, isRandom }: JsonObject): SetupLookup {
  return { attribute: typeof attribute === 'string' ? attribute : '', isRandom: isRandom === true };
}
