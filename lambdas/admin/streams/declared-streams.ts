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
 * Makes the streams of a stack those that it declares now. A stream keeps its place in the event
 * log; a new one begins at its end. One that is declared no more is disabled, so that it goes on in
 * its place if a deployment fails and declares it again; operators can delete it.
 * @param declaredBy ARN of the stack
 * @throws Problem 400
 */
export async function declareStreams(
  { table }: Pick<ConnectionServices, 'table'>,
  declaredBy: string,
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
      const { audience: _, disabledReason, ...rest } = stream;
      const declared = { ...rest, ...settings, declaredBy };
      if (stream.enabled || disabledReason === 'undeclared') return { ...declared, enabled: true };
      return disabledReason === undefined ? declared : { ...declared, disabledReason };
    });
    if (changed !== undefined) continue;
    const createdAt = new Date().toISOString();
    await streams.add({ ...settings, enabled: true, createdAt, declaredBy });
  }
  const ids = new Set(declared.map(({ id }) => id));
  for (const { id, declaredBy: owner } of await streams.list()) {
    if (owner !== declaredBy || ids.has(id)) continue;
    await streams.change(id, ({ declaredBy: _, ...stream }) =>
      stream.enabled ? { ...stream, enabled: false, disabledReason: 'undeclared' } : stream,
    );
  }
}
