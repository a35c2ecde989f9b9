import { DynamoDBConnection } from '../../directory/store/client/dynamodb';
import { Table } from '../../directory/store/table';
import { LOCAL_CREDENTIALS } from '../../local/engine';
import { seed } from '../../cli/seed/seed';
import { MeteringProxy } from './metering-proxy';
import { startOurs, startTable, type Subject } from './processes';

/** The content of a directory, and the duration of its calls. */
export interface DirectoryOptions {
  readonly users: number;
  /** Groups, each of which has all users as members. */
  readonly groups: number;
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
  const scope = { table: new Table(connection, 'scim'), connection: 'default' };
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
