import * as z from 'zod/mini';
import { contentRecord, type ActionName } from '../../../directory/connections/audit';
import {
  CONVERSION_TARGETS,
  type Conversion,
  type ConversionState,
} from '../../../directory/conversion/conversion-item';
import { Conversions } from '../../../directory/conversion/conversions';
import { addressOf } from '../../../directory/conversion/worker';
import { resourceFromItem } from '../../../directory/resources/resource-item';
import { resourceKey } from '../../../directory/store/keys';
import { shortened } from '../../../scim/errors/scim-error';
import { asText, type JsonObject } from '../../../scim/json';
import { jsonAnswer, type Answer } from '../../http/answer';
import type { ApiRequest } from '../../json-api/api-request';
import { noConnection, Problem } from '../../json-api/problem';
import { readBody } from '../../json-api/read-body';
import type { Services } from '../services';

/* Conversions of user names to email addresses. */

/** Conflicts that are listed with a conversion. */
const LISTED_CONFLICTS = 1000;

const START = z.strictObject({
  to: z.enum(CONVERSION_TARGETS),
  dryRun: z._default(z.boolean(), false),
});

/** `POST /connections/{id}/userNameConversion` starts one. @throws Problem 400, 404, 409 */
export async function startConversion(services: Services, request: ApiRequest): Promise<Answer> {
  const { connections, actor } = services;
  const { to, dryRun: isDryRun } = readBody(START, request.body);
  const conversions = await conversionsOf(services, request);
  const options = { isDryRun, startedBy: actor };
  let started: Conversion | undefined;
  if (isDryRun) started = await conversions.start(to, options, []);
  else {
    const action = { actor, action: 'userNames.convert' } as const;
    const record = contentRecord(action, request.connectionId, { to });
    await connections.recordAction(record, async (alongside) => {
      started = await conversions.start(to, options, alongside);
      return started !== undefined;
    });
  }
  if (started !== undefined) return jsonAnswer(202, describe(started));
  throw new Problem(409, 'A conversion is open already. Close it or undo it first.');
}

/** `GET /connections/{id}/userNameConversion`: the latest ones. @throws Problem 404 */
export async function listConversions(services: Services, request: ApiRequest): Promise<Answer> {
  const conversions = await (await conversionsOf(services, request)).list();
  return jsonAnswer(200, { conversions: conversions.map(describe) });
}

/** `GET /connections/{id}/userNameConversion/{conversionId}`. @throws Problem 404 */
export async function readConversion(services: Services, request: ApiRequest): Promise<Answer> {
  const conversions = await conversionsOf(services, request);
  const conversion = await existing(conversions, request);
  const found = await conversions.conflicts(conversion, LISTED_CONFLICTS);
  const { table } = services;
  const { connectionId } = request;
  // Names are read now: a conflict has none of its own, so that none outlives an erased user.
  const items = await table.getMany(
    found.map(({ userId }) => resourceKey(connectionId, 'User', userId)),
  );
  const users = new Map(items.map(resourceFromItem).map((user) => [user.id, user.attributes]));
  const conflicts = found.map(({ userId, reason }): JsonObject => {
    const attributes = users.get(userId) ?? {};
    const address = addressOf(attributes, conversion.to);
    return {
      userId,
      ...(users.has(userId) ? { userName: asText(attributes['userName']) } : {}),
      reason,
      ...(address === undefined ? {} : { address }),
    };
  });
  return jsonAnswer(200, { ...describe(conversion), conflicts });
}

/** `POST …/{conversionId}/undo` gives users their former names again. @throws Problem 404, 409 */
export function undoConversion(services: Services, request: ApiRequest): Promise<Answer> {
  return proceed(services, request, 'undoing', 'userNames.undo', ['converting', 'converted']);
}

/** `POST …/{conversionId}/close` ends the use of former names. @throws Problem 404, 409 */
export function closeConversion(services: Services, request: ApiRequest): Promise<Answer> {
  return proceed(services, request, 'closing', 'userNames.close', ['converted']);
}

async function proceed(
  services: Services,
  request: ApiRequest,
  state: 'undoing' | 'closing',
  action: ActionName,
  from: readonly ConversionState[],
): Promise<Answer> {
  const { connections, actor } = services;
  const conversions = await conversionsOf(services, request);
  for (;;) {
    const conversion = await existing(conversions, request);
    if (!from.includes(conversion.state)) {
      const wanted = from.join(' or ');
      throw new Problem(409, `The conversion is ${conversion.state}; it has to be ${wanted}.`);
    }
    let next: Conversion | undefined;
    const after = { conversion: conversion.id };
    const record = contentRecord({ actor, action }, request.connectionId, after);
    await connections.recordAction(record, async (alongside) => {
      next = await conversions.proceed(conversion, state, alongside);
      return next !== undefined;
    });
    // Otherwise the worker has made progress meanwhile.
    if (next !== undefined) return jsonAnswer(202, describe(next));
  }
}

async function conversionsOf(
  { connections, table }: Services,
  { connectionId: id }: ApiRequest,
): Promise<Conversions> {
  if ((await connections.find(id)) === undefined) throw noConnection(id);
  return new Conversions(table, id);
}

async function existing(conversions: Conversions, request: ApiRequest): Promise<Conversion> {
  const id = request.parameter('conversionId');
  const conversion = await conversions.find(id);
  if (conversion !== undefined) return conversion;
  throw new Problem(404, `There is no conversion "${shortened(id)}".`);
}

function describe(conversion: Conversion): JsonObject {
  const { id, to, state, startedAt, startedBy, users, converted, conflicts } = conversion;
  const counts = { users, converted, conflictCount: conflicts };
  return { id, to, state, startedAt, startedBy, ...counts };
}
