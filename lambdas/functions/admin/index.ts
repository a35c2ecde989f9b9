import type { APIGatewayProxyEvent, APIGatewayProxyResult } from 'aws-lambda';
import { Connections } from '../../../directory/connections/connections';
import { ConsoleSessions } from '../../../directory/sessions/console-sessions';
import { PortalSessions } from '../../../directory/sessions/portal-sessions';
import type { PageAnswer, PageRequest } from '../../../ui/protocol';
import { openSecrets, openWebhookSecrets } from '../../admin/connection-secrets';
import { ADMIN_ROUTES, serveAdmin } from '../../admin/operations';
import type { Services } from '../../admin/services';
import { openTokenProbe } from '../../admin/token-probe';
import { ADMIN_PATH, ENVIRONMENT } from '../../contract';
import { toResult } from '../../http/answer';
import { measured, type HttpHandler } from '../../http/http-function';
import { deploymentUrl } from '../../http/scim-request';
import { readApiRequest, routed } from '../../json-api/api-request';
import { Problem, PROBLEM_MEDIA_TYPE, problemOf } from '../../json-api/problem';
import { logAuditRecord } from '../../observability/log';
import { openOpenId } from '../../pages/open-id-settings';
import { resultOf, serveCall } from '../../pages/serve';
import { actorOf, findVisitor } from '../../pages/visitor';
import { openTable, variable } from '../../runtime/environment';
import type { Invocation } from '../../runtime/invocation';

const shared = openTable();
const secrets = openSecrets();
const rotationFunction = variable(ENVIRONMENT.rotationFunction);
const deployment = variable(ENVIRONMENT.deployment);
const webhookSecrets = openWebhookSecrets();
const webhooks = variable(ENVIRONMENT.webhooksFunction, '');
const allowsLoopback = variable(ENVIRONMENT.loopback, '') !== '';
const publicUrl = variable(ENVIRONMENT.scimUrl);
const pages = variable(ENVIRONMENT.pages, '').split(' ');
const returnOrigins = variable(ENVIRONMENT.returnOrigins, '').split(' ').filter(Boolean);
const openId = openOpenId(publicUrl, allowsLoopback);

/** Returns the dependencies of a request. @param url of the deployment, for SCIM base URLs */
function servicesOf(
  invocation: Invocation,
  url: string,
  caller: Pick<Services, 'actor' | 'audience'>,
): Services {
  const table = shared.forRequest(Date.now() + invocation.getRemainingTimeInMillis());
  return {
    ...caller,
    requestId: invocation.awsRequestId,
    table,
    connections: new Connections(table, logAuditRecord),
    secrets,
    rotationFunction,
    probe: openTokenProbe(url, process.env[ENVIRONMENT.probedFunction]),
    scimBaseUrl: (id) => `${url}/v2/connections/${id}`,
    webhookSecrets,
    startDelivery: async () => {
      const { startDelivery } = await import('../../runtime/lambda-calls');
      await startDelivery(webhooks);
    },
    allowsLoopback,
    deployment,
    publicUrl,
    hasSecurityEvents: variable(ENVIRONMENT.signingKeys, '') !== '',
    isPortalOn: pages.includes('portal'),
    isConsoleOn: pages.includes('console'),
    returnOrigins,
    onAction: logAuditRecord,
  };
}

const serve = measured('administrator', async (event, invocation) => {
  try {
    const services = servicesOf(invocation, deploymentUrl(event, '/admin/'), {
      actor: event.requestContext.identity.userArn ?? 'unknown',
      audience: 'operator',
    });
    const answer = await serveAdmin(services, readApiRequest(event, ADMIN_PATH));
    return toResult(answer, 'application/json');
  } catch (error) {
    const problem = problemOf(error, invocation.awsRequestId);
    return toResult(problem.toAnswer(), PROBLEM_MEDIA_TYPE);
  }
});

/** Serves the calls of a page on behalf of its visitor. */
async function servePages(request: PageRequest, invocation: Invocation): Promise<PageAnswer> {
  const table = shared.forRequest(Date.now() + invocation.getRemainingTimeInMillis());
  const sessions = { portal: new PortalSessions(table), console: new ConsoleSessions(table) };
  const visitor = await findVisitor(request, sessions).catch((error: unknown) =>
    problemOf(error, invocation.awsRequestId),
  );
  if (visitor instanceof Problem) {
    const result = resultOf(visitor.toAnswer());
    return { results: request.calls.map(() => result) };
  }
  const services = {
    ...servicesOf(invocation, publicUrl, {
      actor: actorOf(visitor),
      audience: request.audience === 'portal' ? 'customer' : 'operator',
    }),
    ...sessions,
    visitor,
    openId,
  };
  const calls = request.calls.map((call) => serveCall(services, call, invocation.awsRequestId));
  return { results: await Promise.all(calls) };
}

/** Serves the admin API, and the data of the portal's and the console's pages. */
export function handler(
  event: APIGatewayProxyEvent | PageRequest,
  invocation: Invocation,
): Promise<APIGatewayProxyResult | PageAnswer> {
  return 'calls' in event
    ? servePages(event, invocation)
    : (serve satisfies HttpHandler)(routed(event, ADMIN_PATH, ADMIN_ROUTES), invocation);
}
