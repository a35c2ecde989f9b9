import { serveBulk } from '../../lambdas/endpoints/bulk/bulk';
import { FailureRecorder } from '../../lambdas/observability/failure-recorder';
import type { RequestContext } from '../../lambdas/http/request-context';
import { profileOf } from '../../idp/profiles/registry';
import { PatchWork } from '../../scim/patch/work';
import { resourceTypesWith } from '../../scim/schema/resource-type';
import { USER_URN } from '../../scim/schema/user';
import { issueToken } from '../../directory/connections/tokens';
import { connectionWith, meteredTenant } from './support';

const { tenant, close } = meteredTenant();
afterAll(close);

/** Creates a bulk request whose function has the given time left. */
function contextOf(milliseconds: number, operations: readonly object[]): RequestContext {
  const body = JSON.stringify({
    schemas: ['urn:ietf:params:scim:api:messages:2.0:BulkRequest'],
    Operations: operations,
  });
  return {
    request: {
      method: 'POST',
      resource: '/v2/connections/{connectionId}/Bulk',
      connectionId: tenant.connection,
      resourceId: undefined,
      rest: '',
      baseUrl: tenant.baseUrl,
      parameters: {},
      headers: new Map(),
      body,
    },
    connection: connectionWith({ id: tenant.connection }),
    credential: issueToken('bulk'),
    digest: '',
    profile: profileOf('generic'),
    types: resourceTypesWith([]),
    table: tenant.table,
    failures: new FailureRecorder(
      { connection: connectionWith({ id: tenant.connection }), token: 'x' },
      { openTable: () => tenant.table, requestId: 'x', begun: Date.now(), logDays: 30 },
    ),
    work: new PatchWork(),
    requestId: 'x',
    begun: Date.now(),
    deadline: Date.now() + milliseconds,
  };
}

function users(prefix: string, count: number): object[] {
  return Array.from({ length: count }, (_, index) => ({
    method: 'POST',
    path: '/Users',
    bulkId: `${prefix}${index}`,
    data: { schemas: [USER_URN], userName: `${prefix}${index}` },
  }));
}

async function statuses(milliseconds: number, operations: readonly object[]): Promise<string[]> {
  const { body = '' } = await serveBulk(contextOf(milliseconds, operations));
  return (JSON.parse(body) as { Operations: { status: string }[] }).Operations.map(
    ({ status }) => status,
  );
}

test('operations not reached before the timeout return 503 and are not executed', async () => {
  const first = await statuses(5150, users('late', 1000));
  expect(first).toHaveLength(1000);
  const done = first.filter((status) => status === '201').length;
  expect(first).toEqual([
    ...Array.from({ length: done }, () => '201'),
    ...Array.from({ length: 1000 - done }, () => '503'),
  ]);
  expect(done).toBeLessThan(1000);
  expect(await statuses(4000, users('never', 2))).toEqual(['503', '503']);
  // On the second attempt, the first users exist already and the rest is created.
  const second = await statuses(60_000, users('late', 1000));
  expect(second.filter((status) => status === '409')).toHaveLength(done);
  expect(second.filter((status) => status === '201')).toHaveLength(1000 - done);
});
