import type { APIGatewayProxyEvent, APIGatewayProxyResult } from 'aws-lambda';
import { createPages } from '../../../ui/app';
import { DEFAULT_BRANDING, type Branding } from '../../../ui/parts/branding';
import type { PageAnswer, PageRequest } from '../../../ui/protocol';
import { Backend } from '../../../ui/web/backend';
import type { PageBindings } from '../../../ui/web/types';
import { ENVIRONMENT } from '../../contract';
import { measured } from '../../http/http-function';
import { bodyOf, headersOf } from '../../http/scim-request';
import { logFailure } from '../../observability/log';
import { variable } from '../../runtime/environment';
import { openFunction } from '../../runtime/invoke-function';

const admin = openFunction(variable(ENVIRONMENT.adminFunction));
const pages = new Set(variable(ENVIRONMENT.pages).split(' '));
const branding = brandingFrom(variable(ENVIRONMENT.branding));
const app = createPages();

/** Reads the branding, which the construct has validated. */
function brandingFrom(json: string): Branding {
  return { ...DEFAULT_BRANDING, ...(JSON.parse(json) as Partial<Branding>) };
}

/** Invokes the function `admin`, which checks the visitor's session. */
async function invoke(request: PageRequest): Promise<PageAnswer> {
  // The function belongs to the same deployment, so its answer needs no check.
  return (await admin(request)) as unknown as PageAnswer;
}

/** Returns the path of a request below the stage or base path, from its route. */
function pathOf({ resource, pathParameters }: APIGatewayProxyEvent): string {
  const { proxy = '' } = pathParameters ?? {};
  return resource.replace('{proxy+}', () => proxy);
}

/** Returns the bindings of a request for the pages. */
function bindingsOf(event: APIGatewayProxyEvent, requestId: string): PageBindings {
  const { path } = event.requestContext;
  const own = pathOf(event);
  // A slash at the end is not part of the route.
  const base = path.replace(/\/$/, '').slice(0, -own.length);
  const isSecure = (headersOf(event).get('x-forwarded-proto') ?? 'https') === 'https';
  const backend = new Backend(invoke, 'portal', undefined);
  const onFault = (error: Error): void => {
    logFailure(error, requestId);
  };
  return { base, isSecure, backend, onFault, branding, pages };
}

/**
 * Returns the URL of a request. The segments `..` that `URL` resolves must not lead from the portal
 * to the console or back: API Gateway has decided who may send the request by its route.
 * @returns undefined if they do
 */
function urlOf(event: APIGatewayProxyEvent): URL | undefined {
  const [, part = ''] = event.resource.split('/');
  const url = new URL(`https://pages.invalid${pathOf(event)}`);
  return `${url.pathname}/`.startsWith(`/${part}/`) ? url : undefined;
}

function toRequest(event: APIGatewayProxyEvent, url: URL): Request {
  const { httpMethod: method, multiValueQueryStringParameters: parameters } = event;
  for (const [name, values] of Object.entries(parameters ?? {})) {
    for (const value of values ?? []) url.searchParams.append(name, value);
  }
  const headers = new Headers([...headersOf(event)]);
  const body = bodyOf(event);
  return new Request(url, { method, headers, ...(method === 'POST' ? { body } : {}) });
}

async function toResult(response: Response): Promise<APIGatewayProxyResult> {
  return {
    statusCode: response.status,
    headers: Object.fromEntries(response.headers),
    body: await response.text(),
  };
}

const NO_PAGE: APIGatewayProxyResult = {
  statusCode: 404,
  headers: { 'Content-Type': 'text/plain; charset=utf-8' },
  body: 'There is no such page.',
};

/** Serves the pages of the portal and the console. */
export const handler = measured('administrator', async (event, { awsRequestId }) => {
  const url = urlOf(event);
  if (url === undefined) return NO_PAGE;
  return toResult(await app.fetch(toRequest(event, url), bindingsOf(event, awsRequestId)));
});
