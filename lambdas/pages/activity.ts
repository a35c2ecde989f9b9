import { mainCredentials } from '../../directory/connections/oauth/clients';
import { changeEntryFromItem } from '../../directory/log/change-entry';
import { latestSetupEntries, type SetupEntry } from '../../directory/log/setup-entry';
import { logRecords, type LogRecord } from '../../directory/log/provisioning-log';
import { resourceFromItem, type StoredItem } from '../../directory/resources/resource-item';
import { changesPartition, resourceKey } from '../../directory/store/keys';
import type { Table } from '../../directory/store/table';
import { userData } from '../../events/views';
import { explain } from '../../idp/explanations/explanations';
import type { CauseInfo } from '../../ui/data';
import type { Services } from '../admin/services';
import type { PageServices } from './services';
import { existingConnection, viewContext } from '../application/services';
import { jsonAnswer, type Answer } from '../http/answer';
import type { ApiRequest } from '../json-api/api-request';

/** Maximum number of requests in the live check. */
const MOST_SETUP_REQUESTS = 50;

/**
 * `GET /pages/connections/{id}/setupRequests`: the requests since the session started or the latest
 * main token, client secret or trust was created, whichever is later. Earlier successes do not
 * count for this setup.
 */
export async function listSetupRequests(
  { table, visitor }: PageServices,
  request: ApiRequest,
): Promise<Answer> {
  const connection = await existingConnection({ table }, request.connectionId);
  const { id, createdAt, tokens } = connection;
  const main = [
    ...tokens.filter(({ scopes }) => scopes === undefined),
    ...mainCredentials(connection),
  ];
  const started = visitor?.audience === 'portal' ? visitor.session.startedAt : createdAt;
  const since =
    [createdAt, started, ...main.map((credential) => credential.createdAt)].sort().at(-1) ?? '';
  const requests = await latestSetupEntries(table, id, MOST_SETUP_REQUESTS, since);
  return jsonAnswer(200, { requests });
}

/** Number of recent changes in which the latest user is searched. */
const CHANGES_READ = 200;

/** `GET /pages/connections/{id}/latestUser`: the user that was received last, if there is one. */
export async function readLatestUser(services: Services, request: ApiRequest): Promise<Answer> {
  const connection = await existingConnection(services, request.connectionId);
  const found = await latestUser(services.table, connection.id, connection.createdAt);
  if (found === undefined) return jsonAnswer(200, {});
  const context = await viewContext(services, connection, [found.id]);
  return jsonAnswer(200, { user: userData(found, context) });
}

function isUserWrite({ method, route, status }: SetupEntry): boolean {
  return ['POST', 'PUT', 'PATCH'].includes(method) && status < 300 && /\/Users\b/.test(route);
}

async function latestUser(
  table: Table,
  connection: string,
  createdAt: string,
): Promise<StoredItem | undefined> {
  const { items } = await table.query(changesPartition(connection), {
    backward: true,
    limit: CHANGES_READ,
  });
  // The change log is about a second behind; setup requests are stored immediately.
  const requests = await latestSetupEntries(table, connection, MOST_SETUP_REQUESTS, createdAt);
  const ids = [
    ...requests.filter(isUserWrite),
    ...items
      .map((item) => changeEntryFromItem(connection, item))
      .filter(({ resourceType, at }) => resourceType === 'User' && at >= createdAt),
  ]
    .sort((a, b) => (a.at < b.at ? 1 : -1))
    .flatMap(({ resourceId }) => resourceId ?? []);
  for (const id of new Set(ids)) {
    const item = await table.get(resourceKey(connection, 'User', id));
    if (item !== undefined) return resourceFromItem(item);
  }
  return undefined;
}

/** Maximum number and age of the failures that are grouped by cause. */
const MOST_FAILURES = 500;
const FAILURE_DAYS = 14;

/** Maximum number of names that are shown for a cause. */
const MOST_NAMES = 5;

/** `GET /pages/connections/{id}/causes`: the failures of two weeks by cause, latest first. */
export async function listCauses(services: Services, request: ApiRequest): Promise<Answer> {
  const connection = await existingConnection(services, request.connectionId);
  const from = Date.now() - FAILURE_DAYS * 86_400_000;
  const { records } = await logRecords(services.table, connection.id, {
    limit: MOST_FAILURES,
    matches: ({ kind }) => kind === 'failure',
    hasChanges: false,
    from: Math.max(from, Date.parse(connection.createdAt)),
  });
  const groups = new Map<string, (LogRecord & { readonly kind: 'failure' })[]>();
  for (const record of records) {
    if (record.kind !== 'failure') continue;
    const key = `${record.cause} ${record.attribute ?? ''}`;
    groups.set(key, [...(groups.get(key) ?? []), record]);
  }
  const causes = [...groups.values()].flatMap((failures): CauseInfo[] => {
    const [latest] = failures;
    if (latest === undefined) return [];
    const names = [
      ...new Set(failures.flatMap(({ name, resourceId }) => name ?? resourceId ?? [])),
    ];
    return [
      {
        cause: latest.cause,
        ...explain(latest.cause, connection.identityProvider, latest.attribute, services.audience),
        firstAt: failures.at(-1)?.at ?? latest.at,
        lastAt: latest.at,
        requests: failures.reduce((sum, { count }) => sum + count, 0),
        names: names.slice(0, MOST_NAMES),
        subjects: names.length,
      },
    ];
  });
  return jsonAnswer(200, { causes });
}
