import { marshall as sdkMarshall } from '@aws-sdk/util-dynamodb';
import * as aws4 from 'aws4';
import fc from 'fast-check';
import { marshall, unmarshall } from '../../directory/store/client/attribute-values';
import { Signer } from '../../directory/store/client/signature';
import type { ItemValue } from '../../directory/store/item';

/* What the client of DynamoDB does itself, compared with the libraries that it replaces. */

/** Returns names and values in turn as an object with lower-case names. */
function asObject(headers: readonly string[]): Record<string, string> {
  return Object.fromEntries(
    headers.flatMap((name, index) =>
      index % 2 === 0 ? [[name.toLowerCase(), headers[index + 1] ?? '']] : [],
    ),
  );
}

const HOUR = 3_600_000;

test('calls are signed as aws4 signs them, with any credentials, at any time', () => {
  const signer = new Signer('dynamodb', 'eu-central-1', 'localhost:8000');
  const keys = fc.record({
    accessKeyId: fc.stringMatching(/^[A-Z0-9]{4,20}$/),
    secretAccessKey: fc.string({ minLength: 1, maxLength: 40 }),
    sessionToken: fc.option(fc.stringMatching(/^[A-Za-z0-9+/=]{1,200}$/), { nil: undefined }),
  });
  // Times close to each other, so that seconds and days both repeat and change.
  const time = fc.integer({ min: 0, max: 72 * HOUR }).map((ms) => Date.UTC(2026, 1, 27) + ms);
  fc.assert(
    fc.property(keys, time, fc.string(), (credentials, now, text) => {
      const body = JSON.stringify({ text });
      const headers = asObject(signer.headers('DynamoDB_20120810.GetItem', body, credentials, now));
      const { sessionToken, ...others } = credentials;
      const expected = aws4.sign(
        {
          service: 'dynamodb',
          region: 'eu-central-1',
          host: 'localhost:8000',
          method: 'POST',
          path: '/',
          headers: {
            'Content-Type': 'application/x-amz-json-1.0',
            'X-Amz-Target': 'DynamoDB_20120810.GetItem',
            'X-Amz-Date': headers['x-amz-date'] ?? '',
          },
          // aws4 would sign its length, too.
          body,
          extraHeadersToIgnore: { 'content-length': true },
        } as aws4.Request,
        { ...others, ...(sessionToken === undefined ? {} : { sessionToken }) },
      ).headers;
      expect(headers['authorization']).toBe(expected?.['Authorization']);
      expect(headers['content-length']).toBe(String(Buffer.byteLength(body)));
      expect(headers['x-amz-date']).toBe(new Date(now).toISOString().replace(/[-:]|\.\d{3}/g, ''));
      expect(headers['x-amz-security-token']).toBe(sessionToken);
    }),
  );
});

const { value } = fc.letrec<{ value: ItemValue }>((tie) => ({
  value: fc.oneof(
    { depthSize: 'small' },
    fc.string(),
    // DynamoDB has no negative zero.
    fc
      .double({ noNaN: true, noDefaultInfinity: true, min: -1e12, max: 1e12 })
      .map((number) => number + 0),
    fc.boolean(),
    fc.constant(null),
    fc.array(tie('value'), { maxLength: 4 }),
    fc.dictionary(
      fc.string().filter((text) => text !== '__proto__'),
      tie('value'),
      { maxKeys: 4, noNullPrototype: true },
    ),
  ),
}));
// No attribute of an item has this name.
const name = fc.string().filter((text) => text !== '__proto__');
const item = fc.dictionary(name, value, { noNullPrototype: true });

test('items are converted as the SDK converts them, and back', () => {
  fc.assert(
    fc.property(item, (plain) => {
      expect(marshall(plain)).toEqual(sdkMarshall(plain));
      expect(unmarshall(marshall(plain))).toEqual(plain);
    }),
  );
  const set = new Set(['a', 'b']);
  expect(marshall({ set })).toEqual(sdkMarshall({ set }));
  expect(unmarshall({ set: { SS: ['a', 'b'] } })).toEqual({ set: ['a', 'b'] });
});

test('values that no item has are refused', () => {
  const binary = { B: new Uint8Array() } as object;
  expect(() => unmarshall({ binary })).toThrow('no values of the type B');
});
