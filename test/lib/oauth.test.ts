import { SubnetType } from 'aws-cdk-lib/aws-ec2';
import { Annotations, Match } from 'aws-cdk-lib/assertions';
import { METADATA_ROUTE } from '../../lambdas/routes';
import { ScimAccess, type DomainProps } from '../../lib';
import { certificateIn, importedVpc, provide } from './support';

/** Returns whether an API has the route of metadata. */
function hasMetadataRoute(domain?: Omit<DomainProps, 'certificate'>): boolean {
  const { template } = provide((scope) => ({
    access: ScimAccess.fromAnywhere(),
    ...(domain === undefined ? {} : { domain: { ...domain, certificate: certificateIn(scope) } }),
  }));
  const parts = Object.values(template().findResources('AWS::ApiGateway::Resource')).map(
    ({ Properties: properties }) => properties.PathPart as string,
  );
  return parts.includes(METADATA_ROUTE.path.split('/')[1] ?? '');
}

test('metadata of token endpoints are served if the API has the root of a host', () => {
  expect(hasMetadataRoute()).toBe(false);
  expect(hasMetadataRoute({ domainName: 'scim.example.com' })).toBe(true);
  expect(hasMetadataRoute({ domainName: 'api.example.com', basePath: 'scim' })).toBe(false);
});

test('isolated subnets warn that keys of issuers cannot be fetched', () => {
  const { stack } = provide((scope) => ({
    vpc: importedVpc(scope),
    vpcSubnets: { subnetType: SubnetType.PRIVATE_ISOLATED },
  }));
  const text = Match.stringLikeRegexp('workload identity federation');
  Annotations.fromStack(stack).hasWarning('*', text);
});
