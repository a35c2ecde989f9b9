import * as z from 'zod/mini';
import { STREAM_DELIVERIES, STREAM_ID, STREAM_MODES } from '../../../directory/streams/stream';
import { Streams } from '../../../directory/streams/streams';
import { urlProblem } from '../../../events/webhooks/destination';
import type { Json } from '../../../scim/json';
import { invalidFields, readSettings } from '../../json-api/read-body';
import type { ConnectionServices } from '../services';

/* Streams that the stack declares for all connections. */

const STREAM = z.strictObject({
  id: z.string().check(z.regex(STREAM_ID)),
  delivery: z.enum(STREAM_DELIVERIES),
  url: z.exactOptional(z.string()),
  audience: z.exactOptional(z.string()),
  mode: z.enum(STREAM_MODES),
});

/**
 * Makes the declared streams those that the stack declares now. A stream keeps its place in the
 * event log; a new one begins at its end.
 * @throws Problem 400
 */
export async function declareStreams(
  { table }: Pick<ConnectionServices, 'table'>,
  definitions: readonly Json[],
): Promise<void> {
  const declared = definitions.map((definition) => readSettings(STREAM, definition));
  for (const { url } of declared) {
    const problem = url === undefined ? undefined : urlProblem(url, false);
    if (problem !== undefined) throw invalidFields([{ pointer: '/url', detail: problem }]);
  }
  const streams = new Streams(table);
  for (const settings of declared) {
    const changed = await streams.change(settings.id, (stream) => {
      // The audience may be declared no more.
      const { audience: _, ...rest } = stream;
      return { ...rest, ...settings };
    });
    if (changed !== undefined) continue;
    const createdAt = new Date().toISOString();
    await streams.add({ ...settings, enabled: true, createdAt, isDeclared: true });
  }
  const ids = new Set(declared.map(({ id }) => id));
  for (const { id, isDeclared } of await streams.list()) {
    if (isDeclared && !ids.has(id)) await streams.remove(id);
  }
}
