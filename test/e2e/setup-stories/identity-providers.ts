import { randomUUID } from 'node:crypto';
import {
  admin,
  Client,
  ENTERPRISE,
  GROUP,
  USER,
  type Body,
  type Reply,
} from '../../support/client';

/*
 * Simulated identity providers. Each method is something that an administrator does there (assign,
 * change, remove, restore) and sends the requests that the provider would send. Sources:
 * test/e2e/entra.test.ts, okta.test.ts, and Paul-E/scim-v2-rust src/test_data for JumpCloud.
 */

/** A person in the identity provider's directory, with the values that its mappings send. */
export interface Person {
  readonly userName: string;
  readonly givenName: string;
  readonly familyName: string;
  readonly email: string;
  /** Further values by mapping target: a path for Entra ID, otherwise a top-level attribute. */
  readonly further?: Readonly<Record<string, unknown>>;
}

export function person(name: string, further?: Person['further']): Person {
  const email = `${name.toLowerCase()}@acme.example`;
  return {
    userName: email,
    givenName: name,
    familyName: 'Doe',
    email,
    ...(further === undefined ? {} : { further }),
  };
}

/** The values that the administrator copies from the settings page to the identity provider. */
export interface Setup {
  readonly connection: Body;
  readonly baseUrl: string;
  readonly token: string;
}

/** Creates a connection as the settings page does, and expects its token to be shown only once. */
export async function setUp(settings: Readonly<Record<string, unknown>>): Promise<Setup> {
  const { status, body } = await admin('POST', '/connections', {
    displayName: 'Acme',
    ...settings,
  });
  expect(status).toBe(201);
  const { token, ...connection } = body;
  expect((await admin('GET', `/connections/${String(connection.id)}`)).text).not.toContain(
    token.value,
  );
  return { connection, baseUrl: connection.scimBaseUrl as string, token: token.value as string };
}

function expectStatus(reply: Reply, ...statuses: readonly number[]): Body {
  expect({ text: reply.text, isExpected: statuses.includes(reply.status) }).toMatchObject({
    isExpected: true,
  });
  return reply.body;
}

/** Returns a user as the application sees it; undefined if there is none. */
export async function seen(client: Client, userName: string): Promise<Body> {
  const [user] = await client.search('/Users', `userName eq "${userName}"`);
  return user;
}

/** Microsoft Entra ID, non-gallery application. */
export class Entra {
  readonly client: Client;

  constructor({ baseUrl, token }: Pick<Setup, 'baseUrl' | 'token'>) {
    this.client = Client.of(baseUrl, token, { ADSCIMVersion: '6.0' });
  }

  /** Sends the request of the Test Connection button, which also begins every sync cycle. */
  async testConnection(): Promise<Reply> {
    const filter = encodeURIComponent(`userName eq "${randomUUID()}"`).replaceAll('%20', '+');
    return this.client.get(`/Users?filter=${filter}`);
  }

  async probeGroups(): Promise<Reply> {
    return this.client.get(
      `/Groups?excludedAttributes=members&filter=displayName+eq+%22${randomUUID()}%22`,
    );
  }

  /** Assigns a person: matches by userName, then creates or updates the user. @returns its id */
  async provision({
    userName,
    givenName,
    familyName,
    email,
    further = {},
  }: Person): Promise<string> {
    const filter = encodeURIComponent(`userName eq "${userName}"`).replaceAll('%20', '+');
    const { Resources } = expectStatus(await this.client.get(`/Users?filter=${filter}`), 200);
    const paths = {
      'name.givenName': givenName,
      'name.familyName': familyName,
      'emails[type eq "work"].value': email,
      ...further,
    };
    if (Resources.length > 0) {
      const { id } = Resources[0];
      await this.update(id as string, { active: 'True', ...paths });
      return id as string;
    }
    const created = await this.client.post('/Users', {
      schemas: [USER, ENTERPRISE],
      externalId: `object-${userName}`,
      userName,
      active: true,
      emails: [{ primary: true, type: 'work', value: email }],
      meta: { resourceType: 'User' },
      name: { givenName, familyName },
      roles: [],
    });
    const { id } = expectStatus(created, 201);
    if (Object.keys(further).length > 0) await this.update(id as string, further);
    return id as string;
  }

