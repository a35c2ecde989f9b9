import { connectionKey } from '../../directory/store/keys';
import { integerFlag, openTarget, readFlags, UsageError } from '../../tools/target';
import { server } from '../support/client';

const { dynamodbEndpoint: dynamodb, tableName: table } = server();

test('openTarget opens the table that the flags name', async () => {
  const target = await openTarget({ table, dynamodb });
  expect(await target.table.get(connectionKey('default'))).toMatchObject({
    identityProvider: 'generic',
  });
  target.close();
});

test.each([
  ['a missing table name', { dynamodb }, '--table is missing'],
  // The rest of the message comes from the engine and differs between engines.
  ['an unknown table', { table: 'nosuch', dynamodb }, /^The table "nosuch" cannot be read: \S/],
  ['an invalid URL', { table, dynamodb: 'nowhere' }, '--dynamodb takes a URL'],
  ['a port without a listener', { table, dynamodb: 'http://127.0.0.1:1' }, 'connect ECONNREFUSED'],
])('openTarget throws a UsageError for %s', async (_, flags, message) => {
  const error: unknown = await openTarget(flags).catch((thrown: unknown) => thrown);
  expect(error).toBeInstanceOf(UsageError);
  expect(error).toMatchObject({
    message:
      typeof message === 'string'
        ? expect.stringContaining(message)
        : expect.stringMatching(message),
  });
});

test('readFlags and integerFlag read flags and reject invalid ones', () => {
  expect(readFlags(['--table', 't', '--users', '7'], { users: { type: 'string' } })).toEqual({
    table: 't',
    users: '7',
  });
  expect(readFlags(['--help'])).toBe('help');
  expect(() => readFlags(['--tabel', 't'])).toThrow(UsageError);
  expect([integerFlag({ users: '7' }, 'users', 1), integerFlag({}, 'users', 1)]).toEqual([7, 1]);
  expect(() => integerFlag({ users: 'ten' }, 'users', 1)).toThrow('--users takes a number');
});
