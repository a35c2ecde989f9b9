import { App, Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { Vpc, type IVpc } from 'aws-cdk-lib/aws-ec2';
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
