import { Agent, request } from 'node:http';
import type { Subject } from './processes';

const agent = new Agent({ keepAlive: true, maxSockets: 64 });

export const USER = 'urn:ietf:params:scim:schemas:core:2.0:User';
const GROUP = 'urn:ietf:params:scim:schemas:core:2.0:Group';
const PATCH_OP = 'urn:ietf:params:scim:api:messages:2.0:PatchOp';

/** Where requests are sent to. */
export type Target = Pick<Subject, 'baseUrl' | 'token'>;

/** Sends a request and returns the body of its response. @throws Error unless the status is 2xx */
export function send(
  { baseUrl, token }: Target,
  method: string,
  path: string,
  body?: object,
): Promise<string> {
  const text = body === undefined ? undefined : JSON.stringify(body);
  const headers = {
    Authorization: `Bearer ${token}`,
    ...(text === undefined
      ? {}
      : { 'Content-Type': 'application/scim+json', 'Content-Length': Buffer.byteLength(text) }),
  };
  return new Promise((resolve, reject) => {
    const outgoing = request(`${baseUrl}${path}`, { method, headers, agent }, (answer) => {
      const parts: Buffer[] = [];
      answer.on('data', (part: Buffer) => parts.push(part));
      answer.on('end', () => {
        const answered = Buffer.concat(parts).toString('utf8');
        const status = answer.statusCode ?? 0;
        if (status >= 200 && status < 300) resolve(answered);
        else reject(new Error(`${method} ${path}: ${status} ${answered.slice(0, 200)}`));
      });
    });
    outgoing.on('error', reject);
    outgoing.end(text);
  });
}

/** Returns the body of a POST of a user. */
export function userBody(userName: string): object {
  const emails = [{ value: userName, type: 'work', primary: true }];
  const name = { givenName: 'User', familyName: userName };
  return { schemas: [USER], active: true, userName, displayName: userName, name, emails };
}

/** Most frequent requests of identity providers, in a form that all servers here support. */
export const requests = {
  async createUser(subject: Target, userName: string, externalId?: string): Promise<string> {
    return idOf(await send(subject, 'POST', '/Users', { ...userBody(userName), externalId }));
  },
  getUser: (subject: Target, id: string) => send(subject, 'GET', `/Users/${id}`),
  findUser: (subject: Target, userName: string) =>
    send(subject, 'GET', `/Users?filter=${encodeURIComponent(`userName eq "${userName}"`)}`),
  setActive: (subject: Target, id: string, active: boolean) =>
    patch(subject, `/Users/${id}`, { op: 'replace', path: 'active', value: active }),
  async createGroup(subject: Target, displayName: string): Promise<string> {
    return idOf(await send(subject, 'POST', '/Groups', { schemas: [GROUP], displayName }));
  },
  addMember: (subject: Target, group: string, id: string) =>
    patch(subject, `/Groups/${group}`, { op: 'add', path: 'members', value: [{ value: id }] }),
  removeMember: (subject: Target, group: string, id: string) =>
    patch(subject, `/Groups/${group}`, { op: 'remove', path: `members[value eq "${id}"]` }),
};

function patch(subject: Target, path: string, operation: object): Promise<string> {
  return send(subject, 'PATCH', path, { schemas: [PATCH_OP], Operations: [operation] });
}

function idOf(text: string): string {
  return (JSON.parse(text) as { id: string }).id;
}
