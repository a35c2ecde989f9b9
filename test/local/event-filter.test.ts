import { STREAM_FILTERS } from '../../lambdas/contract';
import { passesFilter } from '../../local/event-filter';
import type { Part } from '../../local/template';

const filters = JSON.parse(JSON.stringify(STREAM_FILTERS)) as Part[];
const event = (eventName: string, sk: string, image: object) => ({
  eventName,
  dynamodb: { Keys: { pk: { S: 'c#x#intent#1' }, sk: { S: sk } }, NewImage: image },
});

test.each([
  [
    'pass an intent that is handed over',
    event('MODIFY', 'intent', { handedOver: { S: 'now' } }),
    true,
  ],
  ['pass a new connection', event('INSERT', 'connection', { version: { S: '1' } }), true],
  ['pass a new membership', event('INSERT', 'id', { type: { S: 'User' } }), true],
  ['drop a renamed membership', event('MODIFY', 'id', { type: { S: 'User' } }), false],
  ['drop a new indexed value', event('INSERT', 'unique', { id: { S: 'x' } }), false],
  ['drop a new event', event('INSERT', 'id', { entry: { S: 'event' } }), false],
  ['drop a batch of an intent', event('MODIFY', '000000', { handedOver: { S: 'now' } }), false],
  [
    'pass a user that a request changed',
    event('MODIFY', 'id', { by: { M: { requestId: { S: 'x' } } } }),
    true,
  ],
  [
    'drop a user that was changed without a request',
    event('MODIFY', 'id', { version: { S: 'x' } }),
    false,
  ],
  ['pass an item that was removed', { eventName: 'REMOVE', dynamodb: { OldImage: {} } }, true],
  ['drop a record without an image', { eventName: 'MODIFY', dynamodb: {} }, false],
])('the stream filters %s', (_, record, passes) => {
  expect(filters.some((filter) => passesFilter(filter, record))).toBe(passes);
});

test('an unsupported filter rule throws instead of letting every event pass', () => {
  expect(() => passesFilter({ a: [{ 'anything-but': 1 }] }, { a: 2 })).toThrow('anything-but');
});
