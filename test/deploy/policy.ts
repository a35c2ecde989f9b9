import * as aws4 from 'aws4';
import { request } from 'node:http';
import { callIam, check, type Credentials, ROOT_USER } from './aws';

/*
 * The API's resource policy as the emulation's IAM evaluates it: who may call which route, also
 * with ids that make one route look like another.
 */

/** A deployed API. */
export interface Api {
  readonly endpoint: string;
  /** Host name by which the emulation identifies the API. */
  readonly host: string;
}

const HOSTILE = ['acme', 'v2', 'a%2Fv2%2Fb', 'v2%2Fx', '..%2Fv2', 'urn:a%2Fv2', '%2A', 'GET%2Fv2'];

const ADMIN_CALLS = [
  ['GET', '/admin/connections'],
  ['GET', '/admin/connections/{id}/audit'],
  ['POST', '/admin/connections/{id}/tokens'],
  ['DELETE', '/admin/connections/{id}'],
  ['PUT', '/admin/connections/{id}/schemas/{id}'],
] as const;

/**
 * Checks the routes for anonymous callers and for users of this account. The emulation finds no API
 * for the credentials of another account; test/lib/api-policy.test.ts covers those.
 */
export async function checkPolicy(api: Api): Promise<void> {
  const powerless = await createUser(api.endpoint, 'powerless');
  const callers: readonly (readonly [string, Credentials | undefined])[] = [
    ['an anonymous caller', undefined],
    ['a user without permissions', powerless],
  ];
  for (const [caller, credentials] of callers) {
    for (const [method, path] of ADMIN_CALLS) {
      for (const id of HOSTILE) {
        const url = `/scim${path.replaceAll('{id}', id)}`;
        const { status, isFromFunction } = await call(api, method, url, credentials);
        // Without a signature, API Gateway answers as for a wrong URL.
        check(
          !isFromFunction && status === (credentials === undefined ? 404 : 403),
          `${method} ${url} of ${caller} returns ${status}.`,
        );
      }
    }
    const { status } = await call(api, 'GET', '/scim/v2/connections/acme/Users', credentials);
    check(status === 401, `A SCIM request of ${caller} without a token returns ${status}.`);
  }
  const owner = await call(api, 'GET', '/scim/admin/connections', ROOT_USER);
  check(owner.status === 200, `The admin API returns ${owner.status} to its owner.`);
}

async function createUser(endpoint: string, name: string): Promise<Credentials> {
  await callIam(endpoint, 'CreateUser', { UserName: name });
  const xml = await callIam(endpoint, 'CreateAccessKey', { UserName: name });
  const text = (element: string): string =>
    new RegExp(`<${element}>([^<]+)</${element}>`).exec(xml)?.[1] ?? '';
  return { accessKeyId: text('AccessKeyId'), secretAccessKey: text('SecretAccessKey') };
}

interface Answer {
  readonly status: number;
  /** Whether the function `admin` answered, and not API Gateway. */
  readonly isFromFunction: boolean;
}

function call(
  { endpoint, host }: Api,
  method: string,
  path: string,
  credentials: Credentials | undefined,
): Promise<Answer> {
  const unsigned = { host, path, method, headers: { Host: host } };
  const headers =
    credentials === undefined
      ? unsigned.headers
      : aws4.sign({ ...unsigned, service: 'execute-api', region: 'us-east-1' }, credentials)
          .headers;
  const { hostname, port } = new URL(endpoint);
  return new Promise((resolve, reject) => {
    const sent = request(
      { hostname, port, path, method, headers: { ...headers }, agent: false },
      (response) => {
        response.resume().on('end', () => {
          const { 'content-type': type = '' } = response.headers;
          const isFromFunction = type.startsWith('application/problem+json');
          resolve({ status: response.statusCode ?? 0, isFromFunction });
        });
      },
    );
    sent.on('error', reject);
    sent.end();
  });
}
