import { USER, type Body, type Client, type Reply } from '../support/client';

/** A request under test, with the resources it needs and a way to observe its effect. */
export interface Operation {
  readonly name: string;
  /** Creates the resources that the request needs. @param name unique for each run */
  prepare(client: Client, name: string): Promise<Prepared>;
}

export interface Prepared {
  send(): Promise<Reply>;
  /** Returns what clients see of these resources, in a form that does not depend on the name. */
  state(): Promise<unknown>;
}

/** Users that are the members of all large groups; created once. */
let crowd: Promise<readonly string[]> | undefined;

async function crowdOf(client: Client): Promise<readonly string[]> {
  crowd ??= Promise.all(
    Array.from({ length: 260 }, (_, index) => client.user(`crowd${index}`)),
  ).then((users) => users.map(({ id }) => String(id)));
  return crowd;
}

const references = (ids: readonly string[]) => ids.map((value) => ({ value }));

async function statusOf(reply: Promise<Reply>): Promise<number> {
  return (await reply).status;
}

async function titlesOf(client: Client, filter: string): Promise<unknown> {
  return (await client.search('/Users', filter)).map(({ title, active }: Body) => [title, active]);
}

async function sizeOf(client: Client, group: Body): Promise<number | string> {
  const { status, body } = await client.get(`/Groups/${group.id}`);
  return status === 200 ? (body.members ?? []).length : status;
}

/** Returns the name under which a user shows a group, without what depends on the run. */
async function shownIn(client: Client, user: string, group: Body): Promise<string | undefined> {
  const { body } = await client.get(`/Users/${user}`);
  const shown = (body.groups ?? []).find(({ value }: Body) => value === group.id);
  return shown?.display.replace(group.displayName, 'the group');
}

export const OPERATIONS: readonly Operation[] = [
  {
    name: 'POST of a user',
    prepare: async (client, name) => ({
      send: () =>
        client.post('/Users', {
          schemas: [USER],
          userName: name,
          externalId: name,
          emails: [{ value: `${name}@x` }],
        }),
      state: async () => [
        await titlesOf(client, `userName eq "${name}"`),
        await titlesOf(client, `emails.value eq "${name}@x"`),
      ],
    }),
  },
  {
    name: 'PUT of a user with a new name',
    prepare: async (client, name) => {
      const user = await client.user(name, { title: 'T', emails: [{ value: `${name}@old` }] });
      return {
        send: () =>
          client.put(`/Users/${user.id}`, {
            schemas: [USER],
            userName: `${name}-new`,
            emails: [{ value: `${name}@new` }],
          }),
        state: async () => [
          await titlesOf(client, `userName eq "${name}"`),
          await titlesOf(client, `userName eq "${name}-new"`),
          await titlesOf(client, `emails.value eq "${name}@old"`),
          await titlesOf(client, `emails.value eq "${name}@new"`),
        ],
      };
    },
  },
  {
    name: 'PATCH of a user',
    prepare: async (client, name) => {
      const user = await client.user(name);
      return {
        send: () =>
          client.patch(`/Users/${user.id}`, { op: 'replace', path: 'active', value: false }),
        state: () => titlesOf(client, `userName eq "${name}"`),
      };
    },
  },
  {
    name: 'DELETE of a user who is in groups',
    prepare: async (client, name) => {
      const user = await client.user(name, { externalId: name });
      const groups = [
        await client.group(`${name} a`, [user.id]),
        await client.group(`${name} b`, [user.id]),
      ];
      return {
        send: () => client.delete(`/Users/${user.id}`),
        state: async () => [
          await statusOf(client.get(`/Users/${user.id}`)),
          await titlesOf(client, `externalId eq "${name}"`),
          await Promise.all(groups.map((group) => sizeOf(client, group))),
        ],
      };
    },
  },
  {
    name: 'POST of a user who was deleted',
    prepare: async (client, name) => {
      const user = await client.user(name, { externalId: name });
      await client.delete(`/Users/${user.id}`);
      return {
        send: () =>
          client.post('/Users', {
            schemas: [USER],
            userName: name,
            externalId: name,
            title: 'back',
          }),
        state: async () => [
          await statusOf(client.get(`/Users/${user.id}`)),
          await titlesOf(client, `userName eq "${name}"`),
        ],
      };
    },
  },
  {
    name: 'POST of a group',
    prepare: async (client, name) => {
      const members = (await crowdOf(client)).slice(0, 3);
      return {
        send: () => client.post('/Groups', { displayName: name, members: references(members) }),
        state: async () => {
          const groups = await client.search('/Groups', `displayName eq "${name}"`);
          return Promise.all(groups.map((group) => sizeOf(client, group)));
        },
      };
    },
  },
  {
    name: 'PATCH of a group that adds a member, removes one, and renames the group',
    prepare: async (client, name) => {
      const [one = '', two = ''] = await crowdOf(client);
      const group = await client.group(name, [one]);
      return {
        send: () =>
          client.patch(
            `/Groups/${group.id}`,
            { op: 'add', path: 'members', value: references([two]) },
            { op: 'remove', path: `members[value eq "${one}"]` },
            { op: 'replace', path: 'displayName', value: `${name} new` },
          ),
        state: async () => [
          (await client.memberIds(group.id)).map((id) => [one, two].indexOf(id)),
          (await client.search('/Groups', `displayName eq "${name} new"`)).length,
          await shownIn(client, one, group),
          await shownIn(client, two, group),
        ],
      };
    },
  },
  {
    name: 'DELETE of a group of many members that is in another group',
    prepare: async (client, name) => {
      const members = await crowdOf(client);
      const group = await client.group(name, members.slice(0, 60));
      const outer = await client.group(`${name} outer`, [group.id]);
      return {
        send: () => client.delete(`/Groups/${group.id}`),
        state: async () => [
          await sizeOf(client, group),
          await sizeOf(client, outer),
          (await client.search('/Groups', `displayName eq "${name}"`)).length,
          await shownIn(client, members[0] ?? '', group),
          await shownIn(client, members[0] ?? '', outer),
        ],
      };
    },
  },
  {
    name: 'POST of a group with more members than a transaction takes',
    prepare: async (client, name) => {
      const members = await crowdOf(client);
      return {
        send: () =>
          client.post('/Groups', { displayName: name, members: references(members.slice(0, 200)) }),
        state: async () => {
          const groups = await client.search('/Groups', `displayName eq "${name}"`);
          return Promise.all(groups.map((group) => sizeOf(client, group)));
        },
      };
    },
  },
  {
    name: 'PUT of a group that changes more members than a transaction takes',
    prepare: async (client, name) => {
      const members = await crowdOf(client);
      const group = await client.group(name, members.slice(0, 80));
      return {
        send: () =>
          client.put(`/Groups/${group.id}`, {
            displayName: name,
            members: references(members.slice(60)),
          }),
        state: async () => {
          const present = new Set(await client.memberIds(group.id));
          return [present.size, members.findIndex((id) => present.has(id))];
        },
      };
    },
  },
  {
    name: 'GET of a page of users',
    prepare: async (client) => {
      await crowdOf(client);
      return {
        send: () => client.get('/Users?startIndex=101&count=50&attributes=userName'),
        state: async () =>
          (await client.get('/Users?startIndex=101&count=50')).body.Resources.length,
      };
    },
  },
];