  async update(id: string, values: Readonly<Record<string, unknown>>): Promise<void> {
    const operations = Object.entries(values).map(([path, value]) => ({
      op: 'Replace',
      path,
      value,
    }));
    expectStatus(await this.client.patch(`/Users/${id}`, ...operations), 200, 204);
  }

  /** Unassigns, disables or soft-deletes a user: `Switch([IsSoftDeleted], …)`. */
  deactivate(id: string): Promise<void> {
    return this.update(id, { active: 'False' });
  }

  restore(id: string): Promise<void> {
    return this.update(id, { active: 'True' });
  }

  /** Deletes a user for good, as Entra ID does thirty days after the soft deletion. */
  async delete(id: string): Promise<void> {
    expectStatus(await this.client.delete(`/Users/${id}`), 204);
  }

  async provisionGroup(displayName: string, members: readonly string[]): Promise<string> {
    const name = encodeURIComponent(displayName);
    const query = `excludedAttributes=members&filter=displayName+eq+%22${name}%22`;
    const { Resources } = expectStatus(await this.client.get(`/Groups?${query}`), 200);
    const body = {
      schemas: [GROUP],
      externalId: `object-${displayName}`,
      displayName,
      meta: { resourceType: 'Group' },
    };
    const group = Resources[0] ?? expectStatus(await this.client.post('/Groups', body), 201);
    await this.changeMembers(group.id as string, 'Add', members);
    return group.id as string;
  }

  async changeMembers(id: string, op: 'Add' | 'Remove', members: readonly string[]): Promise<void> {
    const value = members.map((member) => ({ value: member }));
    expectStatus(await this.client.patch(`/Groups/${id}`, { op, path: 'members', value }), 204);
  }

  async deleteGroup(id: string): Promise<void> {
    expectStatus(await this.client.delete(`/Groups/${id}`), 204);
  }
}

/** Okta, SAML application with SCIM: updates users by GET and PUT, and groups by PATCH. */
export class Okta {
  readonly client: Client;

  constructor({ baseUrl, token }: Pick<Setup, 'baseUrl' | 'token'>) {
    this.client = Client.of(baseUrl, token, {
      Accept: 'application/scim+json',
      'Accept-Charset': 'utf-8',
      'Content-Type': 'application/scim+json; charset=utf-8',
      'User-Agent': 'Okta SCIM Client 1.0.0',
    });
  }

  async testCredentials(): Promise<Reply> {
    await this.client.get('/Groups?startIndex=1&count=100');
    return this.client.get('/Users?startIndex=1&count=2');
  }

  async provision({
    userName,
    givenName,
    familyName,
    email,
    further = {},
  }: Person): Promise<string> {
    const filter = encodeURIComponent(`userName eq "${userName}"`);
    const { Resources } = expectStatus(
      await this.client.get(`/Users?filter=${filter}&startIndex=1&count=100`),
      200,
    );
    const body = {
      schemas: [USER],
      userName,
      name: { givenName, familyName },
      emails: [{ primary: true, value: email, type: 'work' }],
      displayName: `${givenName} ${familyName}`,
      ...further,
    };
    if (Resources.length > 0) {
      const { id } = Resources[0];
      await this.update(id as string, { ...body, active: true });
      return id as string;
    }
    const sent = {
      ...body,
      externalId: `00u${userName}`,
      groups: [],
      password: 'random-1mz050nq',
      active: true,
    };
    const created = expectStatus(await this.client.post('/Users', sent), 201);
    expect(created).toMatchObject(body);
    return created.id as string;
  }

  /** Reads the user, changes it and puts the whole object back. */
  async update(id: string, changes: object): Promise<void> {
    const current = expectStatus(await this.client.get(`/Users/${id}`), 200);
    expectStatus(await this.client.put(`/Users/${id}`, { ...current, ...changes }), 200);
  }

