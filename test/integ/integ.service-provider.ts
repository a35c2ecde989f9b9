import { ExpectedResult, IntegTest, type IApiCall } from '@aws-cdk/integ-tests-alpha';
import { App, RemovalPolicy, Stack } from 'aws-cdk-lib';
import { IdentityProvider, ScimServiceProvider } from '../../lib';
import { CHECKS } from './checks';

/* `npm run test:integ` deploys this app into an AWS account, makes the checks, and deletes it. */

const CONNECTION = 'integ';

const app = new App();
const stack = new Stack(app, 'ScimInteg');
const scim = new ScimServiceProvider(stack, 'Scim', {
  connections: [{ id: CONNECTION, identityProvider: IdentityProvider.GENERIC }],
  alarms: {},
  removalPolicy: RemovalPolicy.DESTROY,
});

const { assertions } = new IntegTest(app, 'ServiceProvider', { testCases: [stack] });
const secret = assertions.awsApiCall('SecretsManager', 'getSecretValue', {
  SecretId: scim.tokenSecret(CONNECTION).secretName,
});
secret.provider.addToRolePolicy({
  Effect: 'Allow',
  Action: ['secretsmanager:GetSecretValue'],
  Resource: ['*'],
});
const token = secret.getAttString('SecretString');

CHECKS.reduce<IApiCall>((previous, { method, path, hasToken, body, status, answer }) => {
  const call = assertions.httpApiCall(`${scim.scimBaseUrl(CONNECTION)}${path}`, {
    method,
    headers: {
      'Content-Type': 'application/scim+json',
      ...(hasToken ? { Authorization: `Bearer ${token}` } : {}),
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  call.expect(ExpectedResult.objectLike({ status, body: answer }));
  return previous.next(call);
}, secret);
