import { CURSOR_SECONDS, openCursor, sealCursor } from '../../../scim/list/cursor';

const key = Buffer.alloc(32, 7);
const cursor = { position: { type: 'User', id: 'x', key: 'a', backward: true }, count: 3 };

test('holds what was put in, in letters that a URL takes', () => {
  const sealed = sealCursor(key, 'query', cursor);
  expect(sealed).toMatch(/^[\w-]+$/);
  expect(sealed).not.toContain(Buffer.from('User').toString('base64url'));
  expect(openCursor(key, 'query', sealed)).toEqual(cursor);
});

test('expires', () => {
  const now = Date.now();
  const sealed = sealCursor(key, 'query', cursor, now);
  expect(openCursor(key, 'query', sealed, now + (CURSOR_SECONDS - 1) * 1000)).toEqual(cursor);
  expect(() => openCursor(key, 'query', sealed, now + CURSOR_SECONDS * 1000 + 2000)).toThrow(
    expect.objectContaining({ scimType: 'expiredCursor' }),
  );
});

test.each([
  ['another query', key, 'other'],
  ['another key', Buffer.alloc(32, 8), 'query'],
])('of %s is none', (_name, otherKey, query) => {
  expect(() => openCursor(otherKey, query, sealCursor(key, 'query', cursor))).toThrow(
    expect.objectContaining({ scimType: 'invalidCursor' }),
  );
});
