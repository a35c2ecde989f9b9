import {
  auditWrite,
  deploymentRecord,
  type ActionName,
} from '../../../directory/connections/audit';
import type { Write } from '../../../directory/store/write';
import type { WebhookEndpoint } from '../../../directory/webhooks/endpoint';
import { WebhookEndpoints } from '../../../directory/webhooks/endpoints';
import { shortened } from '../../../scim/errors/scim-error';
import type { JsonObject } from '../../../scim/json';
import type { ApiRequest } from '../../json-api/api-request';
import { Problem } from '../../json-api/problem';
import type { Services } from '../services';

/** Returns the endpoint that a request names. @throws Problem 404 */
export async function existingWebhook(
  { table }: Services,
  { parameter }: ApiRequest,
): Promise<WebhookEndpoint> {
  const id = parameter('webhookId');
  const endpoint = await new WebhookEndpoints(table).find(id);
  if (endpoint === undefined) throw noWebhook(id);
  return endpoint;
}

/** 404 for a webhook that does not exist. */
export function noWebhook(id: string): Problem {
  return new Problem(404, `There is no webhook "${shortened(id)}".`);
}

/** Creates the audit record of an action on webhooks. */
export function recordOf(
  { actor }: Services,
  action: ActionName,
  before: JsonObject,
  after: JsonObject,
): ReturnType<typeof deploymentRecord> {
  return deploymentRecord({ actor, action }, before, after);
}

/** Does something together with its audit record. */
export async function audited(
  services: Services,
  action: ActionName,
  before: JsonObject,
  after: JsonObject,
  perform: (alongside: readonly Write[]) => Promise<void>,
): Promise<void> {
  const record = recordOf(services, action, before, after);
  await perform([auditWrite(record)]);
  services.onAction(record);
}
