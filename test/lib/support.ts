import { App, Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { Certificate, type ICertificate } from 'aws-cdk-lib/aws-certificatemanager';
import { Vpc, type IVpc } from 'aws-cdk-lib/aws-ec2';
import { HostedZone, type IHostedZone } from 'aws-cdk-lib/aws-route53';
import { CfnWebACL } from 'aws-cdk-lib/aws-wafv2';
import { ScimServiceProvider, type ScimServiceProviderProps } from '../../lib';

const ENVIRONMENT = { account: '123456789012', region: 'eu-central-1' };

/** Imports a VPC that has only isolated subnets. */
export function importedVpc(stack: Stack): IVpc {
  return Vpc.fromVpcAttributes(stack, 'Vpc', {
    vpcId: 'vpc-0123456789abcdef0',
    vpcCidrBlock: '10.0.0.0/16',
    availabilityZones: ['eu-central-1a', 'eu-central-1b'],
    isolatedSubnetIds: ['subnet-0123456789abcdef0', 'subnet-0123456789abcdef1'],
    isolatedSubnetRouteTableIds: ['rtb-0123456789abcdef0', 'rtb-0123456789abcdef1'],
  });
}

/** Imports a certificate. */
export function certificateIn(scope: Stack): ICertificate {
  const arn = 'arn:aws:acm:eu-central-1:1:certificate/1';
  return Certificate.fromCertificateArn(scope, 'Certificate', arn);
}

/** Imports the hosted zone of example.com. */
export function zoneIn(scope: Stack): IHostedZone {
  const attributes = { hostedZoneId: 'Z', zoneName: 'example.com' };
  return HostedZone.fromHostedZoneAttributes(scope, 'Zone', attributes);
}

/** Creates a web ACL without rules. */
export function webAclIn(scope: Stack): CfnWebACL {
  return new CfnWebACL(scope, 'Acl', {
    scope: 'REGIONAL',
    defaultAction: { allow: {} },
    visibilityConfig: {
      cloudWatchMetricsEnabled: false,
      metricName: 'x',
      sampledRequestsEnabled: false,
    },
  });
}

/** Creates a service provider in a new stack. */
export function provide(props: (stack: Stack) => ScimServiceProviderProps = () => ({})): {
  readonly stack: Stack;
  readonly provider: ScimServiceProvider;
  readonly template: () => Template;
} {
  const stack = new Stack(new App(), 'Test', { env: ENVIRONMENT });
  const provider = new ScimServiceProvider(stack, 'Scim', props(stack));
  return { stack, provider, template: () => Template.fromStack(stack) };
}

/** Returns the ids of the policies that do not let their function use an encryption key. */
export function policiesWithoutKey(template: Template): readonly string[] {
  return Object.entries(template.findResources('AWS::IAM::Policy'))
    .filter(([, policy]) => !JSON.stringify(policy).includes('kms:Decrypt'))
    .map(([id]) => id);
}
