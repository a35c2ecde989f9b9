import { EndpointType, SecurityPolicy, type RestApi } from 'aws-cdk-lib/aws-apigateway';
import { AaaaRecord, ARecord, RecordTarget } from 'aws-cdk-lib/aws-route53';
import { ApiGatewayDomain } from 'aws-cdk-lib/aws-route53-targets';
import type { Construct } from 'constructs';
import type { ScimAccess } from './scim-access';
import type { DomainProps } from '../scim-service-provider-props';

/**
 * Serves the API at a custom domain name with TLS 1.2 or later, and adds its DNS records if there
 * is a hosted zone.
 * @throws Error for a private API
 */
export function addDomain(
  scope: Construct,
  api: RestApi,
  { domainName, certificate, hostedZone: zone }: DomainProps,
  access: ScimAccess,
): void {
  if (access._isPrivate) {
    throw new Error(
      'domain cannot be combined with ScimAccess.fromVpc(), because a private API has no ' +
        'public domain. Remove domain, or choose another access.',
    );
  }
  const domain = api.addDomainName('Domain', {
    domainName,
    certificate,
    endpointType: EndpointType.REGIONAL,
    securityPolicy: SecurityPolicy.TLS_1_2,
  });
  if (zone === undefined) return;
  const records = {
    zone,
    recordName: domainName,
    target: RecordTarget.fromAlias(new ApiGatewayDomain(domain)),
  };
  new ARecord(scope, 'Address', records);
  new AaaaRecord(scope, 'AddressV6', records);
}
