import { connectionPath } from './connection-path';
import { Http, type ScimClientOptions } from './http';
import type {
  Candidate,
  Conflict,
  ConnectionSummary,
  Group,
  Member,
  PublishedResource,
  PublishProblem,
  PublishResult,
  ScimEvent,
  StoredCustomResource,
  User,
} from './types';

/** Filters of `users`. */
export interface UserFilter {
  readonly active?: boolean;
  /** RFC 3339: users that have changed since then. */
  readonly updatedSince?: string;
  /** Whether to list deleted users that are retained, instead of the others. */
  readonly deleted?: boolean;
}

/** Filters of `events`. */
export interface EventFilter {
  /** `nextCursor` of an earlier page, or `latest`. @default - the oldest event */
  readonly after?: string | undefined;
  readonly types?: readonly ScimEvent['type'][];
  /** Id of a connection. @default - all connections */
  readonly connection?: string;
}

/** A page of events. */
export interface EventPage {
  readonly events: readonly ScimEvent[];
  /** Store it when the events are processed, and continue with it. */
  readonly nextCursor: string;
}

/** A client of the application API. */
export class ScimClient {
  private readonly http: Http;

  constructor(options: ScimClientOptions) {
    this.http = new Http(options);
  }

  /** Yields all connections. */
  connections(): AsyncGenerator<ConnectionSummary, void> {
    return this.http.list<ConnectionSummary>('/connections', 'connections');
  }

  /** Yields the users of a connection, in order of creation. */
  users(connection: string, filter: UserFilter = {}): AsyncGenerator<User, void> {
    return this.http.list<User>(`${connectionPath(connection)}/users`, 'users', {
      ...filter,
    });
  }

  /** Returns a user, also one that was deleted and is retained; undefined if there is none. */
  async user(connection: string, id: string): Promise<User | undefined> {
    const path = `${connectionPath(connection)}/users/${encodeURIComponent(id)}`;
    return (await this.http.call('GET', path, { isOptional: true })) as User | undefined;
  }

  /** Yields the groups of a connection, in order of creation. */
  groups(connection: string): AsyncGenerator<Group, void> {
    return this.http.list<Group>(`${connectionPath(connection)}/groups`, 'groups');
  }

  /** Returns a group; undefined if there is none. */
  async group(connection: string, id: string): Promise<Group | undefined> {
    const path = `${connectionPath(connection)}/groups/${encodeURIComponent(id)}`;
    return (await this.http.call('GET', path, { isOptional: true })) as Group | undefined;
  }

  /** Yields the members of a group. */
  members(connection: string, groupId: string): AsyncGenerator<Member, void> {
    const path = `${connectionPath(connection)}/groups/${encodeURIComponent(groupId)}/members`;
    return this.http.list<Member>(path, 'members');
  }

  /**
   * Yields pages of events until the end of the log. Process a page, then store its `nextCursor`.
   * @throws ExpiredCursorError if `after` is no longer valid
   */
  async *eventPages({ after, types, connection }: EventFilter = {}): AsyncGenerator<
    EventPage,
    void
  > {
    let cursor = after;
    for (;;) {
      const query = { after: cursor, types: types?.join(','), connection, limit: 500 };
      const page = (await this.http.call('GET', '/events', { query })) as EventPage;
      // Also a page without events: its cursor can be later, and events that match can follow.
      yield page;
      if (page.nextCursor === cursor || cursor === 'latest') return;
      cursor = page.nextCursor;
    }
  }

  /**
   * Yields events until the end of the log.
   * @throws ExpiredCursorError if `after` is no longer valid
   */
  async *events(filter: EventFilter = {}): AsyncGenerator<ScimEvent, void> {
    for await (const { events } of this.eventPages(filter)) yield* events;
  }

  /** Repeats the present state of a connection as events, and then `connection.sync_completed`. */
  async resync(connection: string): Promise<{ readonly id: string; readonly startedAt: string }> {
    const answer = await this.http.call('POST', `${connectionPath(connection)}/resync`);
    return answer as { readonly id: string; readonly startedAt: string };
  }

  /** Yields the resources of a custom type, in order of creation. @param type its name */
  resources(connection: string, type: string): AsyncGenerator<StoredCustomResource, void> {
    return this.http.list<StoredCustomResource>(resourcePath(connection, type), 'resources');
  }

  /** Returns a resource of a custom type; undefined if there is none. */
  async resource(
    connection: string,
    type: string,
    id: string,
  ): Promise<StoredCustomResource | undefined> {
    const path = resourcePath(connection, type, id);
    const answer = await this.http.call('GET', path, { isOptional: true });
    return answer as StoredCustomResource | undefined;
  }

  /**
   * Publishes resources of a custom type that the application manages: new ones are created, and
   * those that differ are replaced. Resources that are not in the list stay.
   * @returns what was done, and the resources that were refused, by their place in the list
   */
  async publish(
    connection: string,
    type: string,
    resources: readonly PublishedResource[],
  ): Promise<PublishResult> {
    const total = { created: 0, updated: 0, unchanged: 0 };
    const problems: PublishProblem[] = [];
    for (let start = 0; start < resources.length; start += 500) {
      const body = { resources: resources.slice(start, start + 500) };
      const path = resourcePath(connection, type);
      const result = (await this.http.call('PUT', path, { body })) as PublishResult;
      total.created += result.created;
      total.updated += result.updated;
      total.unchanged += result.unchanged;
      problems.push(
        ...result.problems.map((problem) => ({ ...problem, index: problem.index + start })),
      );
    }
    return { ...total, problems };
  }

  /** Removes a published resource, if it exists. */
  async unpublish(connection: string, type: string, id: string): Promise<void> {
    await this.http.call('DELETE', resourcePath(connection, type, id), { isOptional: true });
  }

  /** Registers users that the application has already, for adoption. */
  async putCandidates(connection: string, candidates: readonly Candidate[]): Promise<void> {
    for (let start = 0; start < candidates.length; start += 500) {
      const body = { candidates: candidates.slice(start, start + 500) };
      await this.http.call('PUT', `${connectionPath(connection)}/candidates`, {
        body,
      });
    }
  }

  /** Removes a candidate, if it exists. */
  async deleteCandidate(connection: string, applicationId: string): Promise<void> {
    const path = `${connectionPath(connection)}/candidates/${encodeURIComponent(applicationId)}`;
    await this.http.call('DELETE', path, { isOptional: true });
  }

  /** Returns the users that could not be created because several candidates match. */
  async conflicts(connection: string): Promise<readonly Conflict[]> {
    const answer = await this.http.call('GET', `${connectionPath(connection)}/conflicts`);
    return (answer as { readonly conflicts: readonly Conflict[] }).conflicts;
  }
}

function resourcePath(connection: string, type: string, id?: string): string {
  const path = `${connectionPath(connection)}/resources/${encodeURIComponent(type)}`;
  return id === undefined ? path : `${path}/${encodeURIComponent(id)}`;
}
