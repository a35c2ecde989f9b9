import { admin, Client } from './client';

/** The schema of devices. */
export const DEVICE = 'urn:example:scim:schemas:core:1.0:Device';

/** The definition of a custom type: a unique attribute, and references. */
export const DEVICES = {
  endpoint: '/Devices',
  schema: {
    id: DEVICE,
    attributes: [
      { name: 'serial', required: true, uniqueness: 'server' },
      { name: 'label' },
      {
        name: 'holder',
        type: 'complex',
        subAttributes: [
          { name: 'value' },
          { name: '$ref', type: 'reference', referenceTypes: ['User', 'Device'] },
        ],
      },
      { name: 'rack', type: 'reference', referenceTypes: ['Device'] },
    ],
  },
};

/** Returns the path of a type of a connection in the admin API. */
export const typePath = (client: Client, name: string): string =>
  `/connections/${client.id}/resourceTypes/${name}`;

/** Defines a type of a connection. @returns the status of the answer */
export async function define(client: Client, name: string, definition: object): Promise<number> {
  return (await admin('PUT', typePath(client, name), definition)).status;
}

/** Returns a client whose connection has devices. */
export async function deviceClient(): Promise<Client> {
  const client = await Client.connect('generic');
  expect(await define(client, 'Device', DEVICES)).toBe(201);
  return client;
}

/** Returns a device as a client sends it. */
export const device = (serial: string, more: object = {}) => ({
  schemas: [DEVICE],
  serial,
  ...more,
});
