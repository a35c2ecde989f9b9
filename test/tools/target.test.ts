import { connectionKey } from '../../directory/store/keys';
import { integerFlag, openTarget, readFlags, UsageError } from '../../tools/target';
import { server } from '../support/client';

const { dynamodbEndpoint: dynamodb, tableName: table } = server();

test('the table that is named is the one that is read', async () => {
  const target = await openTarget({ table, dynamodb });
  expect(await target.table.get(connectionKey('default'))).toMatchObject({
    identityProvider: 'generic',
  });
  target.close();
});

test.each([
  ['no table', { dynamodb }, '--table is missing'],
  // The rest of the message is the engine's, and each engine has its own words.
  ['another table', { table: 'nosuch', dynamodb }, /^The table "nosuch" cannot be read: \S/],
  ['no URL', { table, dynamodb: 'nowhere' }, '--dynamodb takes a URL'],
  [
    'a port where nothing listens',
    { table, dynamodb: 'http://127.0.0.1:1' },
    'connect ECONNREFUSED',
  ],
])('%s is a mistake that is told at once', async (_, flags, message) => {
  await expect(openTarget(flags)).rejects.toThrow(UsageError);
  await expect(openTarget(flags)).rejects.toThrow(message);
});

test('flags', () => {
  expect(readFlags(['--table', 't', '--users', '7'], { users: { type: 'string' } })).toEqual({
    table: 't',
    users: '7',
  });
  expect(readFlags(['--help'])).toBe('help');
  expect(() => readFlags(['--tabel', 't'])).toThrow(UsageError);
  expect([integerFlag({ users: '7' }, 'users', 1), integerFlag({}, 'users', 1)]).toEqual([7, 1]);
  expect(() => integerFlag({ users: 'ten' }, 'users', 1)).toThrow('--users takes a number');
});
