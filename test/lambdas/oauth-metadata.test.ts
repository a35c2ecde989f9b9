import type { APIGatewayProxyEvent } from 'aws-lambda';
import { readEvent } from '../../lambdas/http/scim-request';
import { metadataAnswer } from '../../lambdas/oauth/metadata';
import { METADATA_ROUTE } from '../../lambdas/routes';

/** Creates an event as a custom domain without a base path sends it. */
function event(connectionId: string): APIGatewayProxyEvent {
  const path = METADATA_ROUTE.path.replace('{connectionId}', connectionId);
  return {
    resource: METADATA_ROUTE.path,
    httpMethod: 'GET',
    headers: {},
    pathParameters: { connectionId },
    queryStringParameters: null,
    requestContext: { path, domainName: 'scim.example.com' },
    body: null,
  } as unknown as APIGatewayProxyEvent;
}

test('metadata name the issuer whose path follows the well-known one', () => {
  const { status, body = '' } = metadataAnswer(readEvent(event('acme')));
  const metadata = JSON.parse(body) as Record<string, unknown>;
  expect(status).toBe(200);
  expect(metadata).toMatchObject({
    issuer: 'https://scim.example.com/v2/connections/acme',
    token_endpoint: 'https://scim.example.com/v2/connections/acme/oauth2/token',
    grant_types_supported: ['client_credentials'],
    response_types_supported: [],
  });
});

test('text that cannot be the id of a connection has no metadata', () => {
  expect(metadataAnswer(readEvent(event('Not An Id'))).status).toBe(404);
});
