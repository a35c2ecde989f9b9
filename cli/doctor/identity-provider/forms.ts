import type { IdentityProvider } from '../../../idp/profiles/registry';
import type { Json, RequestForm } from './target';

/** The requests of an identity provider, in its own form. */
export interface Forms {
  readonly headers: Readonly<Record<string, string>>;
  /** How long it waits for an answer. */
  readonly timeoutMs: number;
  /** The request of its connection test. */
  readonly connectionTest: RequestForm;
  /** Whether the connection test looks for a user who does not exist. */
  readonly testFindsNobody: boolean;
  /** Finds a user by name. */
  readonly findUser: (userName: string) => RequestForm;
  readonly newUser: (person: Person) => object;
  /** Changes the family name and the title. */
  readonly changeUser: (user: Json, person: Person) => RequestForm;
  readonly setActive: (user: Json, person: Person, active: boolean) => RequestForm;
  readonly newGroup: (displayName: string) => object;
  readonly addMember: (groupId: string, userId: string) => RequestForm;
  readonly removeMember: (groupId: string, userId: string, displayName: string) => RequestForm;
  /** Whether it stores the answer to a change as the new state. */
  readonly readsAnswers: boolean;
}

/** A user that the doctor creates. */
export interface Person {
  readonly userName: string;
  readonly externalId: string;
  readonly givenName: string;
  readonly familyName: string;
  readonly title: string;
}

const USER = 'urn:ietf:params:scim:schemas:core:2.0:User';
const ENTERPRISE = 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User';
const GROUP = 'urn:ietf:params:scim:schemas:core:2.0:Group';
const PATCH_OP = 'urn:ietf:params:scim:api:messages:2.0:PatchOp';

const MINUTE = 60_000;

function resource(endpoint: 'Users' | 'Groups', id: unknown): string {
  return `/${endpoint}/${encodeURIComponent(String(id))}`;
}

function patch(path: string, ...operations: readonly object[]): RequestForm {
  return { method: 'PATCH', path, body: { schemas: [PATCH_OP], Operations: operations } };
}

/** A user in the form of the RFC. */
function plainUser({ userName, externalId, givenName, familyName, title }: Person): object {
  return {
    schemas: [USER],
    userName,
    externalId,
    name: { givenName, familyName },
    displayName: `${givenName} ${familyName}`,
    emails: [{ value: userName, type: 'work', primary: true }],
    title,
    active: true,
  };
}

/** Replaces the whole user, as it was read. */
function putUser(user: Json, person: Person, active: boolean): RequestForm {
  const { id, meta, groups } = user;
  const body = { ...plainUser(person), id, active, ...present({ meta, groups }) };
  return { method: 'PUT', path: resource('Users', id), body };
}

function present(members: Json): Json {
  return Object.fromEntries(Object.entries(members).filter(([, value]) => value !== undefined));
}

/** The requests of RFC 7644, for clients without forms of their own. */
const PLAIN: Forms = {
  headers: { Accept: 'application/scim+json' },
  timeoutMs: MINUTE,
  connectionTest: { method: 'GET', path: '/Users?startIndex=1&count=1' },
  testFindsNobody: false,
  findUser: (userName) => ({
    method: 'GET',
    path: `/Users?filter=${encodeURIComponent(`userName eq "${userName}"`)}`,
  }),
  newUser: plainUser,
  changeUser: ({ id }, { familyName, title }) =>
    patch(
      resource('Users', id),
      { op: 'replace', path: 'name.familyName', value: familyName },
      { op: 'replace', path: 'title', value: title },
    ),
  setActive: ({ id }, _, active) =>
    patch(resource('Users', id), { op: 'replace', path: 'active', value: active }),
  newGroup: (displayName) => ({ schemas: [GROUP], displayName }),
  addMember: (groupId, userId) =>
    patch(resource('Groups', groupId), { op: 'add', path: 'members', value: [{ value: userId }] }),
  removeMember: (groupId, userId) =>
    patch(resource('Groups', groupId), { op: 'remove', path: `members[value eq "${userId}"]` }),
  readsAnswers: false,
};

