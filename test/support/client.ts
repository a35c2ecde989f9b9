import { request as httpRequest } from 'node:http';
import { inParallel } from '../../directory/store/batches';
import type { ServerInfo } from './server-process';

/** Returns the server that the tests use: that of jest's setup, or the test file's own. */
export function server(): ServerInfo {
  return JSON.parse(process.env['SCIM_TEST_SERVER'] ?? '{}') as ServerInfo;
}

/** JSON of a response; tests read it without type checks. */
// eslint-disable-next-line @typescript-eslint/no-explicit-any
export type Body = any;

export interface Reply {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly text: string;
  readonly body: Body;
}

/** Sends a request exactly as given; Content-Length is the only header that is added. */
export function send(
  method: string,
  url: string,
  headers: Readonly<Record<string, string>> = {},
  body?: string | Buffer,
): Promise<Reply> {
  const [, origin = '', path = ''] = /^(https?:\/\/[^/]+)(.*)$/.exec(url) ?? [];
  const { hostname, port } = new URL(origin);
  const length = body === undefined ? {} : { 'Content-Length': String(Buffer.byteLength(body)) };
  return new Promise((resolve, reject) => {
    const request = httpRequest(
      {
        hostname,
        port,
        method,
        path: path.replaceAll(' ', '+'),
        headers: { ...headers, ...length },
      },
      (response) => {
        const parts: Buffer[] = [];
        response.on('data', (part: Buffer) => parts.push(part));
        response.on('end', () => {
          const text = Buffer.concat(parts).toString('utf8');
          resolve({
            status: response.statusCode ?? 0,
            headers: response.headers,
            text,
            body: parsed(text),
          });
        });
      },
    );
    request.on('error', reject);
    request.end(body);
  });
}

function parsed(text: string): Body {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** SCIM client with its own connection. */
export class Client {
  private constructor(
    readonly id: string,
    readonly baseUrl: string,
    readonly token: string,
    private readonly headers: Readonly<Record<string, string>>,
  ) {}

  /** Creates a connection through the admin API, and its client. */
  static async connect(
    identityProvider: string,
    settings: Readonly<Record<string, unknown>> = {},
    headers: Readonly<Record<string, string>> = {},
  ): Promise<Client> {
    const reply = await admin('POST', '/connections', {
      displayName: 'Test',
      identityProvider,
      ...settings,
    });
    if (reply.status !== 201) throw new Error(reply.text);
    const { id, scimBaseUrl, token } = reply.body as {
      id: string;
      scimBaseUrl: string;
      token: { value: string };
    };
    return new Client(id, scimBaseUrl, token.value, headers);
  }

  /** Returns a client of an existing connection. */
  static of(
    baseUrl: string,
    token: string,
    headers: Readonly<Record<string, string>> = {},
  ): Client {
    return new Client(baseUrl.split('/').at(-1) ?? '', baseUrl, token, headers);
  }

  call(
    method: string,
    path: string,
    body?: unknown,
    headers: Readonly<Record<string, string>> = {},
  ): Promise<Reply> {
    const type =
      body === undefined ? {} : { 'Content-Type': 'application/scim+json; charset=utf-8' };
    const all = { Authorization: `Bearer ${this.token}`, ...type, ...this.headers, ...headers };
    const text =
      body === undefined ? undefined : typeof body === 'string' ? body : JSON.stringify(body);
    return send(method, `${this.baseUrl}${path}`, all, text);
  }

  get(path: string): Promise<Reply> {
    return this.call('GET', path);
  }

  post(path: string, body: unknown): Promise<Reply> {
    return this.call('POST', path, body);
  }

  put(path: string, body: unknown): Promise<Reply> {
    return this.call('PUT', path, body);
  }

  /** Sends a PATCH with these operations. */
  patch(path: string, ...operations: readonly object[]): Promise<Reply> {
    return this.call('PATCH', path, { schemas: [PATCH_OP], Operations: operations });
  }

  delete(path: string): Promise<Reply> {
    return this.call('DELETE', path);
  }

  /** Returns the resources that match a filter. */
  async search(endpoint: string, filter: string): Promise<Body[]> {
    const reply = await this.get(`${endpoint}?filter=${encodeURIComponent(filter)}`);
    if (reply.status !== 200) throw new Error(reply.text);
    return (reply.body as { Resources: Body[] }).Resources;
  }

  /** Creates a user and returns it. */
  async user(userName: string, attributes: object = {}): Promise<Body> {
    const reply = await this.post('/Users', { schemas: [USER], userName, ...attributes });
    if (reply.status !== 201) throw new Error(reply.text);
    return reply.body;
  }

  /**
   * Creates users, a few at a time: DynamoDB Local stops for seconds when a hundred transactions
   * arrive at once.
   */
  users(
    count: number,
    nameOf: (index: number) => string,
    attributesOf: (index: number) => object = () => ({}),
  ): Promise<readonly Body[]> {
    const indexes = Array.from({ length: count }, (_, index) => index);
    return inParallel(indexes, 16, (index) => this.user(nameOf(index), attributesOf(index)));
  }

  /** Creates a group and returns it. */
  async group(displayName: string, memberIds: readonly string[] = []): Promise<Body> {
    const members = memberIds.map((value) => ({ value }));
    const reply = await this.post('/Groups', { schemas: [GROUP], displayName, members });
    if (reply.status !== 201) throw new Error(reply.text);
    return reply.body;
  }

  /** Returns the ids of a group's members, sorted. */
  async memberIds(groupId: string): Promise<string[]> {
    const { body } = await this.get(`/Groups/${groupId}`);
    return (body as { members: { value: string }[] }).members.map(({ value }) => value).sort();
  }
}

export const PATCH_OP = 'urn:ietf:params:scim:api:messages:2.0:PatchOp';
export const USER = 'urn:ietf:params:scim:schemas:core:2.0:User';
export const GROUP = 'urn:ietf:params:scim:schemas:core:2.0:Group';
export const ENTERPRISE = 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User';
export const ERROR = 'urn:ietf:params:scim:api:messages:2.0:Error';

/** Sends a request to the admin API. */
export function admin(method: string, path: string, body?: unknown): Promise<Reply> {
  const text =
    body === undefined ? undefined : typeof body === 'string' ? body : JSON.stringify(body);
  return send(method, `${server().adminUrl}${path}`, { 'Content-Type': 'application/json' }, text);
}

/** Sends a request to the application API. */
export function app(method: string, path: string, body?: unknown): Promise<Reply> {
  const text = body === undefined ? undefined : JSON.stringify(body);
  return send(method, `${server().appUrl}${path}`, { 'Content-Type': 'application/json' }, text);
}

/** Expects a response with problem details (RFC 9457) and this status. */
export function expectProblem(reply: Reply, status: number): void {
  expect([reply.status, reply.body?.status]).toEqual([status, status]);
  expect(reply.headers['content-type']).toMatch('application/problem+json');
  expect(reply.body.detail.length).toBeGreaterThan(5);
}

/** Expects a SCIM error response (RFC 7644 section 3.12) with this status. */
export function expectError(reply: Reply, status: number, scimType?: string): void {
  expect([reply.status, reply.body?.schemas, reply.body?.status]).toEqual([
    status,
    [ERROR],
    String(status),
  ]);
  expect(reply.body.scimType).toBe(scimType);
  expect(reply.body.detail.length).toBeGreaterThan(10);
  expect(reply.headers['content-type']).toMatch('application/scim+json');
}
