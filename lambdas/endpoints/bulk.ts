import { BULK_REQUEST_URN, parseBulkRequest, type BulkOperation } from '../../scim/bulk/request';
import { referencesIn, withIds, withoutReferencesTo } from '../../scim/bulk/references';
import { badRequest, notFound, ScimError } from '../../scim/errors/scim-error';
import { asText, isObject, parseJson, type Json, type JsonObject } from '../../scim/json';
import { PATCH_OP_URN } from '../../scim/patch/request';
import { errorAnswer, jsonAnswer, type Answer } from '../http/answer';
import { readMessage } from '../http/read-request';
import type { Exchange } from '../http/request-context';
import { nextOf, orderTasks, release, type Ordered } from './bulk-order';
import { groupsEndpoint } from './groups';
import { serveResourceEndpoint } from './resource-endpoint';
import { usersEndpoint } from './users';

const BULK_RESPONSE_URN = 'urn:ietf:params:scim:api:messages:2.0:BulkResponse';

/** Operations that run at the same time. */
const WIDTH = 8;

/** Methods of operations (RFC 7644 section 3.7). */
const METHODS: readonly string[] = ['POST', 'PUT', 'PATCH', 'DELETE'];

/** What is left of the function's time when no further operation begins: enough for those that have begun. */
const RESERVED_MILLISECONDS = 5000;

const ENDPOINTS = new Map([
  ['Users', serveResourceEndpoint(usersEndpoint)],
  ['Groups', serveResourceEndpoint(groupsEndpoint)],
]);

/**
 * Answers a bulk request (RFC 7644 section 3.7). Operations that have nothing to do with each other run at the same time; those on one
 * resource, that refer to what another one creates, or that may want the same name, in their order. With `failOnErrors` all run one after the other.
 * @throws ScimError 400 `invalidSyntax`, 413, 415
 */
export async function serveBulk(exchange: Exchange): Promise<Answer> {
  const { operations, failOnErrors } = parseBulkRequest(readMessage(exchange, BULK_REQUEST_URN));
  const bulk = new Bulk(exchange, operations, failOnErrors);
  const results = await bulk.run();
  return jsonAnswer(200, { schemas: [BULK_RESPONSE_URN], Operations: results });
}

/** An operation on its way. */
interface Task extends Ordered {
  /** Attributes that are set when the circle they belong to is complete. */
  later: JsonObject;
  answer: Answer | undefined;
}

class Bulk {
  private readonly tasks: readonly Task[];
  private readonly byBulkId: ReadonlyMap<string, Task>;
  /** Ids of what was created, by bulkId. */
  private readonly ids = new Map<string, string>();
  private errors = 0;

  constructor(
    private readonly exchange: Exchange,
    operations: readonly BulkOperation[],
    private readonly failOnErrors: number | undefined,
  ) {
    this.tasks = operations.map((operation) => ({
      operation,
      dependents: new Set<Ordered>(),
      waitsFor: 0,
      later: {},
      answer: undefined,
    }));
    const named = this.tasks.flatMap((task) => {
      const { bulkId } = task.operation;
      return bulkId === undefined ? [] : [[bulkId, task] as const];
    });
    this.byBulkId = new Map(named);
    orderTasks(this.tasks, this.byBulkId);
  }

  async run(): Promise<readonly JsonObject[]> {
    const waiting = new Set(this.tasks);
    const running = new Set<Promise<void>>();
    const width = this.failOnErrors === undefined ? WIDTH : 1;
    while (waiting.size > 0 && !this.isEnded) {
      const next = this.isLate ? undefined : nextOf(waiting, running.size);
      if (next === undefined && running.size === 0) break;
      if (next !== undefined) {
        waiting.delete(next);
        const task = this.perform(next).then(() => {
          running.delete(task);
        });
        running.add(task);
      }
      if (next === undefined || running.size >= width) await Promise.race(running);
    }
    await Promise.all(running);
    await this.completeCircles();
    if (!this.isEnded) for (const task of waiting) this.note(task, notRunError());
    return this.tasks.flatMap((task) => this.result(task));
  }

  private async perform(task: Task): Promise<void> {
    task.answer = await this.answerTo(task);
    if (task.answer.status >= 400) this.errors += 1;
    const { bulkId, method } = task.operation;
    const id = idOf(task.answer);
    if (bulkId !== undefined && method === 'POST' && id !== undefined) this.ids.set(bulkId, id);
    release(task);
  }

  private async answerTo(task: Task): Promise<Answer> {
    try {
      return await this.serve(task);
    } catch (error) {
      this.note(task, error);
      return errorAnswer(error, 'bulk');
    }
  }

  /** Notes an operation that failed, as the request that it stands for. */
  private note({ operation: { method, path, data } }: Task, error: unknown): void {
    const [, endpoint = '', resourceId] = PATH.exec(path) ?? [];
    const { resource } = this.exchange.request;
    const body = data === undefined ? '' : JSON.stringify(data);
    this.exchange.failures.note(
      {
        // What a client makes up is not kept.
        method: METHODS.includes(method) ? method : 'POST',
        resource: ENDPOINTS.has(endpoint) ? resource.replace(/\/Bulk$/, `/${endpoint}`) : resource,
        resourceId,
        body,
      },
      error,
    );
  }

