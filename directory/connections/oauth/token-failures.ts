import { isIPv6 } from 'node:net';
import { encodeValue } from '../../store/key-texts';
import { tokenFailurePartition } from '../../store/keys';
import type { Table } from '../../store/table';

/** Failed requests for an access token that a source may send in a minute. */
export const FAILURES_PER_MINUTE = 10;

/** A counter is deleted after this time. */
const KEPT_SECONDS = 120;

/** The source of failed requests, and the client that they named. */
export interface FailureSource {
  /**
   * Id of the connection. Those that do not exist count as well, so that the limit does not show
   * which ones do.
   */
  readonly connection: string;
  /** See `networkOf`. */
  readonly network: string;
  /** Id of a client of the connection; undefined for any other. */
  readonly client: string | undefined;
}

/**
 * Counts a failed request for an access token.
 * @param now milliseconds since the epoch
 * @returns how many this source has sent in this minute
 */
export async function countTokenFailure(
  table: Table,
  { connection, network, client = '' }: FailureSource,
  now: number,
): Promise<number> {
  const sk = `${Math.floor(now / 60_000)}#${client}#${encodeValue(network)}`;
  const key = { pk: tokenFailurePartition(connection), sk };
  return table.count(key, 'failures', KEPT_SECONDS);
}

/**
 * Returns the network of an address. For IPv6 it is the /64, because a host can choose any address
 * in it.
 */
export function networkOf(address: string): string {
  if (!isIPv6(address)) return address;
  const [head = '', tail = ''] = address.split('::');
  const [before, after] = [groupsOf(head), groupsOf(tail)];
  const zeros = Array.from({ length: 8 - before.length - after.length }, () => 0);
  const network = [...before, ...zeros, ...after].slice(0, 4);
  return `${network.map((group) => group.toString(16)).join(':')}::/64`;
}

function groupsOf(text: string): readonly number[] {
  const groups = text.split(':').filter((group) => group !== '');
  return groups.map((group) => Number.parseInt(group, 16));
}
