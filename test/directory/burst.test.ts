import { collectFailures, reportFailures } from '../../directory/notices/failure-digest';
import type { StreamedEntry } from '../../directory/notices/failure-collection';
import { connectionKey, logPartition } from '../../directory/store/keys';
import { failureEntryFromItem } from '../../directory/log/failure-entry';
import { noticeFromItem } from '../../directory/notices/notice-item';
import { FailureRecorder } from '../../lambdas/observability/failure-recorder';
import { notUnique } from '../../scim/errors/resource-errors';
import { requiredMissing } from '../../scim/errors/value-errors';
import { connectionWith, meteredTenant } from './support';

/** The cost of 100,000 failed requests in a burst, and how they are reported. */

const { tenant, close, measure } = meteredTenant();
const connection = connectionWith({ id: tenant.connection });
const REQUESTS = 100_000;

afterAll(close);

/** The errors of the requests, in turn. */
const ERRORS = [notUnique('userName', 'User'), requiredMissing('userName')];

test('100,000 failures cost few writes, and one notice counts more than half of them', async () => {
  const { table } = tenant;
  await table.write([{ put: { ...connectionKey(connection.id), version: '1' } }]);
  const request = {
    method: 'POST',
    resource: '/v2/connections/{connectionId}/Users',
    resourceId: undefined,
    body: '{"userName":"x"}',
  };
  const context = { openTable: () => table, requestId: 'r', begun: Date.now(), logDays: 30 };
  const startedAt = Date.now();
  const { writes } = await measure(async () => {
    for (let sent = 0; sent < REQUESTS; sent += 1) {
      const failures = new FailureRecorder({ connection, token: 'x' }, context);
      failures.record(request, ERRORS[sent % ERRORS.length]);
      await failures.write();
    }
  });
  // Per minute and cause, the first 25 failures are written, then one for each doubling.
  const minutes = Math.ceil((Date.now() - startedAt) / 60_000) + 1;
  expect(writes).toBeLessThanOrEqual(40 * ERRORS.length * minutes);

  const { items } = await table.query(logPartition(connection.id));
  const entries = items.map((item, index): StreamedEntry => ({
    stream: 'table',
    sequence: String(1000 + index),
    entry: failureEntryFromItem(connection.id, item),
  }));
  await collectFailures(table, connection.id, entries, 0);
  const keys = await reportFailures(table, connection.id);
  expect(keys).toHaveLength(1);
  const [notice] = (await table.getMany(keys)).map(noticeFromItem);
  const causes = notice?.kind === 'failures' ? notice.causes : [];
  expect(causes.map(({ cause }) => cause).sort()).toEqual(['duplicateUser', 'missingValue']);
  const reported = causes.reduce((sum, { count }) => sum + count, 0);
  expect(reported).toBeGreaterThan(REQUESTS / 2);
  expect(reported).toBeLessThanOrEqual(REQUESTS);
}, 120_000);