  private async serve(task: Task): Promise<Answer> {
    const { method, bulkId, path } = task.operation;
    if (!METHODS.includes(method)) {
      throw badRequest('invalidValue', `"method" must be POST, PUT, PATCH or DELETE, not "${method}".`);
    }
    if (method === 'POST' && bulkId === undefined) throw badRequest('invalidValue', 'A POST needs a "bulkId".');
    return this.call(method, this.resolvedPath(path), this.resolvedData(task), task.operation.version);
  }

  /** @throws ScimError 409 for a reference to what could not be created, 400 `invalidValue` for one to nothing */
  private resolvedPath(path: string): string {
    const resolved = asText(withIds(path, this.ids));
    this.checkReferences(resolved);
    return resolved;
  }

  private resolvedData(task: Task): Json | undefined {
    const { data, method } = task.operation;
    if (data === undefined) return undefined;
    let resolved = withIds(data, this.ids);
    if (method === 'POST' && isObject(resolved)) {
      // What waits for its turn in a circle is set when all of it is there.
      const isPending = (bulkId: string): boolean =>
        bulkId === task.operation.bulkId || this.byBulkId.get(bulkId)?.answer === undefined;
      const known = (bulkId: string): boolean => this.byBulkId.has(bulkId) && isPending(bulkId);
      const { now, later } = withoutReferencesTo(resolved, known);
      task.later = later;
      resolved = now;
    }
    this.checkReferences(resolved);
    return resolved;
  }

  private checkReferences(value: Json): void {
    for (const bulkId of referencesIn(value)) {
      if (this.byBulkId.has(bulkId)) {
        throw new ScimError(409, `What bulkId "${bulkId}" stands for could not be created.`);
      }
      throw badRequest('invalidValue', `No operation has the bulkId "${bulkId}".`);
    }
  }

  private async call(
    method: string,
    path: string,
    data: Json | undefined,
    version: string | undefined,
  ): Promise<Answer> {
    const [, endpointName = '', id] = PATH.exec(path) ?? [];
    const endpoint = ENDPOINTS.get(endpointName);
    if (endpoint === undefined) throw notFound(`The path "${path}"`);
    // Resources are not part of the answer: reading all members of a group for each of its changes would be in vain.
    const headers = new Map([['prefer', 'return=minimal']]);
    if (version !== undefined) headers.set('if-match', version);
    return endpoint({
      ...this.exchange,
      table: this.exchange.table.forRequest(this.exchange.deadline),
      request: {
        ...this.exchange.request,
        method,
        resourceId: id,
        parameters: {},
        headers,
        body: data === undefined ? '' : JSON.stringify(data),
      },
    });
  }

  /** Sets what referred to resources that did not exist yet. */
  private async completeCircles(): Promise<void> {
    for (const task of this.tasks) {
      if (Object.keys(task.later).length === 0 || task.answer === undefined || task.answer.status >= 400) continue;
      const path = `${task.operation.path.replace(/\/$/, '')}/${idOf(task.answer) ?? ''}`;
      try {
        const value = withIds(task.later, this.ids);
        this.checkReferences(value);
        const patch = { schemas: [PATCH_OP_URN], Operations: [{ op: 'add', value }] };
        const { headers } = await this.call('PATCH', path, patch, undefined);
        task.answer = { ...task.answer, ...(headers === undefined ? {} : { headers }) };
      } catch (error) {
        // All of the operation or nothing of it: what was created without its references goes again.
        this.note(task, error);
        task.answer = errorAnswer(error, 'bulk');
        this.errors += 1;
        await this.call('DELETE', path, undefined, undefined).catch(() => undefined);
      }
    }
  }

  /** Whether `failOnErrors` has been reached. */
  private get isEnded(): boolean {
    return this.failOnErrors !== undefined && this.errors >= this.failOnErrors;
  }

  private get isLate(): boolean {
    return Date.now() > this.exchange.deadline - RESERVED_MILLISECONDS;
  }

  /** Where an operation's resource is, when its path names one. */
  private locationOf(path: string): string | undefined {
    const resolved = asText(withIds(path, this.ids));
    const id = PATH.exec(resolved)?.[2];
    return id === undefined || referencesIn(resolved).size > 0
      ? undefined
      : `${this.exchange.request.baseUrl}${resolved}`;
  }

  /** What the answer says of an operation (RFC 7644 section 3.7.3); nothing of one that `failOnErrors` kept from running. */
  private result({ operation, answer }: Task): readonly JsonObject[] {
    const { method, bulkId, path } = operation;
    if (answer === undefined && this.isEnded) return [];
    const { status, headers = {}, body } = answer ?? notRun();
    const location = headers['Location'] ?? this.locationOf(path);
    return [
      {
        method,
        ...(bulkId === undefined ? {} : { bulkId }),
        ...(location === undefined ? {} : { location }),
        ...(headers['ETag'] === undefined ? {} : { version: headers['ETag'] }),
        status: String(status),
        ...(status >= 400 && body !== undefined ? { response: parseJson(body) } : {}),
      },
    ];
  }
}

/** `/Users/…` or `/Users`; in the end perhaps a slash. */
const PATH = /^\/(\w+)(?:\/([^/?#.][^/?#]*))?\/?$/;

function notRunError(): ScimError {
  return new ScimError(503, 'Not run: the time of this request was over. Send it again.');
}

function notRun(): Answer {
  return jsonAnswer(503, notRunError().body());
}

/** The id of a resource that was just created, from its Location. */
function idOf({ status, headers }: Answer): string | undefined {
  return status === 201 ? headers?.['Location']?.split('/').at(-1) : undefined;
}
