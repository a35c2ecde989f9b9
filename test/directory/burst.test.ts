import { updateDigest } from '../../directory/notices/failure-digest';
import type { StreamedEntry } from '../../directory/notices/failure-muting';
import { connectionKey, logPartition } from '../../directory/store/keys';
import { failureEntryFromItem } from '../../directory/log/failure-entry';
import { noticeFromItem } from '../../directory/notices/notice-item';
import { FailureRecorder } from '../../lambdas/observability/failure-recorder';
import { notUnique } from '../../scim/errors/resource-errors';
import { requiredMissing } from '../../scim/errors/value-errors';
import { connectionWith, meteredScope } from './support';

/** A hundred thousand requests that fail at once: what they cost the table, and what is told of them. */

const { scope, close, measure } = meteredScope();
const connection = connectionWith({ id: scope.connection });
const REQUESTS = 100_000;

afterAll(close);

/** What the requests fail of, one after the other. */
const ERRORS = [notUnique('userName', 'User'), requiredMissing('userName')];

test('of a hundred thousand failures some are written, and one mail tells them, with counts that are at least half of what there was', async () => {
  const { table } = scope;
  await table.write([{ put: { ...connectionKey(connection.id), version: '1' } }]);
  const request = {
    method: 'POST',
    resource: '/v2/connections/{connectionId}/Users',
    resourceId: undefined,
    body: '{"userName":"x"}',
  };
  const context = { openTable: () => table, requestId: 'r', begun: Date.now(), logDays: 30 };
  const begun = Date.now();
  const { writes } = await measure(async () => {
    for (let sent = 0; sent < REQUESTS; sent += 1) {
      const failures = new FailureRecorder({ connection, token: 'x' }, context);
      failures.record(request, ERRORS[sent % ERRORS.length]);
      await failures.write();
    }
  });
  // Of each cause twenty-five in a minute, and then one for each doubling.
  const minutes = Math.ceil((Date.now() - begun) / 60_000) + 1;
  expect(writes).toBeLessThanOrEqual(40 * ERRORS.length * minutes);

  const { items } = await table.query(logPartition(connection.id));
  const entries = items.map((item, index): StreamedEntry => ({
    sequence: String(1000 + index),
    entry: failureEntryFromItem(connection.id, item),
  }));
  const keys = await updateDigest(table, connection.id, entries);
  expect(keys).toHaveLength(1);
  const [notice] = (await table.getMany(keys)).map(noticeFromItem);
  const causes = notice?.kind === 'failures' ? notice.causes : [];
  expect(causes.map(({ cause }) => cause).sort()).toEqual(['duplicateUser', 'missingValue']);
  const told = causes.reduce((sum, { count }) => sum + count, 0);
  expect(told).toBeGreaterThan(REQUESTS / 2);
  expect(told).toBeLessThanOrEqual(REQUESTS);
}, 120_000);
