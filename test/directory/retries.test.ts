import { DynamoDBError, type CallOptions } from '../../directory/store/dynamodb';
import { isTransient, Retries } from '../../directory/store/retries';

const throttled = new DynamoDBError('ProvisionedThroughputExceededException', 'slow down', 400);

describe('what passes and what does not', () => {
  test.each([
    ['throttling', throttled, true],
    ['a fault of the service', new DynamoDBError('X', 'failed', 502), true],
    [
      'a broken connection',
      Object.assign(new Error('socket hang up'), { code: 'ECONNRESET' }),
      true,
    ],
    ['no answer in time', Object.assign(new Error('no answer'), { code: 'ETIMEDOUT' }), true],
    ['a table that is not there', new DynamoDBError('ResourceNotFoundException', 'no', 400), false],
    ['a mistake of ours', new TypeError('undefined is not a function'), false],
    ['a file that is not there', Object.assign(new Error('no file'), { code: 'ENOENT' }), false],
    ['no error', 'text', false],
  ])('%s', (_, error, passes) => {
    expect(isTransient(error)).toBe(passes);
  });
});

describe('a request', () => {
  test('tries again what passes', async () => {
    let calls = 0;
    const result = await new Retries(Date.now() + 10_000).run(() => {
      calls += 1;
      return calls < 3 ? Promise.reject(throttled) : Promise.resolve('done');
    });
    expect([result, calls]).toEqual(['done', 3]);
  });

  test('does not try again what stays', async () => {
    let calls = 0;
    const failing = new Retries().run(() => {
      calls += 1;
      return Promise.reject(new TypeError('no'));
    });
    await expect(failing).rejects.toThrow(TypeError);
    expect(calls).toBe(1);
  });

  test('whose time is over is told to come again, and why is known here', async () => {
    const failing = new Retries(Date.now() + 1200).run(() => Promise.reject(throttled));
    await expect(failing).rejects.toMatchObject({
      status: 503,
      headers: { 'Retry-After': '2' },
      cause: throttled,
    });
    await expect(new Retries(Date.now()).run(() => Promise.resolve('late'))).rejects.toMatchObject({
      status: 503,
    });
  });

  test('gives a call no more time than is left', async () => {
    const timeouts: number[] = [];
    const call = ({ timeout = 0 }: CallOptions): Promise<void> => {
      timeouts.push(timeout);
      return Promise.resolve();
    };
    await new Retries(Date.now() + 60_000).run(call);
    await new Retries(Date.now() + 3000).run(call);
    expect(timeouts[0]).toBe(4000);
    expect(timeouts[1]).toBeLessThanOrEqual(2000);
  });
});
