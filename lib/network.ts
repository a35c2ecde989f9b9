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

/** Where in a VPC the functions run. */
export interface FunctionNetwork {
  readonly vpc: IVpc;
  readonly vpcSubnets?: SubnetSelection;
  readonly securityGroups: ISecurityGroup[];
}

type NetworkProps = Pick<ScimServiceProviderProps, 'vpc' | 'vpcSubnets' | 'securityGroups' | 'vpcEndpoints' | 'access'>;

/** The part of a VPC that a service provider lives in, with endpoints of the services that it calls. */
export class Network {
  /**
   * @returns undefined without a VPC
   * @throws Error for subnets or security groups without a VPC
   */
  static of(scope: Construct, props: NetworkProps): Network | undefined {
    const { vpc } = props;
    if (vpc !== undefined) return new Network(scope, vpc, props);
    for (const name of ['vpcSubnets', 'securityGroups', 'vpcEndpoints'] as const) {
      if (props[name] !== undefined)
        throw new Error(`${name} means nothing without vpc: pass the VPC, too, or leave it out.`);
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
   * Makes endpoints for what the functions call, unless there are some: DynamoDB, and S3, where CloudFormation takes the answers of declared connections, at no cost;
   * interfaces for the rest.
   * @returns what must be there as long as the functions call anything
   */
  addEndpoints({ mails }: { readonly mails: boolean }): readonly Construct[] {
    if (!this.makesEndpoints) return [];
    const { vpc, vpcSubnets, securityGroups } = this.functions;
    // Routes of others are not touched.
    const subnets = [{ subnets: vpc.selectSubnets(vpcSubnets).subnets }];
    const { DYNAMODB, S3 } = GatewayVpcEndpointAwsService;
    const group = this.group('EndpointGroup', 'What the SCIM functions call');
    for (const functions of securityGroups) group.addIngressRule(functions, Port.HTTPS, 'SCIM functions');
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
   * An endpoint that requests to the API come through, from the VPC; its `connections` let others in.
   * @throws Error for a VPC whose range is not known
   */
  apiEndpoint(): InterfaceVpcEndpoint {
    const callers = this.group('ApiEndpointGroup', 'Callers of the SCIM API');
    callers.addIngressRule(Peer.ipv4(this.range()), Port.HTTPS, 'the VPC');
    Validations.of(callers).acknowledge({
      id: 'AwsSolutions-EC23',
      reason:
        'Callers are let in from the range of the VPC, which cdk-nag cannot read where it is known at deploy alone.',
    });
    return this.interfaceEndpoint('ApiEndpoint', InterfaceVpcEndpointAwsService.APIGATEWAY, callers);
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
        'The range of the vpc is not known: import it with vpcCidrBlock, or pass an endpoint to ScimAccess.fromVpc().';
      throw new Error(message, { cause: error });
    }
  }

  private group(id: string, description: string): SecurityGroup {
    return new SecurityGroup(this.scope, id, { vpc: this.vpc, description, allowAllOutbound: false });
  }
}
