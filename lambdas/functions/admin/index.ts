import { Connections } from '../../../directory/connections/connections';
import { readAdminRequest, routed } from '../../admin/admin-request';
import { openSecrets } from '../../admin/connection-secrets';
import { ADMIN_ROUTES, serveAdmin } from '../../admin/operations';
import { PROBLEM_MEDIA_TYPE, problemOf } from '../../admin/problem';
import type { Services } from '../../admin/services';
import { openTokenProbe } from '../../admin/token-probe';
import { ENVIRONMENT } from '../../contract';
import { toResult } from '../../http/answer';
import { measured, type HttpHandler } from '../../http/http-function';
import { deploymentUrl } from '../../http/scim-request';
import { logAuditRecord } from '../../observability/log';
import { openTable, variable } from '../../runtime/environment';

const shared = openTable();
const secrets = openSecrets();
const rotationFunction = variable(ENVIRONMENT.rotationFunction);

const serve = measured('administrator', async (event, invocation) => {
  const table = shared.forRequest(Date.now() + invocation.getRemainingTimeInMillis());
  try {
    const deployment = deploymentUrl(event, '/admin/');
    const services: Services = {
      table,
      connections: new Connections(table, logAuditRecord),
      secrets,
      rotationFunction,
      probe: openTokenProbe(deployment, process.env[ENVIRONMENT.probedFunction]),
      actor: event.requestContext.identity.userArn ?? 'unknown',
      scimBaseUrl: (id) => `${deployment}/v2/connections/${id}`,
    };
    const answer = await serveAdmin(services, readAdminRequest(event));
    return toResult(answer, 'application/json');
  } catch (error) {
    const problem = problemOf(error, invocation.awsRequestId);
    return toResult(problem.toAnswer(), PROBLEM_MEDIA_TYPE);
  }
});

/** Serves the admin API. */
export const handler: HttpHandler = (event, invocation) =>
  serve(routed(event, ADMIN_ROUTES), invocation);
