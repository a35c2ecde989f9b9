import { readSettings } from '../../bin/settings';

test('settings are read from the context, as texts of the command line or as JSON', () => {
  const settings = readSettings({
    '@aws-cdk/core:flag': true,
    'cli-telemetry': false,
    'aws:cdk:enable-asset-metadata': true,
    stackName: 'ScimTest',
    throttlingRateLimit: '50',
    throttlingBurstLimit: 60,
    accessFromIpRanges: '192.0.2.0/24, 198.51.100.0/24',
    failureMailSender: 'scim@example.com',
    failureMailRecipients: ['a@example.com', 'b@example.com'],
    alarmTopicArn: '',
    accessLogs: 'true',
    connections: [{ id: 'acme', identityProvider: 'entra', rotation: { everyDays: 90 } }],
  });
  expect(settings).toMatchObject({
    stackName: 'ScimTest',
    throttlingRateLimit: 50,
    throttlingBurstLimit: 60,
    accessLogs: true,
    accessFromIpRanges: ['192.0.2.0/24', '198.51.100.0/24'],
    failureMailRecipients: ['a@example.com', 'b@example.com'],
    connections: [{ id: 'acme', identityProvider: 'entra', rotation: { everyDays: 90 } }],
  });
  expect(settings.alarmTopicArn).toBeUndefined();
});

test('without settings there are none', () => {
  expect(readSettings({})).toEqual({
    connections: [],
    accessFromIpRanges: [],
    adminAccessFromIpRanges: [],
    portalAccessFromIpRanges: [],
    portalReturnOrigins: [],
    failureMailRecipients: [],
  });
});

test.each<[object, string]>([
  [{ failureMailSendr: 'x' }, 'Unrecognized key: "failureMailSendr"'],
  [{ connections: [{ id: 'acme', identityprovider: 'entra' }] }, '"identityprovider"'],
  [{ connections: [{ id: 'acme', identityProvider: 'azure' }] }, 'identityProvider'],
  [{ removalPolicy: 'delete' }, 'removalPolicy'],
  [{ throttlingRateLimit: 'fast' }, 'throttlingRateLimit'],
  [{ failureMailRecipients: 'a@example.com' }, 'failureMailRecipients requires failureMailSender'],
  [{ domainName: 'scim.example.com' }, 'domainName requires certificateArn'],
  [{ existingTableArn: 'arn:x' }, 'existingTableArn requires existingTableStreamArn'],
  [{ accessLogs: 'perhaps' }, 'accessLogs'],
  [{ hostedZoneId: 'Z', hostedZoneName: 'example.com' }, 'hostedZoneId requires domainName'],
])('%j is refused', (context, message) => {
  expect(() => readSettings(context)).toThrow(message);
});
