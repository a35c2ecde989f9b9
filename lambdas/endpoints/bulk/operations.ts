import type { BulkOperation, BulkRequest } from '../../../scim/bulk/request';
import { operationValue } from '../../../scim/errors/patch-errors';
import { notReached } from '../../../scim/errors/resource-errors';
import { ERROR_URN, quoted, shortened, type ScimError } from '../../../scim/errors/scim-error';
import { asText, parseJson, type JsonObject } from '../../../scim/json';
import { PATCH_OP_URN } from '../../../scim/patch/request';
import { jsonAnswer, type Answer } from '../../http/answer';
import { errorAnswer, errorBody } from '../../http/error-answer';
import type { RequestContext } from '../../http/request-context';
import { call, endpointAt, endpointOf, PATH, requestOf, uniqueAttributesAt } from './call';
import { addDependencies, finish, nextTask, type BulkTask } from './order';
import { BulkReferences } from './references';
import { performOnce } from '../repeated-operation';

/** Operations that run in parallel. */
const WIDTH = 8;

/** The methods of operations (RFC 7644 section 3.7). */
const METHODS: readonly string[] = ['POST', 'PUT', 'PATCH', 'DELETE'];

/** Time reserved for running operations: with less left, no further operation is started. */
const RESERVED_MS = 5000;

/** How the operations of a request are performed after its answer. */
export interface LaterBulk {
  /** Results that an earlier worker has recorded, by index. */
  readonly earlier: ReadonlyMap<number, JsonObject>;
  /** Whether an earlier worker may have performed operations without recording their results. */
  readonly isRepeated: boolean;
  /** Returns the context of an operation, which names its own transaction. */
  readonly contextOf: (context: RequestContext, index: number) => RequestContext;
  /** Records the result of an operation, unless there is one. */
  readonly record: (index: number, operation: BulkOperation, result: JsonObject) => Promise<void>;
}

/** An operation together with its result. */
interface Task extends BulkTask {
  readonly index: number;
  /** Attributes to set once the cycle of references that they belong to is complete. */
  later: JsonObject;
  answer: Answer | undefined;
}

/** The operations of a bulk request, in an order that keeps their dependencies. */
export class BulkOperations {
  private readonly tasks: readonly Task[];
  private readonly references: BulkReferences;
  private readonly failOnErrors: number | undefined;
  private errors = 0;
  /** Whether all operations were performed, or may not be any more. */
  isComplete = true;

  /** @param later undefined for operations that are performed before the answer */
  constructor(
    private readonly context: RequestContext,
    { operations, failOnErrors }: BulkRequest,
    private readonly later?: LaterBulk,
  ) {
    this.failOnErrors = failOnErrors;
    this.tasks = operations.map((operation, index) => ({
      index,
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
    const waiting = new Set(this.tasks.filter((task) => !this.wasPerformed(task)));
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
    this.isComplete = waiting.size === 0 || this.isEnded;
    // Another worker performs the rest, and completes the circles.
    if (this.later !== undefined && !this.isComplete) return [];
    await this.completeCircles();
    if (this.later !== undefined) {
      await this.endLater(this.later, waiting);
      return [];
    }
    if (!this.isEnded) for (const task of waiting) this.recordFailure(task, notReached());
    return this.tasks.flatMap((task) => this.resultOf(task));
  }

  /** Returns whether an earlier worker has recorded the result of an operation. */
  private wasPerformed(task: Task): boolean {
    const result = this.later?.earlier.get(task.index);
    if (result === undefined) return false;
    const { bulkId } = task.operation;
    const [status, location] = [Number(result['status']), asText(result['location'])];
    if (status >= 400) this.errors += 1;
    if (bulkId !== undefined && status === 201) {
      this.references.created(bulkId, location.split('/').at(-1) ?? '');
    }
    finish(task);
    return true;
  }

  /** Records the results that are known only now: `failOnErrors` prevented what waits. */
  private async endLater(later: LaterBulk, waiting: ReadonlySet<Task>): Promise<void> {
    for (const task of this.tasks) {
      if (Object.keys(task.later).length > 0) await this.recordResult(task);
    }
    for (const { index, operation } of waiting) {
      await later.record(index, operation, notPerformed(operation));
    }
  }

  private async recordResult(task: Task): Promise<void> {
    const { index, operation } = task;
    for (const result of this.resultOf(task)) await this.later?.record(index, operation, result);
  }

  private async perform(task: Task): Promise<void> {
    task.answer = await this.answerTo(task);
    if (task.answer.status >= 400) this.errors += 1;
    const { bulkId, method } = task.operation;
    const id = createdId(task.answer);
    if (bulkId !== undefined && method === 'POST' && id !== undefined) {
      this.references.created(bulkId, id);
    }
    // An operation of a circle is complete when the circle is.
    if (Object.keys(task.later).length === 0) await this.recordResult(task);
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
    const { now, later } = this.references.resolveData(task, this.later?.isRepeated === true);
    task.later = later;
    const request = { method, path: resolvedPath, data: now, version };
    const context = this.contextOf(task);
    return this.later?.isRepeated === true
      ? performOnce(requestOf(context, request), endpointOf(context, resolvedPath))
      : call(context, request);
  }

  /** Returns the context of an operation: that of the request, or of its own transaction. */
  private contextOf({ index }: Task): RequestContext {
    return this.later?.contextOf(this.context, index) ?? this.context;
  }

  /** Sets the attributes that referred to resources which did not exist yet. */
  private async completeCircles(): Promise<void> {
    for (const task of this.tasks) {
      const { operation, later, answer } = task;
      if (Object.keys(later).length === 0 || answer === undefined || answer.status >= 400) continue;
      const path = `${operation.path.replace(/\/$/, '')}/${createdId(answer) ?? ''}`;
      const context = this.contextOf(task);
      try {
        const value = this.references.resolve(later);
        const patch = { schemas: [PATCH_OP_URN], Operations: [{ op: 'add', value }] };
        const { headers } = await call(context, { method: 'PATCH', path, data: patch });
        task.answer = { ...answer, ...(headers === undefined ? {} : { headers }) };
      } catch (error) {
        // An operation is all or nothing: delete the resource that lacks its references.
        this.recordFailure(task, error);
        task.answer = errorAnswer(error, this.context.requestId);
        this.errors += 1;
        await call(context, { method: 'DELETE', path }).catch(() => undefined);
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

/** Returns the result of an operation that `failOnErrors` prevented. */
function notPerformed({ method, bulkId }: BulkOperation): JsonObject {
  const status = '424';
  const detail = 'The operation was not performed: failOnErrors was reached before.';
  return {
    method: shortened(method),
    ...(bulkId === undefined ? {} : { bulkId }),
    status,
    response: { schemas: [ERROR_URN], status, detail },
  };
}

function bodyOf(error: ScimError): Answer {
  return jsonAnswer(error.status, errorBody(error));
}

/** Returns the id of a resource that was just created, from its Location. */
function createdId({ status, headers }: Answer): string | undefined {
  return status === 201 ? headers?.['Location']?.split('/').at(-1) : undefined;
}
