import { Fn } from 'aws-cdk-lib';
import { Match } from 'aws-cdk-lib/assertions';
import { InterfaceVpcEndpoint, Peer, Vpc } from 'aws-cdk-lib/aws-ec2';
import { ScimAccess } from '../../lib';
import { importedVpc, provide, webAclIn } from './support';

const SCIM_READS = 'execute-api:/scim/GET/v2/*';
const ADMIN_READS = 'execute-api:/scim/GET/admin/*';

test('by default, the API policy denies no caller and new tokens are tested over HTTP', () => {
  const template = provide().template();
  template.hasResourceProperties('AWS::ApiGateway::RestApi', {
    Policy: {
      Statement: [
        Match.objectLike({ Effect: 'Allow', Resource: Match.arrayWith([SCIM_READS]) }),
        Match.objectLike({ Effect: 'Deny', Resource: Match.arrayWith([ADMIN_READS]) }),
      ],
    },
    EndpointConfiguration: { Types: ['REGIONAL'] },
  });
  expect(JSON.stringify(template)).not.toContain('PROBED_FUNCTION_ARN');
});

test('fromIpRanges denies other addresses and allows only the SCIM routes', () => {
  const { template } = provide(() => ({
    access: ScimAccess.fromIpRanges('192.0.2.0/24', '2001:db8::/32'),
  }));
  const synthesized = template();
  synthesized.hasResourceProperties('AWS::ApiGateway::RestApi', {
    Policy: {
      Statement: [
        Match.objectLike({ Effect: 'Allow', Resource: Match.arrayWith([SCIM_READS]) }),
        Match.objectLike({ Effect: 'Deny', Resource: Match.arrayWith([ADMIN_READS]) }),
        {
          Effect: 'Deny',
          Principal: { AWS: '*' },
          Action: 'execute-api:Invoke',
          Resource: 'execute-api:/*',
          Condition: { NotIpAddress: { 'aws:SourceIp': ['192.0.2.0/24', '2001:db8::/32'] } },
        },
      ],
    },
  });
});

test.each([
  ['an IP allow-list', () => ({ access: ScimAccess.fromIpRanges('192.0.2.0/24') })],
  [
    'a web ACL',
    (scope: Parameters<Parameters<typeof provide>[0] & object>[0]) => ({
      webAcl: webAclIn(scope),
    }),
  ],
])('with %s, new tokens are tested by invoking a function, and the roles permit it', (_, props) => {
  const synthesized = provide(props).template();
  for (const [role, description] of [
    ['AdminRole', 'SCIM: serves the admin API'],
    ['TokenRotationRole', 'SCIM: rotates tokens for Secrets Manager'],
  ] as const) {
    synthesized.hasResourceProperties('AWS::Lambda::Function', {
      Description: description,
      Environment: {
        Variables: Match.objectLike({
          PROBED_FUNCTION_ARN: { 'Fn::GetAtt': [Match.stringLikeRegexp('Discovery'), 'Arn'] },
        }),
      },
    });
    synthesized.hasResourceProperties('AWS::IAM::Policy', {
      Roles: [{ Ref: Match.stringLikeRegexp(role) }],
      PolicyDocument: {
        Statement: Match.arrayWith([
          Match.objectLike({
            Action: 'lambda:InvokeFunction',
            Resource: { 'Fn::GetAtt': [Match.stringLikeRegexp('Discovery'), 'Arn'] },
          }),
        ]),
      },
    });
  }
});

test('fromVpc creates a private API and its VPC endpoint, and denies other callers', () => {
  const { provider, template } = provide((stack) => ({
    vpc: importedVpc(stack),
    access: ScimAccess.fromVpc(),
  }));
  expect(provider.apiEndpoint).toBeDefined();
  provider.apiEndpoint?.connections.allowDefaultPortFrom(Peer.ipv4('192.168.0.0/16'), 'the office');
  const synthesized = template();
  synthesized.hasResourceProperties('AWS::EC2::SecurityGroup', {
    GroupDescription: 'Callers of the SCIM API',
    SecurityGroupIngress: ['10.0.0.0/16', '192.168.0.0/16'].map((CidrIp) =>
      Match.objectLike({ CidrIp, FromPort: 443 }),
    ),
  });
  const endpoint = { Ref: Match.stringLikeRegexp('ApiEndpoint') };
  synthesized.hasResourceProperties('AWS::ApiGateway::RestApi', {
    EndpointConfiguration: { Types: ['PRIVATE'], VpcEndpointIds: [endpoint] },
    Policy: {
      Statement: Match.arrayWith([
        Match.objectLike({
          Effect: 'Deny',
          Condition: { StringNotEquals: { 'aws:SourceVpce': [endpoint] } },
        }),
      ]),
    },
  });
  synthesized.hasResourceProperties('AWS::EC2::VPCEndpoint', {
    ServiceName: 'com.amazonaws.eu-central-1.execute-api',
    PrivateDnsEnabled: true,
  });
});

test('fromVpc uses existing endpoints if they are given', () => {
  const { template } = provide((stack) => ({
    access: ScimAccess.fromVpc(
      InterfaceVpcEndpoint.fromInterfaceVpcEndpointAttributes(stack, 'Theirs', {
        vpcEndpointId: 'vpce-0123456789abcdef0',
        port: 443,
      }),
    ),
  }));
  const synthesized = template();
  synthesized.hasResourceProperties('AWS::ApiGateway::RestApi', {
    EndpointConfiguration: { Types: ['PRIVATE'], VpcEndpointIds: ['vpce-0123456789abcdef0'] },
  });
  synthesized.resourceCountIs('AWS::EC2::VPCEndpoint', 0);
});

test('invalid values and combinations throw an error that explains the fix', () => {
  expect(() => ScimAccess.fromIpRanges()).toThrow('at least one CIDR range');
  expect(() => ScimAccess.fromIpRanges('192.0.2.1', '10.0.0.0/8')).toThrow('not "192.0.2.1"');
  expect(() => ScimAccess.fromIpRanges('999.1.1.1/24')).toThrow('not "999.1.1.1/24"');
  expect(() => ScimAccess.fromIpRanges('2001:db8::/129')).toThrow('not "2001');
  expect(() => ScimAccess.fromIpRanges(Fn.importValue('Office'))).not.toThrow();
  expect(() => provide(() => ({ access: ScimAccess.fromVpc() }))).toThrow('set vpc to have one');
  expect(() =>
    provide((stack) => ({
      vpc: Vpc.fromVpcAttributes(stack, 'Vpc', {
        vpcId: 'vpc-0123456789abcdef0',
        availabilityZones: ['eu-central-1a'],
        isolatedSubnetIds: ['subnet-0123456789abcdef0'],
      }),
      access: ScimAccess.fromVpc(),
    })),
  ).toThrow('Import the VPC with vpcCidrBlock');
  expect(() => provide(() => ({ vpcEndpoints: false }))).toThrow('vpcEndpoints requires vpc');
  expect(() => provide(() => ({ vpcEndpointServices: [] }))).toThrow('requires vpc');
  expect(() =>
    provide((stack) => ({
      vpc: importedVpc(stack),
      vpcEndpoints: false,
      vpcEndpointServices: [],
    })),
  ).toThrow('Remove one of the two');
});
