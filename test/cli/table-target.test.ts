import { UnreachableError, UsageError } from '../../cli/errors';
import { openTable } from '../../cli/table-target';
import { connectionKey } from '../../directory/store/keys';
import { server } from '../support/client';

const { dynamodbEndpoint: dynamodb, tableName: table } = server();

test('openTable opens the table that the options name', async () => {
  const target = await openTable({ table, dynamodb });
  expect(await target.table.get(connectionKey('default'))).toMatchObject({
    identityProvider: 'generic',
  });
  target.close();
});

test.each([
  ['a missing table name', { dynamodb }, UsageError, /--table/],
  ['an invalid URL', { table, dynamodb: 'nowhere' }, UsageError, /--dynamodb takes a URL/],
  // The rest of the message comes from the engine and differs between engines.
  [
    'an unknown table',
    { table: 'nosuch', dynamodb },
    UnreachableError,
    /^The table "nosuch" cannot be read: \S/,
  ],
  [
    'a port without a listener',
    { table, dynamodb: 'http://127.0.0.1:1' },
    UnreachableError,
    /connect ECONNREFUSED/,
  ],
])('openTable refuses %s', async (_, options, type, message) => {
  const error: unknown = await openTable(options).catch((thrown: unknown) => thrown);
  expect(error).toBeInstanceOf(type);
  expect(error).toMatchObject({ message: expect.stringMatching(message) as string });
});
