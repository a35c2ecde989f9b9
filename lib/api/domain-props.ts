import type { IDomainName } from 'aws-cdk-lib/aws-apigateway';
import type { ICertificate } from 'aws-cdk-lib/aws-certificatemanager';
import type { IHostedZone } from 'aws-cdk-lib/aws-route53';

/** Custom domain name of the API. */
export interface DomainProps {
  /** Domain name, such as `scim.example.com`. */
  readonly domainName: string;

  /**
   * Path below the domain name, without slashes, for a domain name that serves other APIs, too.
   *
   * @default - none; the API has the domain name for itself
   */
  readonly basePath?: string;

  /**
   * Certificate for the domain name, in the region of the stack.
   *
   * @default - none; required unless `existingDomain` is given
   */
  readonly certificate?: ICertificate;

  /**
   * Domain name that exists in API Gateway, for example because other APIs use it.
   *
   * Cannot be combined with `certificate`, `hostedZone` or `ScimAccess.fromVpc()`.
   *
   * @default - the domain name is created
   */
  readonly existingDomain?: IDomainName;

  /**
   * Hosted zone in which the DNS records of the domain name are created.
   *
   * @default - no records; create one that points to `api.domainName.domainNameAliasDomainName`, or
   * for a private API to the VPC endpoint
   */
  readonly hostedZone?: IHostedZone;
}
