import { CURSOR_SECONDS, openCursor, sealCursor } from '../../../scim/list/cursor';

const key = Buffer.alloc(32, 7);
const cursor = { position: { type: 'User', id: 'x', key: 'a', backward: true }, count: 3 };

test('a cursor round-trips, is opaque and needs no URL encoding', () => {
  const sealed = sealCursor(key, 'query', cursor);
  expect(sealed).toMatch(/^[\w-]+$/);
  expect(sealed).not.toContain(Buffer.from('User').toString('base64url'));
  expect(openCursor(key, 'query', sealed)).toEqual(cursor);
});

test('a cursor expires after CURSOR_SECONDS', () => {
  const now = Date.now();
  const sealed = sealCursor(key, 'query', cursor, now);
  expect(openCursor(key, 'query', sealed, now + (CURSOR_SECONDS - 1) * 1000)).toEqual(cursor);
  expect(() => openCursor(key, 'query', sealed, now + CURSOR_SECONDS * 1000 + 2000)).toThrow(
    expect.objectContaining({ scimType: 'expiredCursor' }),
  );
});

test.each([
  ['for another query', key, 'other'],
  ['with another key', Buffer.alloc(32, 8), 'query'],
])('a cursor sealed %s is rejected with invalidCursor', (_name, otherKey, query) => {
  expect(() => openCursor(otherKey, query, sealCursor(key, 'query', cursor))).toThrow(
    expect.objectContaining({ scimType: 'invalidCursor' }),
  );
});
