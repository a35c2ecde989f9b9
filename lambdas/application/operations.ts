import { CONNECTION_ID } from '../../directory/connections/connection';
import { Connections } from '../../directory/connections/connections';
import { countOf } from '../../directory/resources/counts';
import { jsonAnswer, type Answer } from '../http/answer';
import { nextCursor, pageOf, type ApiRequest } from '../json-api/api-request';
import { notAllowed, Problem } from '../json-api/problem';
import { deleteCandidate, listConflicts, putCandidates } from './candidates';
import { listEvents, startResync } from './events';
import { listGroups, listMembers, readGroup } from './groups';
import {
  listResources,
  publishResource,
  publishResources,
  readResource,
  removeResource,
} from './resources';
import type { Services } from './services';
import { listUsers, readUser } from './users';

/* The calls of the application API; docs/reference/application-api.md describes each. */

type Operation = (services: Services, request: ApiRequest) => Promise<Answer>;

/** The operations by route, then by method. */
const OPERATIONS: Readonly<Record<string, Readonly<Record<string, Operation>>>> = {
  '/connections': { GET: listConnections },
  '/connections/{connectionId}/users': { GET: listUsers },
  '/connections/{connectionId}/users/{userId}': { GET: readUser },
  '/connections/{connectionId}/groups': { GET: listGroups },
  '/connections/{connectionId}/groups/{groupId}': { GET: readGroup },
  '/connections/{connectionId}/groups/{groupId}/members': { GET: listMembers },
  '/connections/{connectionId}/resources/{type}': { GET: listResources, PUT: publishResources },
  '/connections/{connectionId}/resources/{type}/{resourceId}': {
    GET: readResource,
    PUT: publishResource,
    DELETE: removeResource,
  },
  '/connections/{connectionId}/resync': { POST: startResync },
  '/connections/{connectionId}/candidates': { PUT: putCandidates },
  '/connections/{connectionId}/candidates/{applicationId}': { DELETE: deleteCandidate },
  '/connections/{connectionId}/conflicts': { GET: listConflicts },
  '/events': { GET: listEvents },
};

/** The routes of the application API, with placeholders. */
export const APPLICATION_ROUTES: readonly string[] = Object.keys(OPERATIONS);

/** Serves a request. @throws Problem 404, 405, and what the operation throws */
export async function serveApplication(services: Services, request: ApiRequest): Promise<Answer> {
  const operations = OPERATIONS[request.route];
  if (operations === undefined) {
    const detail = 'The application API has no such URL. See docs/reference/application-api.md.';
    throw new Problem(404, detail);
  }
  const operation = operations[request.method];
  if (operation === undefined) throw notAllowed(request.method, Object.keys(operations).join(', '));
  return operation(services, request);
}

async function listConnections({ table }: Services, request: ApiRequest): Promise<Answer> {
  const { limit, after } = pageOf(request, (id) => CONNECTION_ID.test(id));
  const page = await new Connections(table).list(limit, after);
  const connections = await Promise.all(
    page.connections.map(async (connection) => {
      const { id, displayName } = connection;
      if ('deletedAt' in connection) return { id, displayName, state: 'deleting' };
      const [users, groups] = await Promise.all([
        countOf(table, id, 'User'),
        countOf(table, id, 'Group'),
      ]);
      const state = connection.enabled ? 'enabled' : 'disabled';
      return { id, displayName, state, users, groups };
    }),
  );
  return jsonAnswer(200, { connections, ...nextCursor(page.next) });
}
