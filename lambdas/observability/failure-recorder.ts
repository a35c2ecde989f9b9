import type { Connection } from '../../directory/connections/connection';
import { newEntryTime } from '../../directory/log/entry-item';
import {
  failureEntryWrite,
  successWrite,
  type FailureEntry,
} from '../../directory/log/failure-entry';
import { logIgnored, type IgnoredEntry } from '../../directory/log/ignored-entry';
import { namesIn, type Names } from '../../directory/resources/display-names';
import { resourceFromItem } from '../../directory/resources/resource-item';
import { resourceKey } from '../../directory/store/keys';
import { isResourceId } from '../../directory/store/resource-ids';
import { unlessBusy } from '../../directory/store/retries';
import type { Table } from '../../directory/store/table';
import { internalError } from '../../scim/errors/resource-errors';
import { ScimError, type ErrorCode, type ScimType } from '../../scim/errors/scim-error';
import { parseJson, type Json } from '../../scim/json';
import { servedTypes } from '../../scim/schema/custom-type';
import { GROUP, USER, type ResourceTypeName } from '../../scim/schema/resource-type';
import { failureKind } from './failure-kind';
import { FailureLimits } from './failure-limits';
import { logFailure } from './log';
import { RecentKeys } from './recent-keys';

/** Ignored attributes of one request, or of all operations of a bulk request, that are logged. */
const IGNORED = 20;

/** Shared by all requests of a function instance. */
const limits = new FailureLimits();
const ignoredToday = new RecentKeys();

/** A caller that presented a token of the connection, perhaps one that has ended. */
export interface IdentifiedCaller {
  readonly connection: Connection;
  /** Id of the token. */
  readonly token: string;
}

/** The part of a request that the log needs. */
export interface LoggedRequest {
  readonly method: string;
  /** The route with API Gateway's placeholders. */
  readonly resource: string;
  readonly resourceId: string | undefined;
  readonly body: string;
}

/** The invocation that a recorder works for. */
export interface RecordingContext {
  /** Opens the table with a short deadline: the log must not delay an answer for long. */
  readonly openTable: () => Table;
  readonly requestId: string;
  /** When the request arrived, in milliseconds since the epoch. */
  readonly begun: number;
  /** Days that entries are kept. */
  readonly logDays: number;
}

/** A failure, reduced to what the log may show. */
interface Failure {
  readonly status: number;
  readonly code: ErrorCode | 'clientRefused';
  readonly scimType?: ScimType | undefined;
  readonly attribute?: string | undefined;
  readonly detail?: string | undefined;
  readonly received?: string | undefined;
}

/**
 * Collects the failures of one request, its own and those of its bulk operations, and writes them
 * to the provisioning log before the answer is sent. If that fails, the function's log shows it and
 * the request is not affected.
 */
export class FailureRecorder {
  private readonly recorded = new Map<string, readonly [LoggedRequest, Failure]>();
  private readonly ignored = new Map<string, readonly [LoggedRequest, IgnoredPart]>();

  constructor(
    private readonly caller: IdentifiedCaller,
    private readonly context: RecordingContext,
  ) {}

  /** Records the error of a request or of one of its operations. */
  record(request: LoggedRequest, error: unknown): void {
    const { status, code, scimType, attribute, expected, received, filter } =
      error instanceof ScimError ? error : internalError(error);
    if (failureKind(request.method, status) === undefined) return;
    const searched = filter === undefined ? undefined : `the filter was ${filter}`;
    const detail = expected === undefined ? searched : `${attribute ?? ''} must be ${expected}`;
    this.add(request, { status, code, scimType, attribute, detail, received });
  }

  /** Records that the token endpoint refused a client of the connection. @param detail why */
  recordRefusedClient(request: LoggedRequest, status: number, detail: string): void {
    this.add(request, { status, code: 'clientRefused', detail });
  }

  /** Records unknown members that were skipped; everything else in the request was done. */
  recordSkippedMembers(request: LoggedRequest, count: number): void {
    const detail =
      count === 1 ? '1 unknown member was skipped' : `${count} unknown members were skipped`;
    this.add(request, { status: 200, code: 'unknownMember', detail });
  }

  /** Records attributes that the resource type does not have; the rest of the request was done. */
  recordIgnored(request: LoggedRequest, attributes: readonly string[]): void {
    for (const attribute of attributes) {
      if (this.ignored.size >= IGNORED) return;
      this.ignored.set(`${request.resource} ${attribute}`, [request, { attribute }]);
    }
  }

  /** Records that a user gets a role or entitlement that no catalog has, and keeps it. */
  recordUnknownAssignment(request: LoggedRequest, attribute: string): void {
    const part = { attribute, cause: 'notInCatalog' } as const;
    this.ignored.set(`${request.resource} ${attribute}`, [request, part]);
  }

