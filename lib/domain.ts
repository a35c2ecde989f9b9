import { EndpointType, SecurityPolicy, type RestApi } from 'aws-cdk-lib/aws-apigateway';
import { AaaaRecord, ARecord, RecordTarget } from 'aws-cdk-lib/aws-route53';
import { ApiGatewayDomain } from 'aws-cdk-lib/aws-route53-targets';
import type { Construct } from 'constructs';
import type { DomainProps } from './scim-service-provider-props';

/**
 * Serves the API at a custom domain name with TLS 1.2 or later, and adds its DNS records if there
 * is a hosted zone.
 */
export function addDomain(
  scope: Construct,
  api: RestApi,
  { domainName, certificate, hostedZone: zone }: DomainProps,
): void {
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
