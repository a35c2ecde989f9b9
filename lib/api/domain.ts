import { Token } from 'aws-cdk-lib';
import {
  BasePathMapping,
  CfnBasePathMappingV2,
  CfnDomainNameAccessAssociation,
  CfnDomainNameV2,
  EndpointType,
  SecurityPolicy,
  type IDomainName,
  type RestApi,
} from 'aws-cdk-lib/aws-apigateway';
import type { ICertificate } from 'aws-cdk-lib/aws-certificatemanager';
import { InterfaceVpcEndpoint, type IVpcEndpoint } from 'aws-cdk-lib/aws-ec2';
import { AnyPrincipal, PolicyDocument, PolicyStatement } from 'aws-cdk-lib/aws-iam';
import { AaaaRecord, ARecord, RecordTarget } from 'aws-cdk-lib/aws-route53';
import { ApiGatewayDomain, InterfaceVpcEndpointTarget } from 'aws-cdk-lib/aws-route53-targets';
import type { Construct } from 'constructs';
import type { DomainProps } from './domain-props';

/** Returns the URL of a custom domain, with its base path. */
export function domainUrl({ domainName, basePath }: DomainProps): string {
  return basePath === undefined ? `https://${domainName}` : `https://${domainName}/${basePath}`;
}

/**
 * Serves the API at a custom domain name with TLS 1.2 or later, and adds its DNS records if there
 * is a hosted zone.
 * @param endpoints of a private API; undefined for a public one
 * @throws Error for settings that contradict each other
 */
export function addDomain(
  scope: Construct,
  api: RestApi,
  domain: DomainProps,
  endpoints: readonly IVpcEndpoint[] | undefined,
): void {
  const { basePath, certificate, existingDomain, hostedZone } = domain;
  if (basePath !== undefined && !isBasePath(basePath)) {
    throw new Error(
      'domain.basePath must be one path segment such as "scim", other than "v2" and "admin": ' +
        `not "${basePath}".`,
    );
  }
  if (existingDomain !== undefined) {
    if (certificate !== undefined || hostedZone !== undefined || endpoints !== undefined) {
      throw new Error(
        'domain.existingDomain cannot be combined with certificate, hostedZone or a private API: ' +
          'they belong to the owner of the domain name.',
      );
    }
    const names = [domain.domainName, existingDomain.domainName];
    if (names[0] !== names[1] && !names.some(Token.isUnresolved)) {
      throw new Error(
        `domain.domainName is ${names[0]}, but existingDomain is ${names[1]}. They must be equal.`,
      );
    }
    mapTo(scope, api, existingDomain, basePath);
    return;
  }
  if (certificate === undefined)
    throw new Error('domain requires certificate, or existingDomain if the domain name exists.');
  if (endpoints === undefined) addPublicDomain(scope, api, { ...domain, certificate });
  else addPrivateDomain(scope, api, { ...domain, certificate }, endpoints);
}

/** Paths of the routes begin with `v2` and `admin`, and are found in URLs by these names. */
function isBasePath(text: string): boolean {
  return /^[A-Za-z0-9$_.+!*'()-]+$/.test(text) && text !== 'v2' && text !== 'admin';
}

type OwnDomain = DomainProps & { readonly certificate: ICertificate };

function mapTo(
  scope: Construct,
  api: RestApi,
  domainName: IDomainName,
  basePath: string | undefined,
): void {
  new BasePathMapping(scope, 'BasePath', {
    domainName,
    restApi: api,
    stage: api.deploymentStage,
    ...(basePath === undefined ? {} : { basePath }),
  });
}

function addPublicDomain(
  scope: Construct,
  api: RestApi,
  { domainName, basePath, certificate, hostedZone: zone }: OwnDomain,
): void {
  const domain = api.addDomainName('Domain', {
    domainName,
    certificate,
    endpointType: EndpointType.REGIONAL,
    securityPolicy: SecurityPolicy.TLS_1_2,
    ...(basePath === undefined ? {} : { basePath }),
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

/**
 * Creates a private domain name, which callers reach through the endpoints of the API.
 * @see https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-private-custom-domains.html
 */
function addPrivateDomain(
  scope: Construct,
  api: RestApi,
  { domainName, basePath, certificate, hostedZone: zone }: OwnDomain,
  endpoints: readonly IVpcEndpoint[],
): void {
  const domain = new CfnDomainNameV2(scope, 'PrivateDomain', {
    domainName,
    certificateArn: certificate.certificateArn,
    endpointConfiguration: { types: ['PRIVATE'] },
    securityPolicy: SecurityPolicy.TLS_1_2,
    policy: invocationsThrough(endpoints),
  });
  const { attrDomainNameArn: domainNameArn } = domain;
  new CfnBasePathMappingV2(scope, 'PrivateBasePath', {
    domainNameArn,
    restApiId: api.restApiId,
    stage: api.deploymentStage.stageName,
    ...(basePath === undefined ? {} : { basePath }),
  });
  for (const [index, { vpcEndpointId }] of endpoints.entries()) {
    new CfnDomainNameAccessAssociation(scope, `DomainAccess${index}`, {
      domainNameArn,
      accessAssociationSource: vpcEndpointId,
      accessAssociationSourceType: 'VPCE',
    });
  }
  if (zone === undefined) return;
  const [endpoint] = endpoints;
  if (!(endpoint instanceof InterfaceVpcEndpoint)) {
    throw new Error(
      'domain.hostedZone of a private API requires that the endpoint is created by this app: ' +
        'the DNS name of an imported endpoint is unknown. Create the record yourself.',
    );
  }
  new ARecord(scope, 'Address', {
    zone,
    recordName: domainName,
    target: RecordTarget.fromAlias(new InterfaceVpcEndpointTarget(endpoint)),
  });
}

/** Allows requests through the endpoints only; the API has a policy of its own. */
function invocationsThrough(endpoints: readonly IVpcEndpoint[]): PolicyDocument {
  return new PolicyDocument({
    statements: [
      new PolicyStatement({
        principals: [new AnyPrincipal()],
        actions: ['execute-api:Invoke'],
        resources: ['execute-api:/*'],
        conditions: {
          StringEquals: { 'aws:SourceVpce': endpoints.map(({ vpcEndpointId }) => vpcEndpointId) },
        },
      }),
    ],
  });
}
