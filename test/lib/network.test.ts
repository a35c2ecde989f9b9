import { Match } from 'aws-cdk-lib/assertions';
import { SecurityGroup } from 'aws-cdk-lib/aws-ec2';
import { FUNCTION_NAMES } from '../../lambdas/contract';
import { VpcEndpointService } from '../../lib';
import { importedVpc as isolated, provide } from './support';

test('functions run in the VPC with HTTPS egress only and may create network interfaces', () => {
  const synthesized = provide((stack) => ({
    vpc: isolated(stack),
    connections: [{ id: 'acme' }],
    securityEvents: [],
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

test('the VPC gets endpoints only for the services that the functions call', () => {
  const services = (props: Parameters<typeof provide>[0]): string[] =>
    Object.values(provide(props).template().findResources('AWS::EC2::VPCEndpoint'))
      .map((endpoint) => JSON.stringify(endpoint['Properties'].ServiceName))
      .map((name) => name.replace(/^.*\.([a-z0-9-]+)"\]*\}*$/, '$1'))
      .sort();
  expect(services((stack) => ({ vpc: isolated(stack) }))).toEqual([
    'dynamodb',
    'events',
    'lambda',
    's3',
    'secretsmanager',
  ]);
  expect(
    services((stack) => ({ vpc: isolated(stack), failureMail: { sender: 'a@b.example' } })),
  ).toContain('email');
  expect(services((stack) => ({ vpc: isolated(stack), securityEvents: [] }))).toContain('kms');
  expect(services((stack) => ({ vpc: isolated(stack), vpcEndpoints: false }))).toEqual([]);
  const { LAMBDA, SECRETS_MANAGER, S3, SES } = VpcEndpointService;
  expect(
    services((stack) => ({
      vpc: isolated(stack),
      vpcEndpointServices: [LAMBDA, SECRETS_MANAGER, SES],
    })),
  ).toEqual(['lambda', 'secretsmanager']);
  expect(services((stack) => ({ vpc: isolated(stack), vpcEndpointServices: [S3] }))).toEqual([
    's3',
  ]);
});

test('vpcSubnets and securityGroups are used if they are given', () => {
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

test('declared connections depend on all VPC endpoints: created after them, deleted first', () => {
  const synthesized = provide((stack) => ({
    vpc: isolated(stack),
    failureMail: { sender: 'a@b.example' },
    connections: [{ id: 'acme' }],
    securityEvents: [],
  })).template();
  const [connection] = Object.values(synthesized.findResources('Custom::ScimConnection'));
  const dependencies = (connection?.['DependsOn'] as readonly string[]).join();
  for (const name of [
    'DynamoDbEndpoint',
    'S3Endpoint',
    'SecretsManagerEndpoint',
    'LambdaEndpoint',
    'EndpointGroup',
  ]) {
    expect(dependencies).toContain(`Scim${name}`);
  }
  // New tokens are tested by invoking a function, because the VPC may have no route to the API.
  synthesized.hasResourceProperties('AWS::Lambda::Function', {
    Environment: { Variables: Match.objectLike({ PROBED_FUNCTION_ARN: Match.anyValue() }) },
  });
});
