import { LISTED_GROUPS } from '../../directory/memberships/group-list';
import { Client, type Body } from '../support/client';

/* A user in more groups than its group list holds: the index lists the others. */

let client: Client;

beforeAll(async () => {
  client = await Client.connect('generic');
});

test('a user in many groups shows them all, is found by them, and leaves them', async () => {
  const user = await client.user('in-many-groups');
  const count = LISTED_GROUPS + 2;
  const groups: Body[] = [];
  for (let index = 0; index < count; index += 1) {
    groups.push(await client.group(`One of many ${index}`, [user.id]));
  }
  expect((await client.get(`/Users/${user.id}`)).body.groups).toHaveLength(count);
  expect(await client.search('/Groups', `members.value eq "${user.id}"`)).toHaveLength(count);
  const found = await client.post('/.search', {
    schemas: ['urn:ietf:params:scim:api:messages:2.0:SearchRequest'],
    filter: 'userName eq "in-many-groups"',
  });
  expect(found.body.Resources[0].groups).toHaveLength(count);
  const deleted = await client.post('/Bulk', {
    schemas: ['urn:ietf:params:scim:api:messages:2.0:BulkRequest'],
    Operations: [{ method: 'DELETE', path: `/Users/${user.id}` }],
  });
  expect(deleted.body.Operations[0].status).toBe('204');
  for (const { id } of [groups[0], groups.at(-1)] as Body[]) {
    expect(await client.memberIds(id)).toEqual([]);
  }
});
