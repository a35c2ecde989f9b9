import { BULK_REQUEST_URN, parseBulkRequest, type BulkOperation } from '../../scim/bulk/request';
import { operationValue, unknownBulkPath } from '../../scim/errors/patch-errors';
import { methodNotAllowed } from '../../scim/errors/request-errors';
import { notReached } from '../../scim/errors/resource-errors';
import { quoted, shortened, type ScimError } from '../../scim/errors/scim-error';
import { parseJson, type Json, type JsonObject } from '../../scim/json';
import { PATCH_OP_URN } from '../../scim/patch/request';
import { resourceTypeOf, typeAt } from '../../scim/schema/custom-type';
import { jsonAnswer, type Answer } from '../http/answer';
import { errorAnswer, errorBody } from '../http/error-answer';
import { readMessage } from '../http/read-request';
import type { RequestContext } from '../http/request-context';
import { addDependencies, finish, nextTask, type BulkTask } from './bulk-order';
import { BulkReferences } from './bulk-references';
import { customEndpoint } from './custom-type';
import { groupsEndpoint } from './groups';
import { serveResourceEndpoint, type ResourceEndpoint } from './resource-endpoint';
import { usersEndpoint } from './users';

const BULK_RESPONSE_URN = 'urn:ietf:params:scim:api:messages:2.0:BulkResponse';

/** Operations that run in parallel. */
const WIDTH = 8;

/** The methods of operations (RFC 7644 section 3.7). */
const METHODS: readonly string[] = ['POST', 'PUT', 'PATCH', 'DELETE'];

/** Time reserved for running operations: with less left, no further operation is started. */
const RESERVED_MS = 5000;

const ENDPOINTS = new Map([
  ['Users', usersEndpoint],
  ['Groups', groupsEndpoint],
]);

/** Returns the endpoint of a path's first segment; undefined if the connection has none. */
function endpointAt({ connection }: RequestContext, name: string): ResourceEndpoint | undefined {
  const custom = typeAt(connection, name);
  return ENDPOINTS.get(name) ?? (custom === undefined ? undefined : customEndpoint(custom));
}

/** Returns the attributes whose values new resources at a path compete for. */
function uniqueAttributesAt({ connection }: RequestContext, path: string): readonly string[] {
  const [, name = ''] = path.split('/');
  if (name === 'Users') return ['userName'];
  if (name === 'Groups') return ['displayName'];
  const custom = typeAt(connection, name);
  const indexed = custom === undefined ? [] : resourceTypeOf(custom).indexed;
  return indexed.filter(({ unique }) => unique).map((attribute) => attribute.name);
}

/**
 * Serves `/Bulk` (RFC 7644 section 3.7). Independent operations run in parallel; operations on the
 * same resource, with references, or that may compete for a name keep their order. With
 * `failOnErrors`, operations run one after the other.
 * @throws ScimError 400 `invalidSyntax`, 405, 413, 415
 */
export async function serveBulk(context: RequestContext): Promise<Answer> {
  const { method } = context.request;
  if (method !== 'POST') throw methodNotAllowed(method, ['POST']);
  const message = parseBulkRequest(readMessage(context, BULK_REQUEST_URN));
  const results = await new Bulk(context, message.operations, message.failOnErrors).run();
  return jsonAnswer(200, { schemas: [BULK_RESPONSE_URN], Operations: results });
}

/** An operation together with its result. */
interface Task extends BulkTask {
  /** Attributes to set once the cycle of references that they belong to is complete. */
  later: JsonObject;
  answer: Answer | undefined;
}

class Bulk {
  private readonly tasks: readonly Task[];
  private readonly references: BulkReferences;
  private errors = 0;

  constructor(
    private readonly context: RequestContext,
    operations: readonly BulkOperation[],
    private readonly failOnErrors: number | undefined,
  ) {
    this.tasks = operations.map((operation) => ({
      operation,
      dependents: new Set<BulkTask>(),
      dependencies: 0,
      isDone: false,
      later: {},
      answer: undefined,
    }));
    this.references = new BulkReferences(this.tasks);
    addDependencies(
      this.tasks,
      (bulkId) => this.references.creatorOf(bulkId),
      (path) => uniqueAttributesAt(context, path),
    );
  }

