import { randomBytes } from 'node:crypto';
import * as z from 'zod/mini';
import { auditWrite, type AuditRecord } from '../../../directory/connections/audit';
import { digestOf } from '../../../directory/connections/tokens';
import { STREAM_DELIVERIES, STREAM_MODES, type Stream } from '../../../directory/streams/stream';
import { MOST_STREAMS, Streams } from '../../../directory/streams/streams';
import { freshStart, stateFromItem, stateKey } from '../../../directory/webhooks/delivery-state';
import { urlProblem } from '../../../events/webhooks/destination';
import { isObject, type Json, type JsonObject } from '../../../scim/json';
import { KEY_SET_PATH } from '../../contract';
import { jsonAnswer, type Answer } from '../../http/answer';
import type { ApiRequest } from '../../json-api/api-request';
import { noConnection, Problem } from '../../json-api/problem';
import { invalidFields, readBody, readJson, readSettings } from '../../json-api/read-body';
import type { Services } from '../services';
import { existingStream, noStream, recordOf } from './acts';

/* Streams of security event tokens; docs/reference/admin-api.md describes each call. */

const SETTINGS = {
  url: z.exactOptional(z.string()),
  audience: z.exactOptional(z.string().check(z.minLength(1), z.maxLength(500))),
  mode: z._default(z.enum(STREAM_MODES), 'notice'),
};
const CREATE = z.strictObject({ delivery: z.enum(STREAM_DELIVERIES), ...SETTINGS });
const CHANGE = z.strictObject({ ...SETTINGS, enabled: z.boolean() });
/** For answers that contain a token. */
const NO_STORE = { 'Cache-Control': 'no-store' };

/** `POST /connections/{id}/streams`, and `POST /streams` for the events of all connections. */
export async function createStream(
  services: Services,
  { connectionId, body }: ApiRequest,
): Promise<Answer> {
  if (!services.hasSecurityEvents) {
    const advice = 'Set the prop "securityEvents" of the construct, which creates the signing key.';
    throw new Problem(409, `The deployment signs no security event tokens. ${advice}`);
  }
  if (connectionId !== '' && (await services.connections.find(connectionId)) === undefined) {
    throw noConnection(connectionId);
  }
  const settings = readBody(CREATE, body);
  checkUrl(services, settings.delivery, settings.url);
  const streams = new Streams(services.table);
  if ((await streams.list()).length >= MOST_STREAMS) {
    throw new Problem(409, `There are ${MOST_STREAMS} streams already. Delete one first.`);
  }
  const created = withToken({
    id: `ss-${randomBytes(8).toString('hex')}`,
    ...(connectionId === '' ? {} : { connection: connectionId }),
    ...settings,
    enabled: true,
    createdAt: new Date().toISOString(),
  });
  const { stream, token } = created;
  const record = recordOf(services, 'stream.create', stream, {}, auditedSettings(stream));
  await streams.add(stream, [auditWrite(record)]);
  services.onAction(record);
  return jsonAnswer(201, { ...describeStream(services, stream), ...token }, NO_STORE);
}

/** `GET /streams`, and `GET /connections/{id}/streams` for those of one connection. */
export async function listStreams(
  services: Services,
  { connectionId }: ApiRequest,
): Promise<Answer> {
  const streams = await new Streams(services.table).list();
  const wanted = streams.filter(
    ({ connection }) => connectionId === '' || connection === connectionId,
  );
  return jsonAnswer(200, { streams: wanted.map((stream) => describeStream(services, stream)) });
}

/** `GET /streams/{id}`. */
export async function readStream(services: Services, request: ApiRequest): Promise<Answer> {
  const stream = await existingStream(services, request);
  const item =
    stream.delivery === 'push' ? await services.table.get(stateKey(stream.id)) : undefined;
  const { failingSince, lastSuccessAt } = item === undefined ? {} : stateFromItem(item);
  return jsonAnswer(200, { ...describeStream(services, stream), failingSince, lastSuccessAt });
}

/** `PATCH /streams/{id}`: a merge patch (RFC 7396). */
export async function changeStream(services: Services, request: ApiRequest): Promise<Answer> {
  const patch = readJson(request.body);
  if (!isObject(patch)) throw new Problem(400, 'The body must be a JSON object.');
  const before = await existingStream(services, request);
  if (before.declaredBy !== undefined && Object.keys(patch).some((name) => name !== 'enabled')) {
    const detail = 'The stack declares this stream. Change it there; here, only "enabled" changes.';
    throw new Problem(409, detail);
  }
  const records: AuditRecord[] = [];
  const changed = await new Streams(services.table).change(
    before.id,
    (stream) => merged(services, stream, patch),
    (was, is) => {
      const [from, to] = [auditedSettings(was), auditedSettings(is)];
      records.splice(0, 1, recordOf(services, 'stream.update', is, from, to));
      return [
        ...records.map(auditWrite),
        ...(is.delivery === 'push' && is.enabled && !was.enabled ? [freshStart(is.id)] : []),
      ];
    },
  );
  if (changed === undefined) throw noStream(before.id);
  records.forEach(services.onAction);
  if (changed.enabled && !before.enabled) await services.startDelivery();
  return jsonAnswer(200, describeStream(services, changed));
}