/** Entra ID, without the flag aadOptscim062020. */
const ENTRA: Forms = {
  headers: { ADSCIMVersion: '6.0' },
  timeoutMs: MINUTE,
  connectionTest: findInEntra('Users', 'userName', crypto.randomUUID()),
  testFindsNobody: true,
  findUser: (userName) => findInEntra('Users', 'userName', userName),
  newUser: (person) => ({
    ...plainUser(person),
    // The extension is named although it has no values.
    schemas: [USER, ENTERPRISE],
    meta: { resourceType: 'User' },
    roles: [],
  }),
  changeUser: ({ id }, { familyName, title, userName }) =>
    patch(
      resource('Users', id),
      { op: 'Replace', path: 'emails[type eq "work"].value', value: userName },
      { op: 'Replace', path: 'name.familyName', value: familyName },
      { op: 'Add', path: 'title', value: title },
    ),
  setActive: ({ id }, _, active) =>
    patch(resource('Users', id), {
      op: 'Replace',
      path: 'active',
      value: active ? 'True' : 'False',
    }),
  newGroup: (displayName) => ({
    schemas: [GROUP, 'http://schemas.microsoft.com/2006/11/ResourceManagement/ADSCIM/2.0/Group'],
    displayName,
    meta: { resourceType: 'Group' },
  }),
  addMember: (groupId, userId) =>
    patch(resource('Groups', groupId), {
      op: 'Add',
      path: 'members',
      value: [{ $ref: null, value: userId }],
    }),
  removeMember: (groupId, userId) =>
    patch(resource('Groups', groupId), {
      op: 'Remove',
      path: 'members',
      value: [{ $ref: null, value: userId }],
    }),
  readsAnswers: false,
};

/** Entra ID writes a space as a plus sign. */
function findInEntra(endpoint: 'Users' | 'Groups', attribute: string, value: string): RequestForm {
  const filter = `${attribute} eq "${value}"`;
  return {
    method: 'GET',
    path: `/${endpoint}?filter=${encodeURIComponent(filter).replaceAll('%20', '+')}`,
  };
}

/** Okta's integrations from its catalog. */
const OKTA: Forms = {
  ...PLAIN,
  headers: {
    Accept: 'application/scim+json',
    'Accept-Charset': 'utf-8',
    'User-Agent': 'Okta SCIM Client 1.0.0',
  },
  timeoutMs: MINUTE,
  connectionTest: { method: 'GET', path: '/Users?startIndex=1&count=2' },
  findUser: (userName) => ({
    method: 'GET',
    path: `${PLAIN.findUser(userName).path}&startIndex=1&count=100`,
  }),
  newUser: (person) => ({
    ...plainUser(person),
    locale: 'en-US',
    groups: [],
    password: '1mz050nq',
  }),
  changeUser: (user, person) => putUser(user, person, true),
  setActive: ({ id }, _, active) =>
    patch(resource('Users', id), { op: 'replace', value: { active } }),
  newGroup: (displayName) => ({ schemas: [GROUP], displayName, members: [] }),
  readsAnswers: true,
};

const JUMPCLOUD: Forms = {
  ...PLAIN,
  headers: {},
  connectionTest: { method: 'GET', path: '/Users' },
  changeUser: (user, person) => putUser(user, person, true),
  setActive: (user, person, active) => putUser(user, person, active),
  removeMember: (groupId, userId) =>
    patch(resource('Groups', groupId), {
      op: 'remove',
      path: 'members',
      value: [{ value: userId }],
    }),
};

const PING: Forms = {
  ...PLAIN,
  changeUser: (user, person) => putUser(user, person, true),
  setActive: (user, person, active) => putUser(user, person, active),
};

/** OneLogin ends the query with an ampersand. */
const ONELOGIN: Forms = {
  ...PLAIN,
  connectionTest: PLAIN.findUser('onelogin-test@example.com'),
  testFindsNobody: true,
  findUser: (userName) => ({ method: 'GET', path: `${PLAIN.findUser(userName).path}&` }),
};

/** The forms by identity provider. */
export const FORMS: Readonly<Record<IdentityProvider, Forms>> = {
  entra: ENTRA,
  okta: OKTA,
  jumpcloud: JUMPCLOUD,
  onelogin: ONELOGIN,
  google: PLAIN,
  ping: PING,
  generic: PLAIN,
  rfc: PLAIN,
};
