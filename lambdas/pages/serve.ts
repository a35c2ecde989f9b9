import { parseJson } from '../../scim/json';
import type { PageCall, PageResult } from '../../ui/protocol';
import { ADMIN_ROUTES, serveAdmin } from '../admin/operations';
import { APPLICATION_ROUTES, serveApplication } from '../application/operations';
import { ADMIN_PATH, APPLICATION_PATH } from '../contract';
import type { Answer } from '../http/answer';
import { decodeSegment } from '../http/scim-request';
import { routeOf, type ApiRequest } from '../json-api/api-request';
import { Problem, problemOf } from '../json-api/problem';
import { PAGE_ROUTES, servePage } from './operations';
import { checkScope } from './scopes';
import type { PageServices } from './services';

/** An API that pages may call. */
interface Api {
  readonly base: string;
  readonly routes: readonly string[];
  readonly serve: (services: PageServices, request: ApiRequest) => Promise<Answer>;
}

const APIS: readonly Api[] = [
  { base: '/pages', routes: PAGE_ROUTES, serve: servePage },
  { base: ADMIN_PATH, routes: ADMIN_ROUTES, serve: serveAdmin },
  { base: APPLICATION_PATH, routes: APPLICATION_ROUTES, serve: serveApplication },
];

/** Serves a call of a page, if the visitor's session allows it. It never throws. */
export async function serveCall(
  services: PageServices,
  call: PageCall,
  requestId: string,
): Promise<PageResult> {
  try {
    const api = APIS.find(({ base }) => call.path.startsWith(`${base}/`));
    const request = api === undefined ? undefined : requestOf(api, call);
    if (api === undefined || request === undefined)
      throw new Problem(404, 'There is no such page.');
    if (!isServed(services, call.path)) throw new Problem(404, 'There is no such page.');
    // Different APIs can have equal routes.
    checkScope(services.visitor, { ...request, route: `${api.base}${request.route}` });
    return resultOf(await api.serve(services, request));
  } catch (error) {
    return resultOf(problemOf(error, requestId).toAnswer());
  }
}

/** Returns whether the pages are switched on, and the call belongs to those of its caller. */
function isServed({ audience, isPortalOn, isConsoleOn }: PageServices, path: string): boolean {
  if (/^\/pages\/portalLinks\b/.test(path)) return isPortalOn && audience === 'customer';
  if (/^\/pages\/(?:consoleLinks|signIns)\b/.test(path))
    return isConsoleOn && audience === 'operator';
  return audience === 'customer' ? isPortalOn : isConsoleOn;
}

function requestOf(
  { base, routes }: Api,
  { method, path, query = {}, body }: PageCall,
): ApiRequest | undefined {
  const found = routeOf(path.slice(base.length + 1), routes);
  if (found === undefined) return undefined;
  const { route, parameters } = found;
  return {
    route,
    method,
    connectionId: parameters['connectionId'] ?? '',
    parameter: (name) => decodeSegment(parameters[name] ?? ''),
    query,
    body: body === undefined ? '' : JSON.stringify(body),
  };
}

/** Returns an answer as pages receive it. */
export function resultOf({ status, body }: Answer): PageResult {
  return { status, body: body === undefined ? undefined : parseJson(body) };
}
