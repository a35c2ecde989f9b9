import { entityTag, locationOf, toResource } from '../../../scim/resource/resource';
import { GROUP } from '../../../scim/schema/resource-type';
import { USER_WITH_X as TYPE, X } from '../../support/extension';

const meta = {
  created: '2026-01-01T00:00:00.000Z',
  lastModified: '2026-01-02T00:00:00.000Z',
  version: '7',
};

test('a resource has the order of its schema, with meta last, and its own extensions', () => {
  const attributes = { [X]: { text: 't' }, title: 'T', userName: 'u' };
  const resource = toResource(TYPE, { ...meta, id: 'i', attributes }, 'https://x/c');
  expect(JSON.stringify(resource)).toBe(
    JSON.stringify({
      schemas: [TYPE.schema.id, X],
      id: 'i',
      userName: 'u',
      title: 'T',
      [X]: { text: 't' },
      meta: {
        resourceType: 'User',
        created: '2026-01-01T00:00:00.000Z',
        lastModified: '2026-01-02T00:00:00.000Z',
        location: 'https://x/c/Users/i',
        version: 'W/"7"',
      },
    }),
  );
});

test('derived attributes are part of the resource', () => {
  const stored = { ...meta, id: 'i', attributes: { displayName: 'g' } };
  const resource = toResource(GROUP, stored, '', { members: [{ value: 'm' }] });
  expect(resource).toMatchObject({ displayName: 'g', members: [{ value: 'm' }] });
  expect(resource['schemas']).toEqual([GROUP.schema.id]);
});

test('entity tags are weak, and locations are below the endpoint', () => {
  expect(entityTag('3')).toBe('W/"3"');
  expect(locationOf(GROUP, 'https://x', 'i')).toBe('https://x/Groups/i');
});
