import { randomUUID } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { text } from 'node:stream/consumers';
import { asText, isArray, isObject, parseJson, type Json, type JsonObject } from '../../scim/json';
import { isForeign } from '../loopback';
import { listPage, sendJson } from './pages';
import { appendJsonLine, readJsonLines } from '../state/files';

/** Path of the page that lists the events. */
export const EVENTS_PATH = '/events';

/** Most entries of one call. */
const CALL_ENTRIES = 10;

/**
 * EventBridge stand-in that implements `PutEvents` and shows the events that were put. Rules do not
 * run on this machine.
 */
export class LocalEventBus {
  /**
   * All events, oldest first: as they were put (`Source`, `DetailType`, `Detail`), and as the
   * target of a rule receives them (`source`, `detail-type`, `detail`).
   */
  readonly events: JsonObject[];

  /**
   * @param file where events are kept between runs; without it, they stay in memory
   * @throws Error that says how to start over if the file is damaged
   */
  constructor(private readonly file?: string) {
    this.events = file === undefined ? [] : readJsonLines(file).filter(isObject);
  }

  createServer(): Server {
    return createServer((request, response) => {
      if (isForeign(request)) {
        sendJson(response, 403, { message: 'Web pages may not put events here.' });
        return;
      }
      this.put(request, response).catch((error: unknown) => {
        sendJson(response, 500, { message: String(error) });
      });
    });
  }

  /** Lists the events: as JSON, oldest first, if the client accepts it, else as an HTML page. */
  serve(request: IncomingMessage, response: ServerResponse): void {
    if ((request.headers.accept ?? '').includes('application/json')) {
      sendJson(response, 200, this.events);
      return;
    }
    const articles = this.events.map((event) => ({
      title: `${asText(event['detail-type'])}: ${subjectOf(event)}`,
      about: asText(event['time']),
      body: JSON.stringify(event['detail'], undefined, 2),
    }));
    listPage(response, 'Events', articles);
  }

  /** @see https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_PutEvents.html */
  private async put(request: IncomingMessage, response: ServerResponse): Promise<void> {
    if (request.headers['x-amz-target'] !== 'AWSEvents.PutEvents') {
      sendJson(response, 400, { message: 'This stand-in only supports PutEvents.' });
      return;
    }
    const input = parseJson(await text(request));
    const entries = isObject(input) ? input['Entries'] : undefined;
    if (!isArray(entries) || entries.length < 1 || entries.length > CALL_ENTRIES) {
      const message = `PutEvents takes 1 to ${CALL_ENTRIES} entries.`;
      sendJson(response, 400, { __type: 'ValidationException', message });
      return;
    }
    const results = entries.map((entry) => this.accept(entry));
    const FailedEntryCount = results.filter(({ ErrorCode }) => ErrorCode !== undefined).length;
    sendJson(response, 200, { FailedEntryCount, Entries: results });
  }

  private accept(entry: Json): JsonObject {
    const refused = { ErrorCode: 'MalformedDetail', ErrorMessage: 'Detail is malformed.' };
    if (!isObject(entry)) return refused;
    const { Source, DetailType, Detail, Time } = entry;
    const detail = objectFrom(asText(Detail));
    if (detail === undefined) return refused;
    const id = randomUUID();
    const seconds = typeof Time === 'number' ? Time : Date.now() / 1000;
    const event: JsonObject = {
      Source,
      DetailType,
      Detail,
      version: '0',
      id,
      source: Source,
      'detail-type': DetailType,
      account: '000000000000',
      region: 'us-east-1',
      resources: [],
      time: new Date(seconds * 1000).toISOString(),
      detail,
    };
    if (this.file !== undefined) appendJsonLine(this.file, event);
    this.events.push(event);
    return { EventId: id };
  }
}

function subjectOf(event: JsonObject): string {
  const { detail } = event;
  return isObject(detail) ? asText(detail['subject']) : '';
}

function objectFrom(detail: string): JsonObject | undefined {
  try {
    const value = parseJson(detail);
    return isObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
}
