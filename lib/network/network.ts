import { Annotations } from 'aws-cdk-lib';
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
import { acknowledge } from '../acknowledge';
import type { NetworkProps } from './network-props';
import { VpcEndpointService } from './vpc-endpoint-service';

/** Placement of the functions in a VPC. */
export interface FunctionNetwork {
  readonly vpc: IVpc;
  readonly vpcSubnets?: SubnetSelection;
  readonly securityGroups: ISecurityGroup[];
}

/** Props that require a VPC. */
const IN_VPC = ['vpcSubnets', 'securityGroups', 'vpcEndpoints', 'vpcEndpointServices'] as const;

/** Endpoints by service, with their construct ids. */
const ENDPOINTS: Readonly<
  Record<
    VpcEndpointService,
    readonly [string, GatewayVpcEndpointAwsService | InterfaceVpcEndpointAwsService]
  >
> = {
  [VpcEndpointService.DYNAMODB]: ['DynamoDbEndpoint', GatewayVpcEndpointAwsService.DYNAMODB],
  [VpcEndpointService.S3]: ['S3Endpoint', GatewayVpcEndpointAwsService.S3],
  [VpcEndpointService.SECRETS_MANAGER]: [
    'SecretsManagerEndpoint',
    InterfaceVpcEndpointAwsService.SECRETS_MANAGER,
  ],
  [VpcEndpointService.LAMBDA]: ['LambdaEndpoint', InterfaceVpcEndpointAwsService.LAMBDA],
  [VpcEndpointService.KMS]: ['KmsEndpoint', InterfaceVpcEndpointAwsService.KMS],
  [VpcEndpointService.EVENT_BRIDGE]: [
    'EventBridgeEndpoint',
    InterfaceVpcEndpointAwsService.EVENTBRIDGE,
  ],
  [VpcEndpointService.SES]: ['SesEndpoint', InterfaceVpcEndpointAwsService.EMAIL],
};

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
    for (const name of IN_VPC) {
      if (props[name] !== undefined)
        throw new Error(`${name} requires vpc: pass the VPC as well, or remove ${name}.`);
    }
    return undefined;
  }

  readonly functions: FunctionNetwork;
  private readonly services: readonly VpcEndpointService[];

  private constructor(
    private readonly scope: Construct,
    private readonly vpc: IVpc,
    {
      vpcSubnets,
      securityGroups,
      vpcEndpoints = true,
      vpcEndpointServices: services,
    }: NetworkProps,
  ) {
    if (!vpcEndpoints && services !== undefined) {
      throw new Error(
        'vpcEndpoints: false cannot be combined with vpcEndpointServices. Remove one of the two.',
      );
    }
    const { subnets } = vpc.selectSubnets(vpcSubnets);
    const isolated = new Set(vpc.isolatedSubnets.map(({ subnetId }) => subnetId));
    if (subnets.length > 0 && subnets.every(({ subnetId }) => isolated.has(subnetId))) {
      Annotations.of(scope).addWarningV2(
        'cdk-scim:webhooksWithoutInternet',
        'The functions are in isolated subnets, from which webhooks cannot be sent. Without ' +
          'webhooks nothing is lost: acknowledge this warning.',
      );
      Annotations.of(scope).addWarningV2(
        'cdk-scim:federationWithoutInternet',
        'The functions are in isolated subnets, from which the keys of token issuers cannot be ' +
          'fetched: a connection with a trust (workload identity federation) refuses all tokens ' +
          'of its issuer. Bearer tokens and client secrets work. Without a trust, nothing is ' +
          'lost: acknowledge this warning.',
      );
    }
    this.services = vpcEndpoints ? (services ?? Object.values(VpcEndpointService)) : [];
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
   * Creates endpoints for the services that the functions call, as far as the props want them.
   * @returns constructs that must exist as long as functions make calls
   */
  addEndpoints(props: {
    readonly failureMail?: object;
    readonly securityEvents?: object;
  }): readonly Construct[] {
    const uncalled = [
      ...(props.failureMail === undefined ? [VpcEndpointService.SES] : []),
      ...(props.securityEvents === undefined ? [VpcEndpointService.KMS] : []),
    ];
    const wanted = this.services.filter((each) => !uncalled.includes(each));
    let group: SecurityGroup | undefined;
    const endpoints = wanted.map((each) => {
      const [id, service] = ENDPOINTS[each];
      if (service instanceof GatewayVpcEndpointAwsService) return this.gatewayEndpoint(id, service);
      return this.interfaceEndpoint(id, service, (group ??= this.endpointGroup()));
    });
    return group === undefined ? endpoints : [...endpoints, group];
  }

  private endpointGroup(): SecurityGroup {
    const group = this.group('EndpointGroup', 'What the SCIM functions call');
    for (const functions of this.functions.securityGroups)
      group.addIngressRule(functions, Port.HTTPS, 'SCIM functions');
    return group;
  }

  private gatewayEndpoint(id: string, service: GatewayVpcEndpointAwsService): GatewayVpcEndpoint {
    const { vpc, vpcSubnets } = this.functions;
    // Adds routes to the route tables of these subnets only.
    const subnets = [{ subnets: vpc.selectSubnets(vpcSubnets).subnets }];
    return new GatewayVpcEndpoint(this.scope, id, { vpc, service, subnets });
  }

  /**
   * Creates the interface endpoint of a private API. It accepts callers from the VPC; its
   * `connections` let in others.
   * @throws Error if the CIDR range of the VPC is unknown
   */
  apiEndpoint(): InterfaceVpcEndpoint {
    const callers = this.group('ApiEndpointGroup', 'Callers of the SCIM API');
    callers.addIngressRule(Peer.ipv4(this.range()), Port.HTTPS, 'the VPC');
    acknowledge(
      callers,
      'AwsSolutions-EC23',
      'Only callers from the CIDR range of the VPC are allowed. ' +
        'cdk-nag cannot check a range that is unknown until deployment.',
    );
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

/**
 * Creates the interface endpoint of a private API.
 * @throws Error without a VPC to create it in
 */
export function apiEndpoint(network: Network | undefined): InterfaceVpcEndpoint {
  if (network !== undefined) return network.apiEndpoint();
  throw new Error(
    'ScimAccess.fromVpc() requires an interface endpoint of execute-api. ' +
      'Pass one to fromVpc(), or set vpc to have one created.',
  );
}
