import { COMPLETION_FILTERS } from '../../lambdas/contract';
import { passesFilter } from '../../local/event-filter';
import type { Part } from '../../local/template';

const filters = JSON.parse(JSON.stringify(COMPLETION_FILTERS)) as Part[];
const event = (eventName: string, sk: string, image: object) => ({
  eventName,
  dynamodb: { Keys: { pk: { S: 'c#x#intent#1' }, sk: { S: sk } }, NewImage: image },
});

test.each([
  ['an intent that is handed over', event('MODIFY', 'intent', { handedOver: { S: 'now' } }), true],
  ['an intent that is recorded', event('INSERT', 'intent', { kind: { S: 'members' } }), false],
  ['another change of one', event('MODIFY', 'intent', { kind: { S: 'members' } }), false],
  ['a batch of one', event('MODIFY', '000000', { handedOver: { S: 'now' } }), false],
  [
    'a user whom a request changed',
    event('MODIFY', 'id', { by: { M: { requestId: { S: 'x' } } } }),
    true,
  ],
  ['a user whom no request changed', event('MODIFY', 'id', { version: { S: 'x' } }), false],
  ['something without an image', { eventName: 'REMOVE', dynamodb: {} }, false],
])('%s: %#', (_, record, passes) => {
  expect(filters.some((filter) => passesFilter(filter, record))).toBe(passes);
});

test('a rule that is not known here is no reason to let everything pass', () => {
  expect(() => passesFilter({ a: [{ 'anything-but': 1 }] }, { a: 2 })).toThrow('anything-but');
});
