import { Problem, notAllowed } from '../json-api/problem';
import type { Answer } from '../http/answer';
import type { ApiRequest } from '../json-api/api-request';
import { listCauses, listSetupRequests, readLatestUser } from './activity';
import {
  listConnectionRows,
  putIdentityProvider,
  readConnectionInfo,
  readDays,
} from './connections';
import {
  listConnectionEvents,
  listEventsOf,
  readHistory,
  searchGroups,
  searchUsers,
} from './directory';
import {
  createManagedClient,
  createManagedSecret,
  deleteManagedClient,
  deleteManagedSecret,
  deleteManagedTrust,
  putManagedTrust,
  readOAuth,
} from './oauth';
import { listResourceTypes, searchResources } from './resources';
import type { PageServices } from './services';
import {
  beginSignIn,
  checkConsoleLink,
  checkPortalLink,
  completeSignIn,
  endSession,
  openConsoleLink,
  openPortalLink,
  readSession,
} from './sessions';
import { issueMainToken, listMainTokens, revokeMainToken } from './tokens';

/* The calls that only pages make. `scopes.ts` says who may make them. */

type Operation = (services: PageServices, request: ApiRequest) => Promise<Answer>;

/** The operations by route, then by method. */
const OPERATIONS: Readonly<Record<string, Readonly<Record<string, Operation>>>> = {
  '/session': { GET: readSession, DELETE: endSession },
  '/portalLinks/check': { POST: checkPortalLink },
  '/portalLinks/open': { POST: openPortalLink },
  '/consoleLinks/check': { POST: checkConsoleLink },
  '/consoleLinks/open': { POST: openConsoleLink },
  '/signIns': { POST: beginSignIn },
  '/signIns/complete': { POST: completeSignIn },
  '/connections': { GET: listConnectionRows },
  '/connections/{connectionId}': { GET: readConnectionInfo },
  '/connections/{connectionId}/identityProvider': { PUT: putIdentityProvider },
  '/connections/{connectionId}/setupRequests': { GET: listSetupRequests },
  '/connections/{connectionId}/latestUser': { GET: readLatestUser },
  '/connections/{connectionId}/causes': { GET: listCauses },
  '/connections/{connectionId}/days': { GET: readDays },
  '/connections/{connectionId}/tokens': { GET: listMainTokens, POST: issueMainToken },
  '/connections/{connectionId}/tokens/{tokenId}': { DELETE: revokeMainToken },
  '/connections/{connectionId}/oauth': { GET: readOAuth },
  '/connections/{connectionId}/oauth/clients': { POST: createManagedClient },
  '/connections/{connectionId}/oauth/clients/{clientId}': { DELETE: deleteManagedClient },
  '/connections/{connectionId}/oauth/clients/{clientId}/secrets': { POST: createManagedSecret },
  '/connections/{connectionId}/oauth/clients/{clientId}/secrets/{secretId}': {
    DELETE: deleteManagedSecret,
  },
  '/connections/{connectionId}/oauth/trust': { PUT: putManagedTrust, DELETE: deleteManagedTrust },
  '/connections/{connectionId}/users': { GET: searchUsers },
  '/connections/{connectionId}/groups': { GET: searchGroups },
  '/connections/{connectionId}/resourceTypes': { GET: listResourceTypes },
  '/connections/{connectionId}/resources/{type}': { GET: searchResources },
  '/connections/{connectionId}/history/{resourceId}': { GET: readHistory },
  '/connections/{connectionId}/events': { GET: listEventsOf },
  '/events': { GET: listConnectionEvents },
};

/** The routes, with placeholders. */
export const PAGE_ROUTES: readonly string[] = Object.keys(OPERATIONS);

/** Serves a call. @throws Problem 404, 405, and what the operation throws */
export async function servePage(services: PageServices, request: ApiRequest): Promise<Answer> {
  const operations = OPERATIONS[request.route];
  if (operations === undefined) throw new Problem(404, 'There is no such page.');
  const operation = operations[request.method];
  if (operation === undefined) throw notAllowed(request.method, Object.keys(operations).join(', '));
  return operation(services, request);
}
