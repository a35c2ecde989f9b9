import { randomUUID } from 'node:crypto';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import { text } from 'node:stream/consumers';
import { close, listen } from './loopback-server';

/* A small SCIM server of somebody else, with one fault at a time. */

/** The faults that it can have. */
export const FAULTS = [
  'everything is refused',
  'any token is accepted',
  'a wrong path',
  'a sign-in page',
  'application/json',
  'an empty search is 404',
  'numbers as text',
  'errors as plain text',
  'slow',
  'no /Schemas',
  'no /ServiceProviderConfig',
  'patch.supported is false',
  'unknown schemas are refused',
  'the creation answers only the id',
  'the creation answers nothing',
  'title is lost',
  'filters are ignored',
  'names with capitals',
  'duplicates are accepted',
  'changes are refused',
  'changes are lost',
  'text booleans are true',
  'inactive users are hidden',
  'active is a text',
  'users cannot come back',
  'deletions are refused',
  'deleted users stay',
  'groups are refused',
  'members are not added',
  'removing one member removes all',
  'members cannot be excluded',
  'startIndex is ignored',
  'count is ignored',
] as const;
export type Fault = (typeof FAULTS)[number];

type Resource = Record<string, unknown> & { id: string };

/** An answer of the server. */
interface Answer {
  readonly status: number;
  readonly body?: unknown;
  readonly type?: string;
}

const LIST = 'urn:ietf:params:scim:api:messages:2.0:ListResponse';
const ERROR = 'urn:ietf:params:scim:api:messages:2.0:Error';
const USER = 'urn:ietf:params:scim:schemas:core:2.0:User';
const GROUP = 'urn:ietf:params:scim:schemas:core:2.0:Group';

/** A SCIM server in memory. */
export class SmallScimServer {
  readonly token = 'the-token';
  private hasWaited = false;
  private readonly resources = {
    Users: new Map<string, Resource>(),
    Groups: new Map<string, Resource>(),
  };

  private constructor(
    readonly url: string,
    private readonly server: Server,
    private readonly fault: Fault | undefined,
  ) {}

  static async start(fault?: Fault): Promise<SmallScimServer> {
    const server = createServer();
    const small = new SmallScimServer(await listen(server), server, fault);
    server.on('request', (request: IncomingMessage, response) => {
      void text(request).then(async (body) => {
        const { status, body: answer, type } = await small.answer(request, body);
        const json = typeof answer === 'string' ? answer : JSON.stringify(answer);
        response.writeHead(status, { 'Content-Type': type ?? small.contentType });
        response.end(answer === undefined ? undefined : json);
      });
    });
    return small;
  }

  stop(): Promise<void> {
    return close(this.server);
  }

  /** The resources that are left. */
  get size(): number {
    return this.resources.Users.size + this.resources.Groups.size;
  }

  private is(fault: Fault): boolean {
    return this.fault === fault;
  }

  private get contentType(): string {
    return this.is('application/json') ? 'application/json' : 'application/scim+json';
  }

  private async answer(request: IncomingMessage, text: string): Promise<Answer> {
    const url = new URL(request.url ?? '/', 'http://localhost');
    const { authorization } = request.headers;
    const hasToken = authorization === `Bearer ${this.token}`;
    if (this.is('everything is refused')) return this.error(401, 'no');
    if (!hasToken && !this.is('any token is accepted')) return this.error(401, 'no');
    if (this.is('a sign-in page')) return { status: 200, body: '<html>', type: 'text/html' };
    if (this.is('a wrong path')) return { status: 404, body: { message: 'Not Found' } };
    if (this.is('slow') && !this.hasWaited) {
      this.hasWaited = true;
      await new Promise((resolve) => setTimeout(resolve, 2500));
    }
    const [, endpoint = '', id] = url.pathname.split('/').map(decodeURIComponent);
    if (endpoint !== 'Users' && endpoint !== 'Groups') return this.discovery(endpoint);
    if (endpoint === 'Groups' && this.is('groups are refused')) return this.error(501, 'no groups');
    const body = (text === '' ? {} : JSON.parse(text)) as Resource;
    const method = request.method ?? 'GET';
    if (id === undefined) {
      return method === 'POST'
        ? this.create(endpoint, body)
        : this.list(endpoint, url.searchParams);
    }
    const found = this.resources[endpoint].get(id);
    if (found === undefined) return this.error(404, 'not found');
    const isHidden = found['active'] === false && this.is('inactive users are hidden');
    if (isHidden && method === 'GET') return this.error(404, 'not found');
    if (method === 'DELETE') return this.delete(endpoint, id);
    if (method === 'GET') return { status: 200, body: this.shown(found, url.searchParams) };
    if (this.is('changes are refused')) return this.error(400, 'no changes');
    if (method === 'PUT') Object.assign(found, body);
    else for (const operation of body['Operations'] as Resource[]) this.apply(found, operation);
    return { status: 200, body: this.shown(found) };
  }

  private error(status: number, detail: string): Answer {
    if (this.is('errors as plain text')) return { status, body: detail, type: 'text/plain' };
    return { status, body: { schemas: [ERROR], status: String(status), detail } };
  }