  private add(request: LoggedRequest, failure: Failure): void {
    const { method, resource, resourceId, body } = request;
    // A change that is retried because of contention fails the same way each time.
    const key = JSON.stringify([method, resource, resourceId, body, failure.code]);
    this.recorded.set(key, [request, failure]);
  }

  /**
   * Writes the entries.
   * @param succeeded method of the request, if it succeeded
   */
  async write(succeeded?: string): Promise<void> {
    if (this.recorded.size === 0 && succeeded !== undefined) await this.writeSuccess(succeeded);
    const ignored = succeeded === undefined ? [] : [...this.ignored.values()];
    await Promise.all([
      ...[...this.recorded.values()].map(([request, failure]) => this.writeOne(request, failure)),
      ...ignored.map(([request, part]) => this.writeIgnored(request, part)),
    ]);
  }

  private async writeIgnored(
    { method, resource }: LoggedRequest,
    { attribute, cause }: IgnoredPart,
  ): Promise<void> {
    const { connection, token } = this.caller;
    const { requestId, logDays } = this.context;
    const entryTime = newEntryTime();
    const key = `${connection.id} ${entryTime.at.slice(0, 10)} ${resource} ${attribute}`;
    if (!ignoredToday.add(key)) return;
    const entry = {
      ...entryTime,
      connection: connection.id,
      requestId,
      token,
      method,
      ...(cause === undefined ? {} : { cause }),
    };
    try {
      await unlessBusy(() =>
        logIgnored(this.context.openTable(), { ...entry, route: resource, attribute }, logDays),
      );
    } catch (error) {
      logFailure(error, requestId);
    }
  }

  /** Logs a success only while recipients believe that requests fail: it may be the recovery. */
  private async writeSuccess(method: string): Promise<void> {
    const { id, failing } = this.caller.connection;
    const isRead = method === 'GET' || method === 'HEAD';
    if (failing === undefined || (failing === 'change' && isRead)) return;
    if (limits.take(id, 'success') === undefined) return;
    try {
      await unlessBusy(() => this.context.openTable().write([successWrite(id)]));
    } catch (error) {
      logFailure(error, this.context.requestId);
    }
  }

  private async writeOne(request: LoggedRequest, failure: Failure): Promise<void> {
    const { connection, token } = this.caller;
    const { requestId, begun, logDays } = this.context;
    const { status, code, scimType, attribute, detail, received } = failure;
    const count = limits.take(connection.id, `${code} ${attribute ?? ''}`);
    if (count === undefined) return;
    const table = this.context.openTable();
    const { resourceId } = request;
    try {
      const isWritten = await unlessBusy(async () => {
        const entry: FailureEntry = {
          ...newEntryTime(),
          connection: connection.id,
          requestId,
          token,
          method: request.method,
          route: request.resource,
          status,
          cause: code,
          latency: Date.now() - begun,
          count,
          ...present({ actsAs: connection.actsAs, scimType, attribute, received, detail }),
          ...present({ ...(await namesOf(table, connection, request)) }),
          ...(resourceId !== undefined && UUID.test(resourceId) ? { resourceId } : {}),
        };
        await table.write([failureEntryWrite(entry, logDays)]);
        return true;
      });
      if (isWritten !== true) throw new Error(`There was no time to log the failure (${code}).`);
    } catch (error) {
      logFailure(error, requestId);
    }
  }
}

/** An attribute that is logged once a day, and why, if it is not an unknown one. */
type IgnoredPart = Pick<IgnoredEntry, 'attribute' | 'cause'>;

/** A UUID, which names nobody. Other text in the place of an id may be a name. */
const UUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** Returns the names of the resource concerned: from the body, else from the directory. */
async function namesOf(
  table: Table,
  connection: Connection,
  { resource, resourceId, body }: LoggedRequest,
): Promise<Names> {
  const named = namesIn(parsed(body));
  const type = typeOf(connection, resource);
  if (named.name !== undefined || type === undefined) return named;
  if (resourceId === undefined || !isResourceId(resourceId)) return named;
  const item = await table.get(resourceKey(connection.id, type, resourceId));
  return item === undefined ? named : namesIn(resourceFromItem(item).attributes);
}

/** Returns the type of the resources at a route such as `…/Users/{id}`. */
function typeOf(connection: Connection, route: string): ResourceTypeName | undefined {
  return [USER, GROUP, ...servedTypes(connection)].find(({ endpoint }) =>
    `${route}/`.includes(`${endpoint}/`),
  )?.name;
}

function parsed(body: string): Json | undefined {
  try {
    return body === '' ? undefined : parseJson(body);
  } catch {
    return undefined;
  }
}

/** Returns the members that have a value. */
function present(
  members: Readonly<Record<string, string | undefined>>,
): Readonly<Record<string, string>> {
  return Object.fromEntries(
    Object.entries(members).flatMap(([name, value]) =>
      value === undefined ? [] : [[name, value]],
    ),
  );
}
