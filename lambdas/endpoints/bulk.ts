import { BULK_REQUEST_URN, parseBulkRequest, type BulkOperation } from '../../scim/bulk/request';
import { referencesIn, withIds, withoutReferencesTo } from '../../scim/bulk/references';
import { badRequest, notFound, ScimError } from '../../scim/error';
import { foldCase } from '../../scim/filter/compare';
import { asText, isObject, ownIgnoringCase, parseJson, type Json, type JsonObject } from '../../scim/json';
import { PATCH_OP_URN } from '../../scim/patch/request';
import { errorAnswer, jsonAnswer, type Answer } from '../middleware/answer';
import { readMessage } from '../middleware/read';
import type { Exchange } from '../middleware/scim-handler';
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
interface Task {
  readonly operation: BulkOperation;
  /** Tasks that wait for this one. */
  readonly dependents: Set<Task>;
  /** How many tasks this one waits for. */
  waitsFor: number;
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
      dependents: new Set(),
      waitsFor: 0,
      later: {},
      answer: undefined,
    }));
    const named = this.tasks.flatMap((task) => {
      const { bulkId } = task.operation;
      return bulkId === undefined ? [] : [[bulkId, task] as const];
    });
    this.byBulkId = new Map(named);
    this.order();
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
    return this.tasks.flatMap((task) => this.result(task));
  }

  /**
   * Which tasks wait for which: those that refer to what another one creates, later ones on the same resource, and what takes a name for what may
   * have given it up, and the other way round.
   */
  private order(): void {
    const last = new Map<string, Task>();
    const phases = new Map<string, Phase>();
    for (const task of this.tasks) {
      const { path, data } = task.operation;
      for (const bulkId of [...referencesIn(path), ...referencesIn(data)]) waitFor(task, this.byBulkId.get(bulkId));
      const subject = subjectOf(task.operation);
      waitFor(task, last.get(subject));
      last.set(subject, task);
      const use = nameUse(task.operation);
      if (use === 'none') continue;
      const collection = path.split('/')[1] ?? '';
      const phase = phases.get(collection) ?? { use, tasks: [], before: [] };
      const current = phase.use === use ? phase : { use, tasks: [], before: phase.tasks };
      for (const before of current.before) waitFor(task, before);
      current.tasks.push(task);
      phases.set(collection, current);
    }
  }

  private async perform(task: Task): Promise<void> {
    task.answer = await this.answerTo(task);
    if (task.answer.status >= 400) this.errors += 1;
    const { bulkId, method } = task.operation;
    const id = idOf(task.answer);
    if (bulkId !== undefined && method === 'POST' && id !== undefined) this.ids.set(bulkId, id);
    for (const dependent of task.dependents) dependent.waitsFor -= 1;
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
    const [, endpointName = '', id] = PATH.exec(path) ?? [];
    const endpoint = ENDPOINTS.get(endpointName);
    if (endpoint === undefined) throw notFound(`The path "${path}"`);
    // Resources are not part of the answer: reading all members of a group for each of its changes would be in vain.
    const headers = new Map([['prefer', 'return=minimal']]);
    if (version !== undefined) headers.set('if-match', version);
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
        // All of the operation or nothing of it: what was created without its references goes again.
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

/** Tasks that use names in the same way, between others that use them in the other. */
interface Phase {
  readonly use: 'takes' | 'changes';
  readonly tasks: Task[];
  /** The tasks of the phase before. */
  readonly before: readonly Task[];
}

/** `/Users/…` or `/Users`; in the end perhaps a slash. */
const PATH = /^\/(\w+)(?:\/([^/?#.][^/?#]*))?\/?$/;

function waitFor(task: Task, before: Task | undefined): void {
  if (before === undefined || before === task || before.dependents.has(task)) return;
  before.dependents.add(task);
  task.waitsFor += 1;
}

/** The first task that need not wait; when all wait for each other and nothing runs, the first that can be cut in two. */
function nextOf(waiting: ReadonlySet<Task>, running: number): Task | undefined {
  for (const task of waiting) if (task.waitsFor <= 0) return task;
  if (running > 0) return undefined;
  return [...waiting].find(({ operation }) => operation.method === 'POST') ?? [...waiting][0];
}

/** Whether an operation takes a name for a new resource, or may give one up or take another for one that exists. */
function nameUse({ method, data }: BulkOperation): 'takes' | 'changes' | 'none' {
  if (method === 'POST') return 'takes';
  if (method === 'DELETE' || method === 'PUT') return 'changes';
  return /username|displayname|externalid/i.test(JSON.stringify(data ?? null)) ? 'changes' : 'none';
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
  if (method !== 'POST' || !isObject(data)) return path.replace(/\/$/, '');
  const name = ownIgnoringCase(data, 'userName') ?? ownIgnoringCase(data, 'displayName');
  return `${path}?${foldCase(asText(name))}`;
}
