import { cursorText, readCursor } from '../../directory/events/cursor';
import { LOGGED_TYPES, type EventType } from '../../directory/events/event';
import { readEvents, type EventQuery, type ExpiredCursor } from '../../directory/events/read';
import { handOver, intentWrite, newResync } from '../../directory/store/intents';
import { toEnvelope } from '../../events/envelope';
import { resyncDetails } from '../../events/resync';
import { jsonAnswer, type Answer } from '../http/answer';
import { pageSize, type ApiRequest, type PageSizes } from '../json-api/api-request';
import { Problem } from '../json-api/problem';
import { existingConnection, type Services } from './services';

const EVENT_PAGES: PageSizes = { byDefault: 100, atMost: 1000 };

/** `GET /events`: the event log after a cursor. */
export async function listEvents(
  { table, deployment }: Services,
  { query }: ApiRequest,
): Promise<Answer> {
  const page = await readEvents(table, {
    after: afterIn(query['after']),
    limit: pageSize(query['limit'], EVENT_PAGES),
    types: typesIn(query['types']),
    connection: query['connection'],
  });
  if ('expired' in page) throw gone(page);
  return jsonAnswer(200, {
    events: page.events.map((event) => toEnvelope(deployment, event)),
    nextCursor: cursorText(page.next),
  });
}

function afterIn(text: string | undefined): EventQuery['after'] {
  if (text === undefined || text === '') return undefined;
  if (text === 'latest') return text;
  const cursor = readCursor(text);
  if (cursor !== undefined) return cursor;
  throw new Problem(
    400,
    '"after" must be a "nextCursor" of an earlier answer, or "latest" for the end of the log.',
  );
}

function typesIn(text: string | undefined): ReadonlySet<EventType> | undefined {
  if (text === undefined || text === '') return undefined;
  const names = text.split(',').map((name) => name.trim());
  const types = names.flatMap((name) => LOGGED_TYPES.find((type) => type === name) ?? []);
  if (types.length === names.length) return new Set(types);
  throw new Problem(
    400,
    `"types" must be a list of event types, separated by commas: ${LOGGED_TYPES.join(', ')}.`,
  );
}

function gone({ expired, oldest }: ExpiredCursor): Problem {
  const why =
    expired === 'restored'
      ? 'The table was restored to an earlier time since this cursor was issued.'
      : 'Events after this cursor are older than the retention and were removed.';
  const advice =
    'Continue with "oldestCursor", and POST /connections/{id}/resync for each connection: ' +
    'what is missing in between comes with the present state.';
  return new Problem(410, `${why} ${advice}`, [], {}, { oldestCursor: cursorText(oldest) });
}

/** `POST /connections/{id}/resync`: repeats the present state as events. */
export async function startResync(services: Services, request: ApiRequest): Promise<Answer> {
  const { table } = services;
  const { id: connection } = await existingConnection(services, request.connectionId);
  const intent = newResync(connection);
  const details = resyncDetails();
  await table.write([intentWrite(intent, details)]);
  await handOver(table, intent);
  return jsonAnswer(202, { id: intent.id, ...details });
}