/** `DELETE /streams/{id}`. */
export async function deleteStream(services: Services, request: ApiRequest): Promise<Answer> {
  const stream = await existingStream(services, request);
  if (stream.declaredBy !== undefined) {
    throw new Problem(409, 'The stack declares this stream. Remove it there.');
  }
  const record = recordOf(services, 'stream.delete', stream, auditedSettings(stream), {});
  await new Streams(services.table).remove(stream.id, [auditWrite(record)]);
  services.onAction(record);
  return { status: 204 };
}

/** `POST /streams/{id}/token`: a new token for the receiver; the earlier one ends at once. */
export async function replaceToken(services: Services, request: ApiRequest): Promise<Answer> {
  const { id, delivery, connection } = await existingStream(services, request);
  if (delivery === 'push' || connection === undefined) {
    const detail =
      'Only the receiver of a stream of one connection that is polled has a token. Others are ' +
      'called, or sign their requests (AWS SigV4).';
    throw new Problem(409, detail);
  }
  const issued: { token?: string } = {};
  const changed = await new Streams(services.table).change(
    id,
    (stream) => {
      const renewed = withToken(stream);
      Object.assign(issued, renewed.token);
      return renewed.stream;
    },
    (_, is) => [auditWrite(recordOf(services, 'stream.token', is, {}, { stream: id }))],
  );
  if (changed === undefined) throw noStream(id);
  return jsonAnswer(201, { ...describeStream(services, changed), ...issued }, NO_STORE);
}

/** Gives a stream that is polled below a connection's URL a new token. */
function withToken(stream: Stream): {
  readonly stream: Stream;
  readonly token?: { token: string };
} {
  const { id, connection, delivery } = stream;
  // A stream of all connections has no such URL: its receiver signs its requests.
  if (connection === undefined || delivery === 'push') return { stream };
  const token = `set_${id}_${randomBytes(32).toString('base64url')}`;
  return { stream: { ...stream, tokenDigest: digestOf(token) }, token: { token } };
}

/** @throws Problem 400 */
function checkUrl(
  { allowsLoopback }: Services,
  delivery: Stream['delivery'],
  url: string | undefined,
): void {
  const problem =
    delivery === 'poll'
      ? url !== undefined && 'must be left out: the receiver polls'
      : url === undefined
        ? 'is required: tokens are pushed to it'
        : urlProblem(url, allowsLoopback);
  if (typeof problem === 'string') throw invalidFields([{ pointer: '/url', detail: problem }]);
}

function merged(services: Services, stream: Stream, patch: JsonObject): Stream {
  const { url, audience, mode, enabled, disabledReason, ...rest } = stream;
  const current: JsonObject = { url, audience, mode, enabled };
  const entries = Object.entries<Json | undefined>({ ...current, ...patch });
  const kept = entries.filter(([, value]) => value !== null && value !== undefined);
  const settings = readSettings(CHANGE, Object.fromEntries(kept) satisfies JsonObject);
  checkUrl(services, stream.delivery, settings.url);
  return {
    ...rest,
    ...settings,
    ...(settings.enabled ? {} : { disabledReason: disabledReason ?? 'operator' }),
  };
}

function auditedSettings({ id, delivery, url, audience, mode, enabled }: Stream): JsonObject {
  return { id, delivery, url, audience, mode, enabled };
}

function describeStream({ publicUrl, scimBaseUrl }: Services, stream: Stream): object {
  const { tokenDigest: _, declaredBy, ...settings } = stream;
  const { id, connection, delivery } = stream;
  const isPolledWithToken = delivery === 'poll' && connection !== undefined;
  return {
    ...settings,
    isDeclared: declaredBy !== undefined,
    issuer: publicUrl,
    keySetUrl: `${publicUrl}${KEY_SET_PATH}`,
    ...(isPolledWithToken ? { pollUrl: `${scimBaseUrl(connection)}/streams/${id}` } : {}),
    ...(delivery === 'poll' ? { signedPollUrl: `${publicUrl}/app/v1/streams/${id}` } : {}),
  };
}
