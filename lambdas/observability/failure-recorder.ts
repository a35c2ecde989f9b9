import type { Connection } from '../../directory/connections/connection';
import { failureWrite, successWrite, type FailureEntry } from '../../directory/log/failure-entry';
import { isResourceId, resourceKey } from '../../directory/store/keys';
import { newEntryTime } from '../../directory/log/entry-time';
import { namesIn, type Names } from '../../directory/resources/names';
import { fromItem } from '../../directory/resources/resource-item';
import { unlessBusy } from '../../directory/store/retries';
import type { Table } from '../../directory/store/table';
import { causeOf, type Cause } from '../../idp/explanations/causes';
import { ScimError, type ScimType } from '../../scim/errors/scim-error';
import { resourceTypesWith } from '../../scim/schema/resource-type';
import { failureKind } from './metrics';
import { FailureLimits } from './failure-limits';
import { namesInBody, subjectOf } from './failure-subject';
import { logFailure } from './log';
import type { ScimRequest } from '../http/scim-request';

/** Each environment of a function has its own. */
const limits = new FailureLimits();

/** Whose request failed. */
export interface FailedCaller {
  readonly connection: Connection;
  /** Id of its token. */
  readonly token: string;
}

/** What of a request is of interest when it fails. */
export type FailedRequest = Pick<ScimRequest, 'method' | 'resource' | 'resourceId' | 'body'>;

/** What is known of the invocation. */
export interface FailureContext {
  /** Opens the table for what little is to be read and written when the request is over: it never makes it wait for long. */
  readonly open: () => Table;
  readonly requestId: string;
  /** When the request came, in milliseconds since the epoch. */
  readonly begun: number;
  /** Days for which entries are kept. */
  readonly logDays: number;
}

/** What went wrong, in the terms of the log. */
interface Failure {
  readonly status: number;
  readonly scimType: ScimType | undefined;
  readonly cause: Cause;
  /** As it was answered. */
  readonly message: string;
}

/**
 * What failed of a request, for the connection's provisioning log: itself, or operations of it. It is written down before the answer leaves, at most so many of one cause in a
 * minute. What cannot be written is in the function's log, and the request does not notice.
 */
export class Failures {
  private readonly noted = new Map<string, readonly [FailedRequest, Failure]>();

  constructor(
    private readonly caller: FailedCaller,
    private readonly context: FailureContext,
  ) {}

  /** Notes what a request, or an operation of one, was refused with. */
  note(request: FailedRequest, error: unknown): void {
    const { status, scimType, message } = error instanceof ScimError ? error : new ScimError(500, '');
    if (failureKind(request.method, status) === undefined) return;
    const cause = causeOf({ status, scimType, detail: message, resourceType: typeOf(request.resource) });
    this.add(request, { status, scimType, cause, message });
  }

  /** Notes members that are not there and were passed over: the request went well without them. @param count of them */
  notePassedOver(request: FailedRequest, count: number): void {
    const message =
      count === 1
        ? 'a member that is not there was passed over'
        : `${count} members that are not there were passed over`;
    this.add(request, { status: 200, scimType: undefined, cause: 'unknownMember', message });
  }

  private add(request: FailedRequest, failure: Failure): void {
    // A request that is tried again, because another change came first, fails in the same way.
    const { method, resource, resourceId, body } = request;
    this.noted.set(JSON.stringify([method, resource, resourceId, body, failure.cause]), [request, failure]);
  }

  /**
   * Writes down what was noted.
   * @param method of the request, when it went well
   */
  async write(method?: string): Promise<void> {
    if (this.noted.size === 0 && method !== undefined) await this.writeSuccess(method);
    await Promise.all([...this.noted.values()].map(([request, failure]) => this.writeOne(request, failure)));
  }

  /** That failures are over of which somebody was told; otherwise what goes well is not written down. */
  private async writeSuccess(method: string): Promise<void> {
    const { id, failing } = this.caller.connection;
    if (failing === undefined || (failing === 'change' && (method === 'GET' || method === 'HEAD'))) return;
    if (limits.take(id, 'success') === undefined) return;
    try {
      await unlessBusy(() => this.context.open().write([successWrite(id)]));
    } catch (problem) {
      logFailure(problem, this.context.requestId);
    }
  }

  private async writeOne(request: FailedRequest, { status, scimType, cause, message }: Failure): Promise<void> {
    const { connection, token } = this.caller;
    const { requestId, begun, logDays } = this.context;
    const table = this.context.open();
    const subject = subjectOf(message, resourceTypesWith(connection.schemas), request.body);
    const { attribute, expectation, received } = subject;
    const count = limits.take(connection.id, `${cause} ${attribute ?? ''}`);
    if (count === undefined) return;
    try {
      const isWritten = await unlessBusy(async () => {
        const { resourceId } = request;
        const entry: FailureEntry = {
          ...newEntryTime(),
          connection: connection.id,
          requestId,
          token,
          method: request.method,
          route: request.resource,
          status,
          cause,
          latency: Date.now() - begun,
          count,
          ...present({
            scimType,
            attribute,
            received,
            detail: status < 400 ? message : expectation,
            ...(await namesOf(table, connection.id, request)),
          }),
          ...(resourceId !== undefined && isResourceId(resourceId) ? { resourceId } : {}),
        };
        await table.write([failureWrite(entry, logDays)]);
        return true;
      });
      if (isWritten !== true) throw new Error(`The failure (${cause}) could not be written down in time.`);
    } catch (problem) {
      logFailure(problem, requestId);
    }
  }
}

/** Whom it is about: the body says it when somebody is created, and the directory when somebody is changed. */
async function namesOf(
  table: Table,
  connection: string,
  { resource, resourceId, body }: FailedRequest,
): Promise<Names> {
  const named = namesInBody(body);
  const type = typeOf(resource);
  if (named.name !== undefined || type === undefined || resourceId === undefined || !isResourceId(resourceId))
    return named;
  const item = await table.get(resourceKey(connection, type, resourceId));
  return item === undefined ? named : namesIn(fromItem(item).attributes);
}

function typeOf(route: string): 'User' | 'Group' | undefined {
  if (/\/Users\b/.test(route)) return 'User';
  return /\/Groups\b/.test(route) ? 'Group' : undefined;
}

/** Members that have a value. */
function present(members: Readonly<Record<string, string | undefined>>): Readonly<Record<string, string>> {
  return Object.fromEntries(
    Object.entries(members).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])),
  );
}
