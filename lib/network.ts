import { Validations } from 'aws-cdk-lib';
import {
  GatewayVpcEndpoint,
  GatewayVpcEndpointAwsService,
  InterfaceVpcEndpoint,
  InterfaceVpcEndpointAwsService,
  Peer,
  Port,
  SecurityGroup,
  type ISecurityGroup,
  type IVpc,
  type SubnetSelection,
} from 'aws-cdk-lib/aws-ec2';
import type { Construct } from 'constructs';
import type { ScimServiceProviderProps } from './scim-service-provider-props';

/** Placement of the functions in a VPC. */
export interface FunctionNetwork {
  readonly vpc: IVpc;
  readonly vpcSubnets?: SubnetSelection;
  readonly securityGroups: ISecurityGroup[];
}

type NetworkProps = Pick<
  ScimServiceProviderProps,
  'vpc' | 'vpcSubnets' | 'securityGroups' | 'vpcEndpoints' | 'access'
>;

/** Places a service provider in a VPC, with endpoints for the services that its functions call. */
export class Network {
  /**
   * Creates the network of a service provider.
   * @returns undefined without a VPC
   * @throws Error for subnets, security groups or endpoints without a VPC
   */
  static of(scope: Construct, props: NetworkProps): Network | undefined {
    const { vpc } = props;
    if (vpc !== undefined) return new Network(scope, vpc, props);
    for (const name of ['vpcSubnets', 'securityGroups', 'vpcEndpoints'] as const) {
      if (props[name] !== undefined)
        throw new Error(`${name} requires vpc: pass the VPC as well, or remove ${name}.`);
    }
    return undefined;
  }

  readonly functions: FunctionNetwork;
  private readonly makesEndpoints: boolean;

  private constructor(
    private readonly scope: Construct,
    private readonly vpc: IVpc,
    { vpcSubnets, securityGroups, vpcEndpoints = true }: NetworkProps,
  ) {
    this.makesEndpoints = vpcEndpoints;
    this.functions = {
      vpc,
      securityGroups: securityGroups ?? [this.functionGroup()],
      ...(vpcSubnets === undefined ? {} : { vpcSubnets }),
    };
  }

  private functionGroup(): ISecurityGroup {
    const group = this.group('FunctionGroup', 'SCIM functions: HTTPS out, nothing in');
    group.addEgressRule(Peer.anyIpv4(), Port.HTTPS, 'AWS services');
    return group;
  }

  /**
   * Creates endpoints for the services that the functions call, unless `vpcEndpoints` is false.
   * DynamoDB and S3 get gateway endpoints, which are free; CloudFormation receives the responses of
   * declared connections through S3. All other services get interface endpoints.
   * @returns constructs that must exist as long as functions make calls
   */
  addEndpoints({ mails }: { readonly mails: boolean }): readonly Construct[] {
    if (!this.makesEndpoints) return [];
    const { vpc, vpcSubnets, securityGroups } = this.functions;
    // Adds routes to the route tables of these subnets only.
    const subnets = [{ subnets: vpc.selectSubnets(vpcSubnets).subnets }];
    const { DYNAMODB, S3 } = GatewayVpcEndpointAwsService;
    const group = this.group('EndpointGroup', 'What the SCIM functions call');
    for (const functions of securityGroups)
      group.addIngressRule(functions, Port.HTTPS, 'SCIM functions');
    const { SECRETS_MANAGER, EMAIL, LAMBDA } = InterfaceVpcEndpointAwsService;
    return [
      new GatewayVpcEndpoint(this.scope, 'DynamoDbEndpoint', { vpc, service: DYNAMODB, subnets }),
      new GatewayVpcEndpoint(this.scope, 'S3Endpoint', { vpc, service: S3, subnets }),
      group,
      this.interfaceEndpoint('SecretsManagerEndpoint', SECRETS_MANAGER, group),
      this.interfaceEndpoint('LambdaEndpoint', LAMBDA, group),
      ...(mails ? [this.interfaceEndpoint('SesEndpoint', EMAIL, group)] : []),
    ];
  }

  /**
   * Creates the interface endpoint of a private API. It accepts callers from the VPC; its
   * `connections` let in others.
   * @throws Error if the CIDR range of the VPC is unknown
   */
  apiEndpoint(): InterfaceVpcEndpoint {
    const callers = this.group('ApiEndpointGroup', 'Callers of the SCIM API');
    callers.addIngressRule(Peer.ipv4(this.range()), Port.HTTPS, 'the VPC');
    Validations.of(callers).acknowledge({
      id: 'AwsSolutions-EC23',
      reason:
        'Only callers from the CIDR range of the VPC are allowed. ' +
        'cdk-nag cannot check a range that is unknown until deployment.',
    });
    return this.interfaceEndpoint(
      'ApiEndpoint',
      InterfaceVpcEndpointAwsService.APIGATEWAY,
      callers,
    );
  }

  private interfaceEndpoint(
    id: string,
    service: InterfaceVpcEndpointAwsService,
    group: ISecurityGroup,
  ): InterfaceVpcEndpoint {
    const { vpcSubnets: subnets } = this.functions;
    return new InterfaceVpcEndpoint(this.scope, id, {
      vpc: this.vpc,
      service,
      open: false,
      securityGroups: [group],
      ...(subnets === undefined ? {} : { subnets }),
    });
  }

  private range(): string {
    try {
      return this.vpc.vpcCidrBlock;
    } catch (error) {
      const message =
        'The CIDR range of the VPC is unknown. ' +
        'Import the VPC with vpcCidrBlock, or pass an endpoint to ScimAccess.fromVpc().';
      throw new Error(message, { cause: error });
    }
  }

  /** Changing a group's description replaces the group, so descriptions stay as they are. */
  private group(id: string, description: string): SecurityGroup {
    return new SecurityGroup(this.scope, id, {
      vpc: this.vpc,
      description,
      allowAllOutbound: false,
    });
  }
}
