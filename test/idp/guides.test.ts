import { text, type Block } from '../../idp/guides/guide';
import { MAPPING_ROWS, mappedText } from '../../idp/guides/mapping-rows';
import { GUIDES, guideOf } from '../../idp/guides/registry';

const blocksOf = (name: string): readonly Block[] =>
  guideOf(name).sections.flatMap(({ blocks }) => blocks);

describe.each(Object.keys(GUIDES))('the guide for %s', (name) => {
  test('says where the base URL and the token are pasted, and has the mapping once', () => {
    const blocks = blocksOf(name);
    const fields = blocks.flatMap((block) =>
      typeof block === 'object' && 'fields' in block ? block.fields : [],
    );
    const kinds = fields.map(({ value }) => (typeof value === 'string' ? 'text' : value.is));
    expect(kinds).toEqual(expect.arrayContaining(['baseUrl', 'token']));
    const tables = blocks.filter((block) => typeof block === 'object' && 'mappingTable' in block);
    expect(tables).toHaveLength(1);
  });

  test('has steps for the connection and for the first sync, and how to replace the token', () => {
    const { sections, rotation, sources, role, duration } = guideOf(name);
    const screens = new Set(sections.map(({ on }) => on));
    expect([...screens]).toEqual(expect.arrayContaining(['connect', 'start']));
    for (const each of [rotation, sources]) expect(each.length).toBeGreaterThan(0);
    expect([role, duration]).not.toContain('');
  });

  test('maps rows that exist', () => {
    const paths: readonly string[] = MAPPING_ROWS.map(({ path }) => path);
    expect(Object.keys(guideOf(name).mapping).filter((path) => !paths.includes(path))).toEqual([]);
  });
});

test('a users-only connection is told what to switch off, unless only users are sent', () => {
  const without = Object.keys(GUIDES).filter(
    (name) => !blocksOf(name).some((block) => typeof block === 'object' && 'usersOnly' in block),
  );
  expect(without).toEqual(['google']);
});

test('the mapping has 13 rows, whose values are read from a user', () => {
  expect(MAPPING_ROWS).toHaveLength(13);
  const user = {
    userName: 'ada',
    name: { givenName: 'Ada', familyName: 'Lovelace' },
    emails: [
      { type: 'home', value: 'h@x.example' },
      { type: 'Work', value: 'w@x.example' },
    ],
    phoneNumbers: [
      { type: 'mobile', value: '1' },
      { type: 'work', value: '2' },
    ],
    title: 'Countess',
    addresses: [{ type: 'work', streetAddress: 's', locality: 'l', region: 'r', postalCode: 'p' }],
    active: false,
  };
  expect(MAPPING_ROWS.map((row) => mappedText(row, user))).toEqual([
    ...['ada', 'Ada', 'Lovelace', 'w@x.example', '1', '2', 'Countess', 's', 'l', 'r', 'p', ''],
    'Inactive',
  ]);
  for (const wrong of [{}, { emails: 'w', name: [], addresses: [null], title: 4 }]) {
    for (const row of MAPPING_ROWS) expect(typeof mappedText(row, wrong)).toBe('string');
  }
});

test('wrapped lines are joined, except where a list item or a paragraph begins', () => {
  expect(text`
    One
    two.

    - first
    goes on
    - second
    1. third
  `).toBe('One two.\n\n- first goes on\n- second\n1. third');
});
