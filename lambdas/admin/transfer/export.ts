import { contentRecord } from '../../../directory/connections/audit';
import type { Tenant } from '../../../directory/resources/tenant';
import {
  exportPage,
  isExportPosition,
  type ExportPosition,
} from '../../../directory/transfer/export';
import { asText, isObject, parseJson, type Json } from '../../../scim/json';
import { resourceTypeOf, servedTypes } from '../../../scim/schema/custom-type';
import { resourceTypesWith } from '../../../scim/schema/resource-type';
import type { Answer } from '../../http/answer';
import type { ApiRequest } from '../../json-api/api-request';
import { noConnection, Problem } from '../../json-api/problem';
import { readJson } from '../../json-api/read-body';
import type { Services } from '../services';

/** The media type of JSON Lines. */
const JSON_LINES = 'application/jsonl; charset=utf-8';

/**
 * `POST /connections/{id}/export`: a page of the connection's resources in JSON Lines, as an
 * import reads them. The header `Next-Cursor` continues after it.
 * @throws Problem 400 for a cursor that was not issued here, 404
 */
export async function exportResources(services: Services, request: ApiRequest): Promise<Answer> {
  const { connections, table, actor, scimBaseUrl } = services;
  const connection = await connections.find(request.connectionId);
  if (connection === undefined) throw noConnection(request.connectionId);
  const start = positionFrom(readJson(request.body));
  const record = contentRecord({ actor, action: 'directory.export' }, connection.id, {});
  await connections.recordBeginning(record);
  const tenant: Tenant = { table, connection: connection.id, baseUrl: scimBaseUrl(connection.id) };
  const types = resourceTypesWith(connection.schemas);
  const customTypes = servedTypes(connection).map(resourceTypeOf);
  const { resources, next } = await exportPage(tenant, types, customTypes, start);
  return {
    status: 200,
    headers: {
      'Content-Type': JSON_LINES,
      'Cache-Control': 'no-store',
      ...(next === undefined ? {} : { 'Next-Cursor': cursorOf(next) }),
    },
    body: resources.map((resource) => `${JSON.stringify(resource)}\n`).join(''),
  };
}

function cursorOf(position: ExportPosition): string {
  return Buffer.from(JSON.stringify(position)).toString('base64url');
}

/** @throws Problem 400 */
function positionFrom(body: Json): ExportPosition | undefined {
  const cursor = isObject(body) ? body['cursor'] : undefined;
  if (cursor === undefined) return undefined;
  const text = Buffer.from(asText(cursor), 'base64url').toString('utf8');
  const position = jsonFrom(text);
  if (position !== undefined && isExportPosition(position)) return position;
  throw new Problem(400, '"cursor" was not issued by this service.');
}

function jsonFrom(text: string): Json | undefined {
  try {
    return parseJson(text);
  } catch {
    return undefined;
  }
}
