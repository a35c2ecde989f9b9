import { app, type Body } from './client';
import { eventually } from './own-server';

/** Returns all events of a connection, oldest first, page by page. */
export async function eventsOf(connection: string, after = '', limit = 500): Promise<Body[]> {
  const events: Body[] = [];
  let cursor = after;
  for (;;) {
    const query = `connection=${connection}&limit=${limit}&after=${cursor}`;
    const { status, body, text } = await app('GET', `/events?${query}`);
    if (status !== 200) throw new Error(text);
    events.push(...(body.events as Body[]));
    if (body.events.length === 0) return events;
    cursor = body.nextCursor as string;
  }
}

/** Waits until a connection has a number of events, and returns them. */
export function untilEvents(connection: string, number: number): Promise<Body[]> {
  return eventually(
    () => eventsOf(connection),
    (events) => events.length >= number,
  );
}

/** Returns events in short: type, subject without the id of the resource, and sequence. */
export function inShort(events: readonly Body[]): readonly string[] {
  return events.map(({ type }) => type as string);
}
