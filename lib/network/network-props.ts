import type { IpAddressType } from 'aws-cdk-lib/aws-apigateway';
import type { ISecurityGroup, IVpc, SubnetSelection } from 'aws-cdk-lib/aws-ec2';
import type { aws_wafv2 as wafv2 } from 'aws-cdk-lib/interfaces';
import type { DomainProps } from '../api/domain-props';
import type { ScimAccess } from '../api/scim-access';
import type { VpcEndpointService } from './vpc-endpoint-service';

/** Network access, domain name and VPC of the service. */
export interface NetworkProps {
  /**
   * Networks from which the API can be reached.
   *
   * @default ScimAccess.fromAnywhere()
   */
  readonly access?: ScimAccess;

  /**
   * Networks from which the admin API and the console can be reached, if they differ from those of
   * identity providers.
   *
   * @default - as `access`
   */
  readonly adminAccess?: ScimAccess;

  /**
   * Networks from which the application can reach the application API.
   *
   * @default - those of `adminAccess`
   */
  readonly applicationAccess?: ScimAccess;

  /**
   * Whether the domain name that API Gateway assigns is disabled, so that callers have to use
   * `domain`.
   *
   * @default false
   */
  readonly disableExecuteApiEndpoint?: boolean;

  /**
   * Custom domain name of the API.
   *
   * Base URLs begin with it, and stay the same when the API is replaced. With
   * `ScimAccess.fromVpc()`, it is a private domain name.
   *
   * @default - the domain name that API Gateway assigns
   */
  readonly domain?: DomainProps;

  /**
   * Types of IP addresses from which the API can be reached.
   *
   * @default - IPv4; private APIs always have both
   */
  readonly ipAddressType?: IpAddressType;

  /**
   * Networks from which customers' identity administrators can reach the portal.
   *
   * Set it if `access` allows only identity providers, because people connect from elsewhere.
   *
   * @default - as `access`
   */
  readonly portalAccess?: ScimAccess;

  /**
   * Security groups of the functions in the VPC.
   *
   * The functions need outbound HTTPS to AWS services. Requires `vpc`.
   *
   * @default - a new security group with outbound HTTPS only
   */
  readonly securityGroups?: ISecurityGroup[];

  /**
   * VPC to run the functions in, for accounts that require one.
   *
   * A VPC does not make the API private, because API Gateway invokes functions wherever they run.
   * For a private API, see `access`.
   *
   * @default - no VPC; the functions call AWS services and nothing else
   */
  readonly vpc?: IVpc;

  /**
   * Whether to create VPC endpoints for the services that the functions call.
   *
   * These are gateway endpoints for DynamoDB and S3, which are free, and interface endpoints for
   * Secrets Manager, Lambda and EventBridge, with `failureMail` SES, and with `securityEvents` KMS,
   * which AWS bills by the hour. Set this to
   * `false` if the VPC already has endpoints or a route to the internet. Requires `vpc`.
   *
   * @default true
   */
  readonly vpcEndpoints?: boolean;

  /**
   * Services for which VPC endpoints are created.
   *
   * List those that the VPC has no endpoint for: a second gateway endpoint of a service in the same
   * route table fails to deploy. Requires `vpc`.
   *
   * @default - all services that the functions call
   */
  readonly vpcEndpointServices?: VpcEndpointService[];

  /**
   * Subnets of the VPC to run the functions in.
   *
   * Requires `vpc`.
   *
   * @default - the private subnets of the VPC
   */
  readonly vpcSubnets?: SubnetSelection;

  /**
   * Web ACL (WAFv2, regional) that inspects requests before the API.
   *
   * AWS's managed rules reject bodies above 8 KB, such as those of large groups: see
   * docs/operations/firewall.md.
   *
   * @default - no web ACL
   */
  readonly webAcl?: wafv2.IWebACLRef;

  /**
   * ARN of a web ACL that another stack or account manages, instead of `webAcl`.
   *
   * @default - no web ACL
   */
  readonly webAclArn?: string;
}
