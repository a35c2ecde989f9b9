import {
  deploymentRecord,
  type ActionName,
  type AuditRecord,
} from '../../../directory/connections/audit';
import type { Stream } from '../../../directory/streams/stream';
import { Streams } from '../../../directory/streams/streams';
import { shortened } from '../../../scim/errors/scim-error';
import type { JsonObject } from '../../../scim/json';
import type { ApiRequest } from '../../json-api/api-request';
import { Problem } from '../../json-api/problem';
import type { Services } from '../services';

/** Returns the stream that a request names. @throws Problem 404 */
export async function existingStream(
  { table }: Services,
  { parameter }: ApiRequest,
): Promise<Stream> {
  const id = parameter('streamId');
  const stream = await new Streams(table).find(id);
  if (stream === undefined) throw noStream(id);
  return stream;
}

/** 404 for a stream that does not exist. */
export function noStream(id: string): Problem {
  return new Problem(404, `There is no stream "${shortened(id)}".`);
}

/** Creates the audit record of an action on a stream: one of its connection, if it has one. */
export function recordOf(
  { actor }: Services,
  action: ActionName,
  { connection }: Stream,
  before: JsonObject,
  after: JsonObject,
): AuditRecord {
  const record = deploymentRecord({ actor, action }, before, after);
  return connection === undefined ? record : { ...record, connection };
}
