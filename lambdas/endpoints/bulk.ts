import { parseBulkRequest, type BulkOperation } from '../../scim/bulk/request';
import { referencesIn, withIds, withoutReferencesTo } from '../../scim/bulk/references';
import { badRequest, notFound, ScimError } from '../../scim/error';
import { foldCase } from '../../scim/filter/compare';
import { asText, isObject, ownIgnoringCase, parseJson, type Json, type JsonObject } from '../../scim/json';
import { PATCH_OP_URN } from '../../scim/patch/request';
import { errorAnswer, jsonAnswer, type Answer } from '../middleware/answer';
import type { Exchange } from '../middleware/scim-handler';
import { readJson } from '../middleware/scim-request';
import { groupsEndpoint } from './groups';
import { serveResourceEndpoint } from './resource-endpoint';
import { usersEndpoint } from './users';

const BULK_RESPONSE_URN = 'urn:ietf:params:scim:api:messages:2.0:BulkResponse';

/** Operations that run at the same time. */
const WIDTH = 8;

/** What is left of the function's time when no further operation begins: enough for those that have begun. */
const RESERVED_MILLISECONDS = 5000;

const ENDPOINTS = new Map([
  ['Users', serveResourceEndpoint(usersEndpoint)],
  ['Groups', serveResourceEndpoint(groupsEndpoint)],
]);

/**
 * Answers a bulk request (RFC 7644 section 3.7). Operations that have nothing to do with each other run at the same time; those on one
 * resource, or that refer to what another one creates, in their order. With `failOnErrors` all run one after the other.
 * @throws ScimError 400 `invalidSyntax`, 413, 415
 */
export async function serveBulk(exchange: Exchange): Promise<Answer> {
  const { operations, failOnErrors } = parseBulkRequest(readJson(exchange.request));
  const bulk = new Bulk(exchange, operations, failOnErrors);
  const results = await bulk.run();
  return jsonAnswer(200, { schemas: [BULK_RESPONSE_URN], Operations: results });
}

/** An operation on its way. */
interface Task {
  readonly operation: BulkOperation;
  readonly index: number;
  /** Tasks that come first. */
  readonly after: Set<Task>;
  /** Those of them whose resources this one refers to. */
  readonly refersTo: Set<Task>;
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
    this.tasks = operations.map((operation, index) => ({
      operation,
      index,
      after: new Set(),
      refersTo: new Set(),
      later: {},
      answer: undefined,
    }));
    this.byBulkId = new Map(
      this.tasks.flatMap((task) => (task.operation.bulkId === undefined ? [] : [[task.operation.bulkId, task]])),
    );
    this.order();
  }

  async run(): Promise<readonly JsonObject[]> {
    const waiting = new Set(this.tasks);
    const running = new Set<Promise<void>>();
    const width = this.failOnErrors === undefined ? WIDTH : 1;
    while (waiting.size > 0 && !this.isEnded) {
      const next = this.isLate ? undefined : this.next(waiting, running.size);
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
    return this.tasks.flatMap((task) => this.result(task));
  }

  /** Which tasks come before which: those referred to, and earlier ones on the same resource. */
  private order(): void {
    const last = new Map<string, Task>();
    for (const task of this.tasks) {
      const { path, data } = task.operation;
      for (const bulkId of [...referencesIn(path), ...referencesIn(data)]) {
        const creator = this.byBulkId.get(bulkId);
        if (creator === undefined || creator === task) continue;
        task.refersTo.add(creator);
        task.after.add(creator);
      }
      const subject = subjectOf(task.operation);
      const before = last.get(subject);
      if (before !== undefined) task.after.add(before);
      last.set(subject, task);
    }
  }

  /** The first task that need not wait; when all wait for each other and nothing runs, the first that can be cut in two. */
  private next(waiting: ReadonlySet<Task>, running: number): Task | undefined {
    for (const task of waiting) {
      if ([...task.after].every(({ answer }) => answer !== undefined)) return task;
    }
    if (running > 0) return undefined;
    return [...waiting].find(({ operation }) => operation.method === 'POST') ?? [...waiting][0];
  }

  private async perform(task: Task): Promise<void> {
    task.answer = await this.answerTo(task);
    if (task.answer.status >= 400) this.errors += 1;
    const { bulkId, method } = task.operation;
    const id = idOf(task.answer);
    if (bulkId !== undefined && method === 'POST' && id !== undefined) this.ids.set(bulkId, id);
  }

  private async answerTo(task: Task): Promise<Answer> {
    try {
      return await this.serve(task);
    } catch (error) {
      return errorAnswer(error, 'bulk');
    }
  }

  private async serve(task: Task): Promise<Answer> {
    const { method, bulkId, path } = task.operation;
    if (!['POST', 'PUT', 'PATCH', 'DELETE'].includes(method)) {
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
      if (this.byBulkId.has(bulkId))
        throw new ScimError(409, `What bulkId "${bulkId}" stands for could not be created.`);
      throw badRequest('invalidValue', `No operation has the bulkId "${bulkId}".`);
    }
  }

  private async call(
    method: string,
    path: string,
    data: Json | undefined,
    version: string | undefined,
  ): Promise<Answer> {
    const [, endpointName = '', id] = /^\/(\w+)(?:\/([^/?#]+))?\/?$/.exec(path) ?? [];
    const endpoint = ENDPOINTS.get(endpointName);
    if (endpoint === undefined) throw notFound(`The path "${path}"`);
    const headers = new Map([...(version === undefined ? [] : [['if-match', version] as const])]);
    return endpoint({
      ...this.exchange,
      table: this.exchange.table.forRequest(),
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
      const path = `${task.operation.path}/${idOf(task.answer) ?? ''}`;
      try {
        const value = withIds(task.later, this.ids);
        this.checkReferences(value);
        const patch = { schemas: [PATCH_OP_URN], Operations: [{ op: 'add', value }] };
        const { headers } = await this.call('PATCH', path, patch, undefined);
        task.answer = { ...task.answer, ...(headers === undefined ? {} : { headers }) };
      } catch (error) {
        task.answer = errorAnswer(error, 'bulk');
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

  /** What the answer says of an operation (RFC 7644 section 3.7.3); nothing of one that `failOnErrors` kept from running. */
  private result({ operation, answer }: Task): readonly JsonObject[] {
    const { method, bulkId, path } = operation;
    if (answer === undefined && this.isEnded) return [];
    const { status, headers = {}, body } = answer ?? notRun();
    const location =
      headers['Location'] ??
      (method === 'POST' ? undefined : `${this.exchange.request.baseUrl}${asText(withIds(path, this.ids))}`);
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

function notRun(): Answer {
  const error = new ScimError(503, 'Not run: the time of this request was over. Send it again.');
  return jsonAnswer(503, error.body());
}

/** The id of a resource that was just created, from its Location. */
function idOf({ status, headers }: Answer): string | undefined {
  return status === 201 ? headers?.['Location']?.split('/').at(-1) : undefined;
}

/** What an operation changes; two on the same subject keep their order. */
function subjectOf({ method, path, data }: BulkOperation): string {
  if (method !== 'POST' || !isObject(data)) return path;
  const name = ownIgnoringCase(data, 'userName') ?? ownIgnoringCase(data, 'displayName');
  return `${path}?${foldCase(asText(name))}`;
}