  async run(): Promise<readonly JsonObject[]> {
    const waiting = new Set(this.tasks);
    const running = new Set<Promise<void>>();
    const width = this.failOnErrors === undefined ? WIDTH : 1;
    while (waiting.size > 0 && !this.isEnded) {
      const next = this.isLate ? undefined : nextTask(waiting, running.size);
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
    if (!this.isEnded) for (const task of waiting) this.recordFailure(task, notReached());
    return this.tasks.flatMap((task) => this.resultOf(task));
  }

  private async perform(task: Task): Promise<void> {
    task.answer = await this.answerTo(task);
    if (task.answer.status >= 400) this.errors += 1;
    const { bulkId, method } = task.operation;
    const id = createdId(task.answer);
    if (bulkId !== undefined && method === 'POST' && id !== undefined) {
      this.references.created(bulkId, id);
    }
    finish(task);
  }

  private async answerTo(task: Task): Promise<Answer> {
    try {
      return await this.serve(task);
    } catch (error) {
      this.recordFailure(task, error);
      return errorAnswer(error, this.context.requestId);
    }
  }

  /** Records a failed operation as the request that it stands for. */
  private recordFailure({ operation: { method, path, data } }: Task, error: unknown): void {
    const [, endpoint = '', resourceId] = PATH.exec(path) ?? [];
    const { resource } = this.context.request;
    const request = {
      // An unknown method is free text from the client, so it is not logged.
      method: METHODS.includes(method) ? method : 'POST',
      resource:
        endpointAt(this.context, endpoint) === undefined
          ? resource
          : resource.replace(/\/Bulk$/, `/${endpoint}`),
      resourceId,
      body: data === undefined ? '' : JSON.stringify(data),
    };
    this.context.failures.record(request, error);
  }

  private async serve(task: Task): Promise<Answer> {
    const { method, bulkId, path, version } = task.operation;
    if (!METHODS.includes(method)) {
      throw operationValue(`"method" must be POST, PUT, PATCH or DELETE, not ${quoted(method)}.`);
    }
    if (method === 'POST' && bulkId === undefined) throw operationValue('A POST needs a "bulkId".');
    const resolvedPath = this.references.resolvePath(path);
    const { now, later } = this.references.resolveData(task);
    task.later = later;
    return this.call(method, resolvedPath, now, version);
  }

  private async call(
    method: string,
    path: string,
    data: Json | undefined,
    version: string | undefined,
  ): Promise<Answer> {
    const { context } = this;
    const [, endpointName = '', id] = PATH.exec(path) ?? [];
    const endpoint = endpointAt(context, endpointName);
    if (endpoint === undefined) throw unknownBulkPath(path);
    // A bulk response contains no resources, so that members need not be read for it.
    const headers = new Map([['prefer', 'return=minimal']]);
    if (version !== undefined) headers.set('if-match', version);
    return serveResourceEndpoint(endpoint)({
      ...context,
      table: context.table.forRequest(context.deadline),
      request: {
        ...context.request,
        method,
        resourceId: id,
        parameters: {},
        headers,
        body: data === undefined ? '' : JSON.stringify(data),
      },
    });
  }

  /** Sets the attributes that referred to resources which did not exist yet. */
  private async completeCircles(): Promise<void> {
    for (const task of this.tasks) {
      const { operation, later, answer } = task;
      if (Object.keys(later).length === 0 || answer === undefined || answer.status >= 400) continue;
      const path = `${operation.path.replace(/\/$/, '')}/${createdId(answer) ?? ''}`;
      try {
        const value = this.references.resolve(later);
        const patch = { schemas: [PATCH_OP_URN], Operations: [{ op: 'add', value }] };
        const { headers } = await this.call('PATCH', path, patch, undefined);
        task.answer = { ...answer, ...(headers === undefined ? {} : { headers }) };
      } catch (error) {
        // An operation is all or nothing: delete the resource that lacks its references.
        this.recordFailure(task, error);
        task.answer = errorAnswer(error, this.context.requestId);
        this.errors += 1;
        await this.call('DELETE', path, undefined, undefined).catch(() => undefined);
      }
    }
  }

  /** Whether `failOnErrors` is reached. */
  private get isEnded(): boolean {
    return this.failOnErrors !== undefined && this.errors >= this.failOnErrors;
  }

  private get isLate(): boolean {
    return Date.now() > this.context.deadline - RESERVED_MS;
  }

  /**
   * Returns the status that the operation would have as a request of its own. Operations run
   * without a body in their answers, which turns 200 into 204.
   */
  private directStatus(method: string, status: number): number {
    const hasBody = method === 'PUT' || this.context.profile.patchAnswer === 'resource';
    return status === 204 && method !== 'DELETE' && hasBody ? 200 : status;
  }

  /** Returns the URL of an operation's resource, if its path names one. */
  private locationOf(path: string): string | undefined {
    const resolved = this.references.pathWithIds(path);
    if (resolved === undefined || PATH.exec(resolved)?.[2] === undefined) return undefined;
    return `${this.context.request.baseUrl}${resolved}`;
  }

  /**
   * Returns an operation's result (RFC 7644 section 3.7.3); none if `failOnErrors` prevented it.
   */
  private resultOf({ operation, answer }: Task): readonly JsonObject[] {
    const { method, bulkId, path } = operation;
    if (answer === undefined && this.isEnded) return [];
    const { status, headers = {}, body } = answer ?? bodyOf(notReached());
    const location = headers['Location'] ?? this.locationOf(path);
    return [
      {
        method: shortened(method),
        ...(bulkId === undefined ? {} : { bulkId }),
        ...(location === undefined ? {} : { location }),
        ...(headers['ETag'] === undefined ? {} : { version: headers['ETag'] }),
        status: String(this.directStatus(method, status)),
        ...(status >= 400 && body !== undefined ? { response: parseJson(body) } : {}),
      },
    ];
  }
}

/** `/Users` or `/Users/…`, with an optional trailing slash. */
const PATH = /^\/(\w+)(?:\/([^/?#.][^/?#]*))?\/?$/;

function bodyOf(error: ScimError): Answer {
  return jsonAnswer(error.status, errorBody(error));
}

/** Returns the id of a resource that was just created, from its Location. */
function createdId({ status, headers }: Answer): string | undefined {
  return status === 201 ? headers?.['Location']?.split('/').at(-1) : undefined;
}