  /** Unassigns or deactivates a user. Okta never deletes users. */
  async deactivate(id: string): Promise<void> {
    expectStatus(
      await this.client.patch(`/Users/${id}`, { op: 'replace', value: { active: false } }),
      200,
    );
  }

  async pushGroup(displayName: string, members: readonly string[]): Promise<string> {
    const created = await this.client.post('/Groups', {
      schemas: [GROUP],
      displayName,
      members: [],
    });
    const { id } = expectStatus(created, 201);
    await this.replaceMembers(id as string, displayName, members);
    return id as string;
  }

  /** Runs "Push now": sends the name, then all members. */
  async replaceMembers(id: string, displayName: string, members: readonly string[]): Promise<void> {
    expectStatus(
      await this.client.patch(`/Groups/${id}`, { op: 'replace', value: { id, displayName } }),
      200,
      204,
    );
    const value = members.map((member) => ({ value: member, display: member }));
    expectStatus(
      await this.client.patch(`/Groups/${id}`, { op: 'replace', path: 'members', value }),
      200,
      204,
    );
  }

  async deleteGroup(id: string): Promise<void> {
    expectStatus(await this.client.delete(`/Groups/${id}`), 204);
  }
}

/** JumpCloud, custom SCIM application: updates users by PUT. */
export class JumpCloud {
  readonly client: Client;

  constructor({ baseUrl, token }: Pick<Setup, 'baseUrl' | 'token'>) {
    this.client = Client.of(baseUrl, token);
  }

  /** Runs the Activate button: creates and deletes a test user and a test group. */
  async activate(testUserEmail: string): Promise<void> {
    expectStatus(await this.client.get('/Users'), 200);
    const id = await this.provision({
      ...person('Test'),
      userName: testUserEmail,
      email: testUserEmail,
    });
    await this.deactivate(id, { ...person('Test'), userName: testUserEmail });
    const { id: group } = expectStatus(
      await this.client.post('/Groups', { schemas: [GROUP], displayName: 'jc test' }),
      201,
    );
    expectStatus(await this.client.delete(`/Groups/${String(group)}`), 204);
    expectStatus(await this.client.delete(`/Users/${id}`), 204);
  }

  async provision(user: Person): Promise<string> {
    const filter = encodeURIComponent(`userName eq "${user.userName}"`);
    const { Resources } = expectStatus(await this.client.get(`/Users?filter=${filter}`), 200);
    if (Resources.length > 0) {
      await this.put(Resources[0].id as string, user, true);
      return Resources[0].id as string;
    }
    const { id } = expectStatus(await this.client.post('/Users', bodyOf(user, true)), 201);
    return id as string;
  }

  async put(id: string, user: Person, active: boolean): Promise<void> {
    expectStatus(await this.client.put(`/Users/${id}`, { id, ...bodyOf(user, active) }), 200);
  }

  deactivate(id: string, user: Person): Promise<void> {
    return this.put(id, user, false);
  }

  async provisionGroup(displayName: string, members: readonly string[]): Promise<string> {
    const [existing] = await this.client.search('/Groups', `displayName eq "${displayName}"`);
    const value = members.map((member) => ({ value: member }));
    if (existing === undefined) {
      const created = await this.client.post('/Groups', {
        schemas: [GROUP],
        displayName,
        members: value,
      });
      return expectStatus(created, 201).id as string;
    }
    const added = await this.client.patch(`/Groups/${String(existing.id)}`, {
      op: 'add',
      path: 'members',
      value,
    });
    expectStatus(added, 200, 204);
    return existing.id as string;
  }
}

function bodyOf(
  { userName, givenName, familyName, email, further = {} }: Person,
  active: boolean,
): object {
  return {
    active,
    displayName: `${givenName} ${familyName}`,
    emails: [{ primary: true, type: 'work', value: email }],
    externalId: '66e2d689590450d073d2df3b',
    locale: 'en-US',
    name: { familyName, givenName },
    phoneNumbers: [{ primary: true, type: 'work', value: 'tel:+1-555-555-5555' }],
    schemas: [ENTERPRISE, USER],
    userName,
    ...further,
  };
}
