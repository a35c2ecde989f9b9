import { createInterface } from 'node:readline';
import { DynamoDBConnection } from '../../directory/store/client/dynamodb';
import { Retries } from '../../directory/store/retries';

/*
 * Makes a call to the endpoint of the first argument for each line of standard input, and prints
 * whether it succeeded. frozen-process.test.ts stops and continues this process, as Lambda does
 * between invocations.
 */
const [, , endpoint] = process.argv;
const credentials = { accessKeyId: 'local', secretAccessKey: 'local' };
const connection = new DynamoDBConnection({
  region: 'us-east-1',
  endpoint,
  credentials: () => credentials,
});

createInterface({ input: process.stdin }).on('line', () => {
  void new Retries(Date.now() + 10_000)
    .run((options) => connection.call('GetItem', { TableName: 't', Key: {} }, options))
    .then(
      () => 'ok',
      (error: unknown) => String(error),
    )
    .then((line) => process.stdout.write(`${line}\n`));
});
process.stdout.write('ready\n');