  private discovery(endpoint: string): Answer {
    if (endpoint === 'ServiceProviderConfig' && !this.is('no /ServiceProviderConfig')) {
      const patch = { supported: !this.is('patch.supported is false') };
      return { status: 200, body: { schemas: [], patch, filter: { supported: true } } };
    }
    if (endpoint === 'Schemas' && !this.is('no /Schemas'))
      return list([{ id: USER }, { id: GROUP }]);
    if (endpoint === 'ResourceTypes') return list([{ name: 'User' }, { name: 'Group' }]);
    return this.error(404, 'not found');
  }

  private create(endpoint: 'Users' | 'Groups', body: Resource): Answer {
    const name = endpoint === 'Users' ? 'userName' : 'displayName';
    const schemas = body['schemas'] as string[];
    const isKnown = schemas.every((each) => each === USER || each === GROUP);
    if (!isKnown && this.is('unknown schemas are refused'))
      return this.error(400, 'unknown schema');
    const same = [...this.resources[endpoint].values()].some((each) => each[name] === body[name]);
    if (same && !this.is('duplicates are accepted')) return this.error(409, 'exists');
    const id = randomUUID();
    const { password: _, ...given } = body;
    if (this.is('title is lost')) delete given['title'];
    const resource = { ...given, id, meta: { resourceType: endpoint.slice(0, -1) } };
    this.resources[endpoint].set(id, resource);
    if (this.is('the creation answers nothing')) return { status: 201 };
    const answer = this.is('the creation answers only the id') ? { id } : this.shown(resource);
    return { status: 201, body: answer };
  }

  private delete(endpoint: 'Users' | 'Groups', id: string): Answer {
    if (this.is('deletions are refused')) return this.error(405, 'no');
    if (!this.is('deleted users stay')) this.resources[endpoint].delete(id);
    return { status: 204 };
  }

  private list(endpoint: 'Users' | 'Groups', query: URLSearchParams): Answer {
    const [, attribute = '', value = ''] =
      /^(\w+) eq "(.*)"$/.exec(query.get('filter') ?? '') ?? [];
    const isSame = (stored: unknown): boolean =>
      this.is('names with capitals')
        ? stored === value
        : String(stored).toLowerCase() === value.toLowerCase();
    const isSearch = attribute !== '' && !this.is('filters are ignored');
    const all = [...this.resources[endpoint].values()]
      .filter((each) => !isSearch || isSame(each[attribute]))
      .filter((each) => each['active'] !== false || !this.is('inactive users are hidden'));
    if (isSearch && all.length === 0 && this.is('an empty search is 404')) {
      return this.error(404, 'not found');
    }
    const start = this.is('startIndex is ignored') ? 1 : Number(query.get('startIndex') ?? 1);
    const count = this.is('count is ignored') ? 100 : Number(query.get('count') ?? 100);
    const page = all.slice(start - 1, start - 1 + count).map((each) => this.shown(each, query));
    const totalResults = this.is('numbers as text') ? String(all.length) : all.length;
    return {
      status: 200,
      body: {
        schemas: [LIST],
        totalResults,
        startIndex: start,
        itemsPerPage: page.length,
        Resources: page,
      },
    };
  }

  private shown(resource: Resource, query = new URLSearchParams()): Resource {
    const excluded = query.get('excludedAttributes');
    const isShown = (name: string): boolean =>
      name !== excluded || this.is('members cannot be excluded');
    const shown = Object.fromEntries(
      Object.entries(resource).filter(([name]) => isShown(name)),
    ) as Resource;
    if (this.is('active is a text') && 'active' in shown) shown['active'] = String(shown['active']);
    return shown;
  }

  private apply(resource: Resource, { op, path, value }: Resource): void {
    if (this.is('changes are lost')) return;
    const member = /^members\[value eq "(.*)"\]$/.exec(String(path))?.[1];
    if (path === 'members' || member !== undefined) {
      this.changeMembers(resource, String(op).toLowerCase(), value, member);
    } else if (path === undefined) {
      for (const [name, each] of Object.entries(value as object)) this.set(resource, name, each);
    } else this.set(resource, String(path), value);
  }

  private changeMembers(
    resource: Resource,
    op: string,
    value: unknown,
    member: string | undefined,
  ): void {
    const members = (resource['members'] ?? []) as { value: string }[];
    const named =
      member === undefined ? (value as { value: string }[]).map((each) => each.value) : [member];
    const others = members.filter((each) => !named.includes(each.value));
    if (op === 'remove') {
      resource['members'] = this.is('removing one member removes all') ? [] : others;
    } else if (!this.is('members are not added')) {
      resource['members'] = [...others, ...named.map((each) => ({ value: each }))];
    }
  }

  private set(resource: Resource, path: string, value: unknown): void {
    if (path === 'active') {
      const isActive = this.is('text booleans are true')
        ? Boolean(value)
        : String(value).toLowerCase() === 'true';
      if (isActive && this.is('users cannot come back')) return;
      resource['active'] = isActive;
    } else if (path === 'name.familyName') {
      resource['name'] = { ...(resource['name'] as object), familyName: value };
    } else if (path.startsWith('emails[')) {
      resource['emails'] = [{ value, type: 'work', primary: true }];
    } else resource[path] = value;
  }
}

function list(resources: readonly object[]): Answer {
  const totalResults = resources.length;
  return { status: 200, body: { schemas: [LIST], totalResults, Resources: resources } };
}
