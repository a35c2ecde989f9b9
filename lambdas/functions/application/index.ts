import { APPLICATION_ROUTES, serveApplication } from '../../application/operations';
import type { Services } from '../../application/services';
import { APPLICATION_PATH, ENVIRONMENT } from '../../contract';
import { toResult } from '../../http/answer';
import { measured, type HttpHandler } from '../../http/http-function';
import { deploymentUrl } from '../../http/scim-request';
import { readApiRequest, routed } from '../../json-api/api-request';
import { PROBLEM_MEDIA_TYPE, problemOf } from '../../json-api/problem';
import { openTable, variable } from '../../runtime/environment';

const shared = openTable();
const deployment = variable(ENVIRONMENT.deployment);

const serve = measured('administrator', async (event, invocation) => {
  const table = shared.forRequest(Date.now() + invocation.getRemainingTimeInMillis());
  try {
    const url = deploymentUrl(event, `${APPLICATION_PATH}/`);
    const services: Services = {
      table,
      deployment,
      requestId: invocation.awsRequestId,
      scimBaseUrl: (id) => `${url}/v2/connections/${id}`,
    };
    const request = readApiRequest(event, APPLICATION_PATH);
    return toResult(await serveApplication(services, request), 'application/json');
  } catch (error) {
    const problem = problemOf(error, invocation.awsRequestId);
    return toResult(problem.toAnswer(), PROBLEM_MEDIA_TYPE);
  }
});

/** Serves the application API. */
export const handler: HttpHandler = (event, invocation) =>
  serve(routed(event, APPLICATION_PATH, APPLICATION_ROUTES), invocation);
