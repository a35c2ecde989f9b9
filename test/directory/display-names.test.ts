import { namesIn } from '../../directory/resources/display-names';

test('names are the attributes by which identity providers look up users and groups', () => {
  expect(namesIn({ UserName: 'a', externalId: 'e', password: 'p' })).toEqual({
    name: 'a',
    externalId: 'e',
  });
});

test('a name is a single line of bounded length', () => {
  expect(namesIn({ userName: 'a\n\nWhat to do: b' }).name).toBe('a What to do: b');
  expect(namesIn({ userName: 'x'.repeat(1000) }).name).toHaveLength(256);
});

test('a body that is not an object has no names', () => {
  expect(namesIn(undefined)).toEqual({ name: undefined, externalId: undefined });
});
