import fc from 'fast-check';
import { preferencesOf } from '../../lambdas/http/preferences';

const read = (prefer: string | undefined): object =>
  preferencesOf({ headers: new Map(prefer === undefined ? [] : [['prefer', prefer]]) });

const NONE = { respondAsync: false, wait: 0 };

test.each([
  [undefined, NONE],
  ['', NONE],
  ['return=minimal', { ...NONE, return: 'minimal' }],
  ['Return = "Representation"', { ...NONE, return: 'representation' }],
  ['return=other', NONE],
  ['respond-async', { respondAsync: true, wait: 0 }],
  ['respond-async, wait=10', { respondAsync: true, wait: 10 }],
  ['wait=100; foo=bar, Respond-Async', { respondAsync: true, wait: 20 }],
  ['wait=5, wait=7', { ...NONE, wait: 5 }],
  ['wait=soon, respond-asynchronously, x-return=minimal', NONE],
  [
    'handling=lenient, respond-async;wait="3", return=minimal',
    { respondAsync: true, wait: 3, return: 'minimal' },
  ],
])('%p is read', (prefer, expected) => {
  expect(read(prefer)).toEqual(expected);
});

test('no header makes it fail or wait longer than a function may', () => {
  fc.assert(
    fc.property(fc.string({ maxLength: 200, unit: 'binary-ascii' }), (prefer) => {
      const { wait } = preferencesOf({ headers: new Map([['prefer', prefer]]) });
      return wait >= 0 && wait <= 20;
    }),
  );
});
