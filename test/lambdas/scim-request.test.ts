import type { APIGatewayProxyEvent } from 'aws-lambda';
import { readEvent } from '../../lambdas/http/scim-request';
import { readJson } from '../../lambdas/http/json-body';

/** Creates an event with the properties that the functions read. */
function event(changes: Partial<APIGatewayProxyEvent>): APIGatewayProxyEvent {
  const base = {
    resource: '/v2/connections/{connectionId}/Users',
    httpMethod: 'POST',
    headers: { 'Content-Type': 'application/scim+json', 'X-Forwarded-Proto': 'https' },
    pathParameters: { connectionId: 'acme' },
    queryStringParameters: null,
    requestContext: { path: '/scim/v2/connections/acme/Users', domainName: 'api.example.com' },
    body: null,
    isBase64Encoded: false,
  };
  return { ...base, ...changes } as unknown as APIGatewayProxyEvent;
}

test('the base URL has the host of the request and its path up to the connection', () => {
  expect(readEvent(event({})).baseUrl).toBe('https://api.example.com/scim/v2/connections/acme');
  const custom = { path: '/identity/v2/connections/acme/Users/1', domainName: 'id.example.com' };
  const onDomain = readEvent(
    event({ requestContext: custom as APIGatewayProxyEvent['requestContext'] }),
  );
  expect(onDomain.baseUrl).toBe('https://id.example.com/identity/v2/connections/acme');
});

test('a base64-encoded body is decoded', () => {
  const body = Buffer.from('{"userName":"é"}').toString('base64');
  expect(readJson(readEvent(event({ body, isBase64Encoded: true })))).toEqual({ userName: 'é' });
});

test.each([
  ['userName+eq+"a+b"', 'userName eq "a+b"'],
  ['userName eq "a+b"', 'userName eq "a+b"'],
  ['emails[type+eq+"work"].value+eq+"a"', 'emails[type eq "work"].value eq "a"'],
])('plus signs outside of quotes become spaces in a filter: %s', (filter, expected) => {
  expect(readEvent(event({ queryStringParameters: { filter } })).parameters['filter']).toBe(
    expected,
  );
});

test('an event of the API Gateway console, which has no headers, is accepted', () => {
  const request = readEvent(event({ headers: null as unknown as APIGatewayProxyEvent['headers'] }));
  expect([request.headers.size, request.baseUrl]).toEqual([
    0,
    'https://api.example.com/scim/v2/connections/acme',
  ]);
});
