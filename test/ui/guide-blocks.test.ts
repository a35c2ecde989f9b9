import { blocksFor } from '../../idp/guides/guide';

test.each([
  [true, ['b']],
  [false, ['a']],
])('with groups: %s', (groups, shown) => {
  const blocks = [{ usersOnly: 'a' }, { withGroups: 'b' }, { customAttributes: 'c' }];
  const texts = blocksFor(blocks, { groups, schemas: [] }).flatMap((block) => Object.values(block));
  expect(texts).toEqual(shown);
});
