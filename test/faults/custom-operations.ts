import { admin, app, type Client } from '../support/client';
import type { Operation } from './operations';

/* Requests about resources of custom types: one that clients manage, and one of the application. */

const DEVICE = 'urn:example:scim:schemas:core:1.0:Device';

const TYPES: readonly (readonly [name: string, definition: object])[] = [
  [
    'Device',
    {
      endpoint: '/Devices',
      schema: {
        id: DEVICE,
        attributes: [
          { name: 'serial', required: true, uniqueness: 'server' },
          { name: 'displayName' },
        ],
      },
    },
  ],
  ['Role', { preset: 'oktaRole' }],
];

/** Defines the types of a connection; again, this changes nothing. */
export async function defineTypes(client: Client): Promise<void> {
  for (const [name, definition] of TYPES) {
    await admin('PUT', `/connections/${client.id}/resourceTypes/${name}`, definition);
  }
}

/** A device in the form of SCIM. */
export function device(serial: string, displayName?: string): object {
  return { schemas: [DEVICE], serial, ...(displayName === undefined ? {} : { displayName }) };
}

async function namesOf(client: Client, filter: string): Promise<unknown> {
  const found = await client.search('/Devices', filter);
  return found.map(({ displayName }) => displayName as unknown);
}

export const CUSTOM_OPERATIONS: readonly Operation[] = [
  {
    name: 'POST of a resource of a custom type',
    prepare: async (client, name) => {
      await defineTypes(client);
      return {
        send: () => client.post('/Devices', device(name, 'One')),
        state: () => namesOf(client, `serial eq "${name}"`),
      };
    },
  },
  {
    name: 'PUT of a resource of a custom type with a new unique value',
    prepare: async (client, name) => {
      await defineTypes(client);
      const { body } = await client.post('/Devices', device(name, 'One'));
      return {
        send: () => client.put(`/Devices/${body.id}`, device(`${name}-new`, 'Two')),
        state: async () => [
          await namesOf(client, `serial eq "${name}"`),
          await namesOf(client, `serial eq "${name}-new"`),
        ],
      };
    },
  },
  {
    name: 'DELETE of a resource of a custom type',
    prepare: async (client, name) => {
      await defineTypes(client);
      const { body } = await client.post('/Devices', device(name, 'One'));
      return {
        send: () => client.delete(`/Devices/${body.id}`),
        state: async () => [
          (await client.get(`/Devices/${body.id}`)).status,
          await namesOf(client, `serial eq "${name}"`),
        ],
      };
    },
  },
  {
    name: 'publication of a resource by the application',
    prepare: async (client, name) => {
      await defineTypes(client);
      const path = `/connections/${client.id}/resources/Role/${name}`;
      await app('PUT', path, { displayName: 'One' });
      return {
        send: () => app('PUT', path, { displayName: 'Two' }),
        state: async () => (await client.get(`/Roles/${name}`)).body.displayName,
      };
    },
  },
];
