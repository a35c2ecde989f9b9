import { DynamoDBError, type CallOptions } from '../../directory/store/client/dynamodb';
import { isTransient, Retries } from '../../directory/store/retries';

const throttled = new DynamoDBError('ProvisionedThroughputExceededException', 'slow down', 400);

describe('isTransient', () => {
  test.each<readonly [string, unknown, boolean]>([
    ['true for throttling', throttled, true],
    ['true for a service fault', new DynamoDBError('X', 'failed', 502), true],
    [
      'true for a broken connection',
      Object.assign(new Error('socket hang up'), { code: 'ECONNRESET' }),
      true,
    ],
    ['true for a timeout', Object.assign(new Error('no answer'), { code: 'ETIMEDOUT' }), true],
    ...[
      'EAI_AGAIN', 'ENOTFOUND', 'EPROTO', 'EPIPE', 'ENETUNREACH', 'HPE_INVALID_CONSTANT',
      'ERR_SSL_WRONG_VERSION_NUMBER',
    ].map(
      (code) => [`true for ${code}`, Object.assign(new Error(code), { code }), true] as const,
    ), // prettier-ignore
    [
      'false for a certificate of another host',
      Object.assign(new Error('altname'), { code: 'ERR_TLS_CERT_ALTNAME_INVALID' }),
      false,
    ],
    ['false for a missing table', new DynamoDBError('ResourceNotFoundException', 'no', 400), false],
    ['false for a programming error', new TypeError('undefined is not a function'), false],
    ['false for a missing file', Object.assign(new Error('no file'), { code: 'ENOENT' }), false],
    ['false for a value that is not an error', 'text', false],
  ])('is %s', (_, error, expected) => {
    expect(isTransient(error)).toBe(expected);
  });
});

describe('a request', () => {
  test('retries transient errors', async () => {
    let calls = 0;
    const result = await new Retries(Date.now() + 10_000).run(() => {
      calls += 1;
      return calls < 3 ? Promise.reject(throttled) : Promise.resolve('done');
    });
    expect([result, calls]).toEqual(['done', 3]);
  });

  test('does not retry permanent errors', async () => {
    let calls = 0;
    const failing = new Retries().run(() => {
      calls += 1;
      return Promise.reject(new TypeError('no'));
    });
    await expect(failing).rejects.toThrow(TypeError);
    expect(calls).toBe(1);
  });

  test('fails with 503, Retry-After and the cause when its time is up', async () => {
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

  test('limits the timeout of a call to the time left', async () => {
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
