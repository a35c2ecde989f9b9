import { Match } from 'aws-cdk-lib/assertions';
import { SecurityGroup } from 'aws-cdk-lib/aws-ec2';
import { FUNCTION_NAMES } from '../../lambdas/contract';
import { importedVpc as isolated, provide } from './support';

test('every function runs in the VPC, in a group that lets HTTPS out and nothing in, and its role lets Lambda attach it', () => {
  const synthesized = provide((stack) => ({
    vpc: isolated(stack),
    connections: [{ id: 'acme' }],
  })).template();
  const inVpc = synthesized.findResources('AWS::Lambda::Function', {
    Properties: {
      VpcConfig: { SecurityGroupIds: [Match.anyValue()], SubnetIds: Match.anyValue() },
    },
  });
  expect(Object.keys(inVpc)).toHaveLength(FUNCTION_NAMES.length);
  synthesized.hasResourceProperties('AWS::EC2::SecurityGroup', {
    GroupDescription: 'SCIM functions: HTTPS out, nothing in',
    SecurityGroupEgress: [Match.objectLike({ FromPort: 443, ToPort: 443, IpProtocol: 'tcp' })],
    SecurityGroupIngress: Match.absent(),
  });
  const policies = Object.values(synthesized.findResources('AWS::IAM::Policy'));
  expect(policies).toHaveLength(FUNCTION_NAMES.length);
  for (const policy of policies)
    expect(JSON.stringify(policy)).toContain('ec2:CreateNetworkInterface');
});

test('endpoints for what is called, and for nothing else', () => {
  const services = (props: Parameters<typeof provide>[0]): string[] =>
    Object.values(provide(props).template().findResources('AWS::EC2::VPCEndpoint'))
      .map((endpoint) => JSON.stringify(endpoint['Properties'].ServiceName))
      .map((name) => name.replace(/^.*\.([a-z0-9-]+)"\]*\}*$/, '$1'))
      .sort();
  expect(services((stack) => ({ vpc: isolated(stack) }))).toEqual([
    'dynamodb',
    'lambda',
    's3',
    'secretsmanager',
  ]);
  expect(
    services((stack) => ({ vpc: isolated(stack), failureMail: { sender: 'a@b.example' } })),
  ).toContain('email');
  expect(services((stack) => ({ vpc: isolated(stack), vpcEndpoints: false }))).toEqual([]);
});

test('subnets and groups of one’s own', () => {
  const synthesized = provide((stack) => {
    const vpc = isolated(stack);
    const securityGroups = [
      SecurityGroup.fromSecurityGroupId(stack, 'Theirs', 'sg-0123456789abcdef0'),
    ];
    return { vpc, securityGroups, vpcSubnets: { subnets: vpc.isolatedSubnets.slice(0, 1) } };
  }).template();
  const subnet = 'subnet-0123456789abcdef0';
  synthesized.allResourcesProperties('AWS::Lambda::Function', {
    VpcConfig: { SecurityGroupIds: ['sg-0123456789abcdef0'], SubnetIds: [subnet] },
  });
  synthesized.hasResourceProperties('AWS::EC2::VPCEndpoint', { SubnetIds: [subnet] });
});

test('declared connections are made when everything that it takes is there, and deleted before any of it', () => {
  const synthesized = provide((stack) => ({
    vpc: isolated(stack),
    failureMail: { sender: 'a@b.example' },
    connections: [{ id: 'acme' }],
  })).template();
  const [connection] = Object.values(synthesized.findResources('Custom::ScimConnection'));
  const awaited = (connection?.['DependsOn'] as readonly string[]).join();
  for (const name of [
    'DynamoDbEndpoint',
    'S3Endpoint',
    'SecretsManagerEndpoint',
    'LambdaEndpoint',
    'EndpointGroup',
  ]) {
    expect(awaited).toContain(`Scim${name}`);
  }
  // And new tokens are tried at the function: there may be no way to the API.
  synthesized.hasResourceProperties('AWS::Lambda::Function', {
    Environment: { Variables: Match.objectLike({ PROBED_FUNCTION_ARN: Match.anyValue() }) },
  });
});
