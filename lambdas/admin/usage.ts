import type { Connection } from '../../directory/connections/connection';
import { daysOfUse } from '../../directory/connections/usage-counts';
import { quarantinedSince, silentSince } from '../../directory/connections/usage-pattern';
import type { Table } from '../../directory/store/table';
import { consoleLabelsOf } from '../../idp/explanations/console';
import { jsonAnswer, type Answer } from '../http/answer';

/** Days whose requests are counted in the answer, with the present one. */
const DAYS = 14;

/**
 * Describes how a connection is used: its last request, the requests of two weeks, and whether its
 * identity provider has gone silent or calls much less often than it used to.
 */
export async function readUsage(table: Table, connection: Connection): Promise<Answer> {
  const { id, identityProvider, usagePattern } = connection;
  const silent = silentSince(usagePattern);
  const hasQuarantine = consoleLabelsOf(identityProvider).quarantine !== undefined;
  const quarantined =
    usagePattern === undefined || !hasQuarantine ? undefined : quarantinedSince(usagePattern);
  return jsonAnswer(200, {
    ...(usagePattern === undefined ? {} : { lastRequestAt: usagePattern.lastUse }),
    ...(silent === undefined ? {} : { silentSince: silent }),
    ...(quarantined === undefined ? {} : { quarantinedSince: quarantined }),
    days: await daysOfUse(table, id, DAYS),
  });
}
