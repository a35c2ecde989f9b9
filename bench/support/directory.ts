import { Connections } from '../../directory/connections/connections';
import { CustomResources } from '../../directory/custom-resources';
import type { Tenant } from '../../directory/resources/tenant';
import { inParallel } from '../../directory/store/batches';
import { DynamoDBConnection } from '../../directory/store/client/dynamodb';
import { Table } from '../../directory/store/table';
import { resourceTypeOf } from '../../scim/schema/custom-type';
import { parseCustomType } from '../../scim/schema/parse-custom-type';
import { LOCAL_CREDENTIALS } from '../../local/engine';
import { seed } from '../../cli/seed/seed';
import { MeteringProxy } from './metering-proxy';
import { startOurs, startTable, type Subject } from './processes';

/** The content of a directory, and the duration of its calls. */
export interface DirectoryOptions {
  readonly users: number;
  /** Groups, each of which has all users as members. */
  readonly groups: number;
  /** Roles that the application has published. @default - users and groups only */
  readonly roles?: number;
  readonly identityProvider: string;
  /** Milliseconds that each call to DynamoDB takes at least while requests are measured. */
  readonly callMs: number;
}

/** A server with a directory, and a proxy that measures its calls. */
export interface Directory {
  readonly subject: Subject;
  readonly proxy: MeteringProxy;
  readonly userIds: readonly string[];
  readonly groupIds: readonly string[];
  stop(): Promise<void>;
}

/** Starts a server with a directory. */
export async function startDirectory({
  users,
  groups,
  roles,
  identityProvider,
  callMs,
}: DirectoryOptions): Promise<Directory> {
  const engine = await startTable();
  const proxy = new MeteringProxy(engine.endpoint, callMs);
  const endpoint = await proxy.start();
  const subject = await startOurs({ engine: { ...engine, endpoint }, identityProvider });
  const connection = new DynamoDBConnection({
    endpoint: engine.endpoint,
    region: 'us-east-1',
    credentials: () => LOCAL_CREDENTIALS,
  });
  const scope = { table: new Table(connection, 'scim'), connection: 'default', baseUrl: '' };
  if (roles !== undefined) await publishRoles(scope, roles);
  const { userIds, groupIds } = await seed(scope, {
    users,
    groups,
    membersPerGroup: users,
    prefix: 'u',
  });
  connection.close();
  const stop = async (): Promise<void> => {
    await subject.stop();
    await proxy.stop();
  };
  return { subject, proxy, userIds, groupIds, stop };
}

/** Defines Okta's type of roles, and fills it. */
async function publishRoles(scope: Tenant, roles: number): Promise<void> {
  const parsed = parseCustomType('Role', { preset: 'oktaRole' });
  if ('problems' in parsed) throw new Error('The preset is wrong.');
  const { definition } = parsed;
  const action = { actor: 'bench', action: 'resourceType.put' } as const;
  await new Connections(scope.table).change(scope.connection, action, (before) => ({
    ...before,
    customTypes: [definition],
  }));
  const resources = new CustomResources(scope, resourceTypeOf(definition));
  const names = Array.from({ length: roles }, (_, index) => `r${index}`);
  await inParallel(names, 16, (name) =>
    resources.put(name, { displayName: `Role ${name}`, description: 'What the role allows.' }),
  );
}
