import { CONNECTION_ID, type Connection } from '../../directory/connections/connection';
import { Connections } from '../../directory/connections/connections';
import { newEntryTime } from '../../directory/log/entry-item';
import {
  recordSetupEntry,
  type SetupEntry,
  type SetupLookup,
} from '../../directory/log/setup-entry';
import { namesIn } from '../../directory/resources/display-names';
import { isResourceId } from '../../directory/store/resource-ids';
import { unlessBusy } from '../../directory/store/retries';
import type { Table } from '../../directory/store/table';
import { isObject, parseJson, type JsonObject } from '../../scim/json';
import { logFailure } from '../observability/log';
import type { Answer } from './answer';
import type { TokenProblem } from './authenticate';
import { ERROR_CODE_HEADER } from './error-answer';
import type { ReceivedRequest } from './request-context';

/** How long an instance caches that a connection is not being set up. */
const REMEMBERED_MS = 5000;

/** Connections that an instance remembers. */
const MAXIMUM_CONNECTIONS = 1000;

/** Maximum length of a body that is parsed; a longer one is a list or a bulk request. */
const READ_CHARACTERS = 100_000;

/**
 * Records the requests of a connection for the live check, while somebody sets it up through the
 * portal. An error while recording is only logged.
 */
export class SetupRecorder {
  /** Times at which connections were found not to be in setup, in milliseconds since the epoch. */
  private readonly idle = new Map<string, number>();

  /** Records a request of a caller who is known. @param attribute the one that failed */
  async record(
    table: Table,
    connection: Connection,
    received: ReceivedRequest,
    answer: Answer,
    attribute?: string,
  ): Promise<void> {
    if (!isSetUp(connection)) return;
    await this.write(table, received, answer, { attribute, isNameless: isErased(connection) });
  }

  /** Records a request with an unknown token. @param problem what is wrong with the token */
  async recordRefused(
    table: Table,
    received: ReceivedRequest,
    answer: Answer,
    problem: TokenProblem,
  ): Promise<void> {
    const { connectionId: id } = received.request;
    if (!CONNECTION_ID.test(id)) return;
    // Anyone can send such requests, so not each of them may cost a read.
    const now = Date.now();
    if (now - (this.idle.get(id) ?? 0) < REMEMBERED_MS) return;
    try {
      const connection = await unlessBusy(() => new Connections(table).find(id));
      if (connection !== undefined && isSetUp(connection)) {
        await this.write(table, received, answer, { problem, isNameless: true });
        return;
      }
    } catch (error) {
      logFailure(error, received.requestId);
    }
    if (this.idle.size >= MAXIMUM_CONNECTIONS) this.idle.clear();
    this.idle.set(id, now);
  }

  private async write(
    table: Table,
    { request, requestId }: ReceivedRequest,
    answer: Answer,
    circumstances: SetupCircumstances,
  ): Promise<void> {
    const entry = setupEntryOf(request, answer, circumstances);
    try {
      await unlessBusy(() => recordSetupEntry(table, request.connectionId, entry));
    } catch (error) {
      logFailure(error, requestId);
    }
  }
}

/** Facts that the request and its answer do not contain. */
interface SetupCircumstances {
  readonly problem?: TokenProblem;
  /** The attribute that failed. */
  readonly attribute?: string | undefined;
  /** Whether to leave out names: deleted users are erased, or the caller is unknown. */
  readonly isNameless: boolean;
}

function isErased({ userDeletion }: Connection): boolean {
  return userDeletion === 'erase';
}

function isSetUp({ setupUntil }: Connection): boolean {
  return setupUntil !== undefined && Date.parse(setupUntil) > Date.now();
}

/** Reduces a request and its answer to what the live check may show. */
function setupEntryOf(
  request: ReceivedRequest['request'],
  { status, headers = {}, body = '' }: Answer,
  { problem, attribute, isNameless }: SetupCircumstances,
): SetupEntry {
  const { method, resource, resourceId, parameters } = request;
  const answer = body.length > READ_CHARACTERS ? {} : objectIn(body);
  const sent = request.body.length > READ_CHARACTERS ? {} : objectIn(request.body);
  const { name } = namesIn(status < 300 && typeof answer['id'] === 'string' ? answer : sent);
  const id = answer['id'] ?? resourceId;
  const count = Number(parameters['count']);
  const lookup = lookupIn(parameters['filter']);
  const cause = headers[ERROR_CODE_HEADER];
  return {
    ...newEntryTime(),
    method,
    route: resource,
    status,
    ...(cause === undefined ? {} : { cause }),
    ...(attribute === undefined ? {} : { attribute }),
    ...(problem === undefined ? {} : { tokenProblem: problem.code }),
    ...(problem?.missing === undefined ? {} : { missing: problem.missing }),
    ...(lookup === undefined ? {} : { lookup }),
    ...(parameters['count'] === undefined || !Number.isInteger(count) ? {} : { count }),
    ...(typeof answer['totalResults'] === 'number' ? { results: answer['totalResults'] } : {}),
    ...(name === undefined || isNameless ? {} : { name }),
    ...(typeof id === 'string' && isResourceId(id) && problem === undefined
      ? { resourceId: id }
      : {}),
  };
}

function objectIn(text: string): JsonObject {
  try {
    const value = text === '' ? undefined : parseJson(text);
    return isObject(value) ? value : {};
  } catch {
    return {};
  }
}

const UUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** Reads a filter that compares one attribute, as clients send it: with or without quotes. */
function lookupIn(filter: string | undefined): SetupLookup | undefined {
  const [path, operator, value, ...more] = filter?.trim().split(/\s+/) ?? [];
  if (path === undefined || operator?.toLowerCase() !== 'eq' || value === undefined)
    return undefined;
  const attribute = path.split(':').at(-1)?.slice(0, 100) ?? '';
  return { attribute, isRandom: more.length === 0 && UUID.test(value.replaceAll('"', '')) };
}
