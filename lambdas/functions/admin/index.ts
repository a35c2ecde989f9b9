import { LambdaClient } from '@aws-sdk/client-lambda';
import { Connections } from '../../../directory/connections/connections';
import { readApiRequest, routed } from '../../json-api/api-request';
import { openSecrets, openWebhookSecrets } from '../../admin/connection-secrets';
import { ADMIN_ROUTES, serveAdmin } from '../../admin/operations';
import { PROBLEM_MEDIA_TYPE, problemOf } from '../../json-api/problem';
import type { Services } from '../../admin/services';
import { openTokenProbe } from '../../admin/token-probe';
import { ADMIN_PATH, ENVIRONMENT } from '../../contract';
import { toResult } from '../../http/answer';
import { measured, type HttpHandler } from '../../http/http-function';
import { deploymentUrl } from '../../http/scim-request';
import { logAuditRecord } from '../../observability/log';
import { startTask } from '../../runtime/tasks';
import { openTable, variable } from '../../runtime/environment';

const shared = openTable();
const secrets = openSecrets();
const rotationFunction = variable(ENVIRONMENT.rotationFunction);
const deployment = variable(ENVIRONMENT.deployment);
const webhookSecrets = openWebhookSecrets();
const webhooks = variable(ENVIRONMENT.webhooksFunction, '');
const lambda = new LambdaClient({});
const allowsLoopback = variable(ENVIRONMENT.loopbackWebhooks, '') !== '';

const serve = measured('administrator', async (event, invocation) => {
  const table = shared.forRequest(Date.now() + invocation.getRemainingTimeInMillis());
  try {
    const url = deploymentUrl(event, '/admin/');
    const services: Services = {
      table,
      connections: new Connections(table, logAuditRecord),
      secrets,
      rotationFunction,
      probe: openTokenProbe(url, process.env[ENVIRONMENT.probedFunction]),
      actor: event.requestContext.identity.userArn ?? 'unknown',
      scimBaseUrl: (id) => `${url}/v2/connections/${id}`,
      webhookSecrets,
      startDelivery: () => startTask(lambda, webhooks, { task: 'deliver' }),
      allowsLoopback,
      deployment,
      onAction: logAuditRecord,
    };
    const answer = await serveAdmin(services, readApiRequest(event, ADMIN_PATH));
    return toResult(answer, 'application/json');
  } catch (error) {
    const problem = problemOf(error, invocation.awsRequestId);
    return toResult(problem.toAnswer(), PROBLEM_MEDIA_TYPE);
  }
});

/** Serves the admin API. */
export const handler: HttpHandler = (event, invocation) =>
  serve(routed(event, ADMIN_PATH, ADMIN_ROUTES), invocation);
