import { Aws } from 'aws-cdk-lib';
import { ScimSecurityEvents, StreamMode } from '../../lib';
import { parseJson } from '../../scim/json';
import { provide } from './support';

test('streams are declared in the form of the admin API, with ids that stay the same', () => {
  const streams = [
    ScimSecurityEvents.poll({ audience: 'https://hr.example', mode: StreamMode.FULL }),
    ScimSecurityEvents.push({ url: 'https://receiver.example/events' }),
  ];
  const template = provide(() => ({ securityEvents: streams })).template();
  const [resource] = Object.values(template.findResources('Custom::ScimSecurityEvents'));
  const declared = parseJson(String(resource?.['Properties'].Streams));
  const [poll, push] = streams;
  expect(declared).toEqual([
    { id: poll?.streamId, delivery: 'poll', audience: 'https://hr.example', mode: 'full' },
    {
      id: push?.streamId,
      delivery: 'push',
      url: 'https://receiver.example/events',
      mode: 'notice',
    },
  ]);
  expect(ScimSecurityEvents.poll({ audience: 'https://hr.example' }).streamId).toBe(poll?.streamId);
  const outputs = Object.values(template.toJSON()['Outputs'] as Record<string, { Value: unknown }>);
  expect(outputs.map(({ Value }) => Value)).toEqual(
    expect.arrayContaining([poll?.streamId, push?.streamId]),
  );
});

test('without security events there is no key, function or route for them', () => {
  const template = provide().template();
  template.resourceCountIs('AWS::KMS::Key', 0);
  template.resourcePropertiesCountIs('AWS::ApiGateway::Resource', { PathPart: 'jwks.json' }, 0);
  template.resourceCountIs('Custom::ScimSecurityEvents', 0);
});

test('an empty list creates the key and the function, but declares nothing', () => {
  const template = provide(() => ({ securityEvents: [] })).template();
  template.resourceCountIs('AWS::KMS::Key', 1);
  template.hasResourceProperties('AWS::Lambda::Function', {
    Description: 'SCIM: performs requests after their answer',
    Timeout: 900,
  });
  template.resourcePropertiesCountIs('AWS::ApiGateway::Resource', { PathPart: 'jwks.json' }, 1);
  template.resourceCountIs('Custom::ScimSecurityEvents', 0);
});

test('a new signing key comes beside the earlier one, which keeps its place in the stack', () => {
  const keysOf = (number: number): readonly [string[], string] => {
    const props = { securityEvents: [], securityEventKey: number };
    const template = provide(() => props).template();
    const functions = JSON.stringify(template.findResources('AWS::Lambda::Function'));
    const [, order = ''] = /"SIGNING_KEY_ARNS":(.*?)\}\}/.exec(functions) ?? [];
    return [Object.keys(template.findResources('AWS::KMS::Key')), order];
  };
  const [[one]] = keysOf(1);
  const [two, order] = keysOf(2);
  const [three] = keysOf(3);
  expect(two).toHaveLength(2);
  expect(two).toContain(one);
  expect(three).toHaveLength(2);
  expect(three).not.toContain(one);
  const second = two.find((id) => id !== one);
  expect(three).toContain(second);
  // The new one signs: it is the first.
  const references = order.match(/SigningKey\d/g);
  expect(references).toEqual(['SigningKey2', 'SigningKey1']);
});

test.each([
  [
    'two receivers with the same audience',
    { securityEvents: [ScimSecurityEvents.poll(), ScimSecurityEvents.poll()] },
    'Two security event streams have the same receiver.',
  ],
  [
    'an audience that is known only at deployment',
    { securityEvents: [ScimSecurityEvents.poll({ audience: Aws.ACCOUNT_ID })] },
    'must be known at synthesis',
  ],
  [
    'a URL without TLS',
    { securityEvents: [ScimSecurityEvents.push({ url: 'http://receiver.example' })] },
    'must start with https://',
  ],
  [
    'a wrong key number',
    { securityEvents: [], securityEventKey: 0 },
    'securityEventKey must be 1 or a greater integer, not 0.',
  ],
  ['a key without streams', { securityEventKey: 2 }, 'securityEventKey requires securityEvents'],
])('%s is refused at synth', (_, props, message) => {
  expect(() => provide(() => props)).toThrow(message);
});
