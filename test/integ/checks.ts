/*
 * Checks of a deployed service provider, as data. integ.service-provider.ts makes them in an AWS
 * account, and `npm run test:deploy` in the emulation.
 */

/** A request to a connection and the answer that it must get. */
export interface Check {
  readonly title: string;
  readonly method: 'GET' | 'POST';
  /** Path below the connection's base URL. */
  readonly path: string;
  /** Whether the request has the connection's token. */
  readonly hasToken: boolean;
  readonly body?: object;
  readonly status: number;
  /** Part of the body of the answer. */
  readonly answer: Readonly<Record<string, unknown>>;
}

const USER = 'urn:ietf:params:scim:schemas:core:2.0:User';
const ERROR = 'urn:ietf:params:scim:api:messages:2.0:Error';
const LIST_RESPONSE = 'urn:ietf:params:scim:api:messages:2.0:ListResponse';

/** The checks, in their order: later ones find what earlier ones created. */
export const CHECKS: readonly Check[] = [
  {
    title: 'a request without a token is refused',
    method: 'GET',
    path: '/Users',
    hasToken: false,
    status: 401,
    answer: { schemas: [ERROR], status: '401' },
  },
  {
    title: 'the token in the secret is accepted',
    method: 'GET',
    path: '/ServiceProviderConfig',
    hasToken: true,
    status: 200,
    answer: { patch: { supported: true } },
  },
  {
    title: 'a user is created',
    method: 'POST',
    path: '/Users',
    hasToken: true,
    body: { schemas: [USER], userName: 'integ@example.com', active: true },
    status: 201,
    answer: { userName: 'integ@example.com', active: true },
  },
  {
    title: 'a second user of the same name is a conflict',
    method: 'POST',
    path: '/Users',
    hasToken: true,
    body: { schemas: [USER], userName: 'INTEG@example.com' },
    status: 409,
    answer: { schemas: [ERROR], scimType: 'uniqueness' },
  },
  {
    title: 'the user is found',
    method: 'GET',
    path: '/Users?filter=userName%20eq%20%22integ@example.com%22',
    hasToken: true,
    status: 200,
    answer: { schemas: [LIST_RESPONSE], totalResults: 1 },
  },
  {
    title: 'a wrong URL of the connection gets an explanation',
    method: 'GET',
    path: '/Userz',
    hasToken: true,
    status: 404,
    answer: { schemas: [ERROR], status: '404' },
  },
];
