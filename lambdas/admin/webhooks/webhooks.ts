import { randomBytes } from 'node:crypto';
import * as z from 'zod/mini';
import { auditWrite } from '../../../directory/connections/audit';
import { CONNECTION_ID } from '../../../directory/connections/connection';
import { LOGGED_TYPES } from '../../../directory/events/event';
import { freshStart, stateFromItem, stateKey } from '../../../directory/webhooks/delivery-state';
import type { WebhookEndpoint } from '../../../directory/webhooks/endpoint';
import { MOST_ENDPOINTS, WebhookEndpoints } from '../../../directory/webhooks/endpoints';
import { urlProblem } from '../../../events/webhooks/destination';
import { isObject, type Json, type JsonObject } from '../../../scim/json';
import { jsonAnswer, type Answer } from '../../http/answer';
import type { ApiRequest } from '../../json-api/api-request';
import { Problem } from '../../json-api/problem';
import {
  invalidFields,
  readBody,
  readJson,
  readSettings,
  integerBetween,
} from '../../json-api/read-body';
import type { Services } from '../services';
import { audited, existingWebhook, noWebhook, recordOf } from './acts';

/* Webhook endpoints of the deployment; docs/reference/admin-api.md describes each call. */

const SETTINGS = {
  url: z.string(),
  description: z._default(z.string().check(z.maxLength(200)), ''),
  types: z._default(z.array(z.enum(LOGGED_TYPES)).check(z.maxLength(LOGGED_TYPES.length)), []),
  connections: z._default(
    z
      .array(z.string().check(z.regex(CONNECTION_ID, 'must be the id of a connection')))
      .check(z.maxLength(500)),
    [],
  ),
};
const CREATE = z.strictObject(SETTINGS);
const CHANGE = z.strictObject({ ...SETTINGS, enabled: z.boolean() });
const ROTATE = z.strictObject({ overlapSeconds: z._default(integerBetween(0, 2_592_000), 86_400) });
/** For answers that contain a secret. */
const NO_STORE = { 'Cache-Control': 'no-store' };

/** `POST /webhooks`. */
export async function createWebhook(services: Services, { body }: ApiRequest): Promise<Answer> {
  const { table, webhookSecrets } = services;
  const settings = readBody(CREATE, body);
  checkUrl(services, settings.url);
  const endpoints = new WebhookEndpoints(table);
  if ((await endpoints.list()).length >= MOST_ENDPOINTS) {
    throw new Problem(409, `There are ${MOST_ENDPOINTS} webhooks already. Delete one first.`);
  }
  const id = `wh-${randomBytes(8).toString('hex')}`;
  const secret = await webhookSecrets.create(id);
  const endpoint: WebhookEndpoint = {
    id,
    ...settings,
    enabled: true,
    createdAt: new Date().toISOString(),
    secretVersion: secret.version,
  };
  await audited(services, 'webhook.create', {}, auditedSettings(endpoint), (alongside) =>
    endpoints.add(endpoint, alongside),
  );
  return jsonAnswer(201, { ...describeWebhook(endpoint), secret: secret.value }, NO_STORE);
}

/** `GET /webhooks`. */
export async function listWebhooks({ table }: Services): Promise<Answer> {
  const endpoints = await new WebhookEndpoints(table).list();
  return jsonAnswer(200, { webhooks: endpoints.map(describeWebhook) });
}

/** `GET /webhooks/{id}`. */
export async function readWebhook(services: Services, request: ApiRequest): Promise<Answer> {
  const endpoint = await existingWebhook(services, request);
  const item = await services.table.get(stateKey(endpoint.id));
  const { failingSince, lastSuccessAt } = item === undefined ? {} : stateFromItem(item);
  return jsonAnswer(200, { ...describeWebhook(endpoint), failingSince, lastSuccessAt });
}

/** `PATCH /webhooks/{id}`: a merge patch (RFC 7396). */
export async function changeWebhook(services: Services, request: ApiRequest): Promise<Answer> {
  const patch = readJson(request.body);
  if (!isObject(patch)) throw new Problem(400, 'The body must be a JSON object.');
  const before = await existingWebhook(services, request);
  const changed = await new WebhookEndpoints(services.table).change(
    before.id,
    (endpoint) => merged(services, endpoint, patch),
    (was, is) => [
      auditWrite(recordOf(services, 'webhook.update', auditedSettings(was), auditedSettings(is))),
      ...(is.enabled && !was.enabled ? [freshStart(is.id)] : []),
    ],
  );
  if (changed === undefined) throw noWebhook(before.id);
  services.onAction(
    recordOf(services, 'webhook.update', auditedSettings(before), auditedSettings(changed)),
  );
  if (changed.enabled && !before.enabled) await services.startDelivery();
  return jsonAnswer(200, describeWebhook(changed));
}

function merged(services: Services, endpoint: WebhookEndpoint, patch: JsonObject): WebhookEndpoint {
  const { url, description, types, connections, enabled } = endpoint;
  const current: JsonObject = { url, description, types, connections, enabled };
  const entries = Object.entries<Json | undefined>({ ...current, ...patch });
  const settings = readSettings(
    CHANGE,
    Object.fromEntries(entries.filter(([, value]) => value !== null)) satisfies JsonObject,
  );
  if (settings.url !== url) checkUrl(services, settings.url);
  const { disabledReason, ...rest } = endpoint;
  return {
    ...rest,
    ...settings,
    ...(settings.enabled ? {} : { disabledReason: disabledReason ?? 'operator' }),
  };
}

/** `DELETE /webhooks/{id}`. */
export async function deleteWebhook(services: Services, request: ApiRequest): Promise<Answer> {
  const endpoint = await existingWebhook(services, request);
  await services.webhookSecrets.delete(endpoint.id);
  await audited(services, 'webhook.delete', auditedSettings(endpoint), {}, (alongside) =>
    new WebhookEndpoints(services.table).remove(endpoint.id, alongside),
  );
  return { status: 204 };
}

/** `POST /webhooks/{id}/secret`: a new secret; both sign during the overlap. */
export async function rotateSecret(services: Services, request: ApiRequest): Promise<Answer> {
  const { overlapSeconds } = readBody(ROTATE, request.body);
  const { id } = await existingWebhook(services, request);
  const secret = await services.webhookSecrets.rotate(id);
  const previousSecretUntil = new Date(Date.now() + overlapSeconds * 1000).toISOString();
  const record = recordOf(
    services,
    'webhook.rotateSecret',
    {},
    { webhook: id, previousSecretUntil },
  );
  await new WebhookEndpoints(services.table).change(
    id,
    (endpoint) => ({
      ...endpoint,
      secretVersion: secret.version,
      previousSecret: { version: endpoint.secretVersion, until: previousSecretUntil },
    }),
    () => [auditWrite(record)],
  );
  services.onAction(record);
  return jsonAnswer(201, { id, secret: secret.value, previousSecretUntil }, NO_STORE);
}

function checkUrl({ allowsLoopback }: Services, url: string): void {
  const problem = urlProblem(url, allowsLoopback);
  if (problem !== undefined) throw invalidFields([{ pointer: '/url', detail: problem }]);
}

function auditedSettings(endpoint: WebhookEndpoint): JsonObject {
  const { id, url, description, types, connections, enabled } = endpoint;
  return { id, url, description, types, connections, enabled };
}

/** Describes an endpoint, without its secret. */
function describeWebhook(endpoint: WebhookEndpoint): object {
  const { secretVersion: _, previousSecret, ...described } = endpoint;
  const { until: previousSecretUntil } = previousSecret ?? {};
  return { ...described, previousSecretUntil };
}
