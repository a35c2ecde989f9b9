import type { Stack } from 'aws-cdk-lib';
import { DomainName } from 'aws-cdk-lib/aws-apigateway';
import { Match } from 'aws-cdk-lib/assertions';
import { InterfaceVpcEndpoint } from 'aws-cdk-lib/aws-ec2';
import { ENVIRONMENT } from '../../lambdas/contract';
import { ScimAccess } from '../../lib';
import { certificateIn, importedVpc, provide, zoneIn } from './support';

/* Addresses of the API: private domain names, shared ones, and the one that API Gateway assigns. */

const domainName = 'scim.example.com';

test('a private API has a private domain name, reached through its endpoints only', () => {
  const { provider, stack, template } = provide((scope) => ({
    vpc: importedVpc(scope),
    access: ScimAccess.fromVpc(),
    domain: { domainName, certificate: certificateIn(scope), hostedZone: zoneIn(scope) },
  }));
  const synthesized = template();
  const endpoint = { Ref: Match.stringLikeRegexp('ApiEndpoint') };
  synthesized.hasResourceProperties('AWS::ApiGateway::DomainNameV2', {
    DomainName: domainName,
    EndpointConfiguration: { Types: ['PRIVATE'] },
    SecurityPolicy: 'TLS_1_2',
    Policy: {
      Statement: [
        Match.objectLike({ Condition: { StringEquals: { 'aws:SourceVpce': [endpoint] } } }),
      ],
    },
  });
  synthesized.hasResourceProperties('AWS::ApiGateway::BasePathMappingV2', {
    DomainNameArn: Match.anyValue(),
    Stage: Match.anyValue(),
  });
  synthesized.hasResourceProperties('AWS::ApiGateway::DomainNameAccessAssociation', {
    AccessAssociationSource: endpoint,
    AccessAssociationSourceType: 'VPCE',
  });
  synthesized.hasResourceProperties('AWS::Route53::RecordSet', { Name: 'scim.example.com.' });
  expect(stack.resolve(provider.adminUrl)).toBe('https://scim.example.com/admin');
});

test('records of a private domain name need an endpoint of this app', () => {
  const withImported = (hasZone: boolean) =>
    provide((scope) => ({
      access: ScimAccess.fromVpc(
        InterfaceVpcEndpoint.fromInterfaceVpcEndpointAttributes(scope, 'Endpoint', {
          vpcEndpointId: 'vpce-1',
          port: 443,
        }),
      ),
      domain: {
        domainName,
        certificate: certificateIn(scope),
        ...(hasZone ? { hostedZone: zoneIn(scope) } : {}),
      },
    }));
  expect(() => withImported(true)).toThrow('Create the record yourself');
  withImported(false).template().resourceCountIs('AWS::Route53::RecordSet', 0);
});

test('a domain name that other APIs use gets a base path, which all URLs have', () => {
  const { provider, stack, template } = provide((scope) => ({
    domain: {
      domainName: 'api.example.com',
      basePath: 'scim',
      existingDomain: DomainName.fromDomainNameAttributes(scope, 'Domain', {
        domainName: 'api.example.com',
        domainNameAliasTarget: 'd.example.com',
        domainNameAliasHostedZoneId: 'Z',
      }),
    },
  }));
  const synthesized = template();
  synthesized.resourceCountIs('AWS::ApiGateway::DomainName', 0);
  synthesized.hasResourceProperties('AWS::ApiGateway::BasePathMapping', {
    DomainName: 'api.example.com',
    BasePath: 'scim',
    Stage: Match.anyValue(),
  });
  expect(stack.resolve(provider.scimBaseUrl('acme'))).toBe(
    'https://api.example.com/scim/v2/connections/acme',
  );
  synthesized.hasResourceProperties('AWS::Lambda::Function', {
    Environment: {
      Variables: Match.objectLike({ [ENVIRONMENT.scimUrl]: 'https://api.example.com/scim' }),
    },
  });
});

test('the domain name that API Gateway assigns can be disabled if there is another', () => {
  const { template } = provide((scope) => ({
    domain: { domainName, certificate: certificateIn(scope) },
    disableExecuteApiEndpoint: true,
  }));
  template().hasResourceProperties('AWS::ApiGateway::RestApi', { DisableExecuteApiEndpoint: true });
  expect(() => provide(() => ({ disableExecuteApiEndpoint: true }))).toThrow('requires domain');
});

test('settings of a domain that contradict each other are refused', () => {
  const existing = (scope: Stack) =>
    DomainName.fromDomainNameAttributes(scope, 'Domain', {
      domainName,
      domainNameAliasTarget: 'd.example.com',
      domainNameAliasHostedZoneId: 'Z',
    });
  expect(() => provide(() => ({ domain: { domainName } }))).toThrow('requires certificate');
  expect(() =>
    provide((scope) => ({
      domain: { domainName, existingDomain: existing(scope), hostedZone: zoneIn(scope) },
    })),
  ).toThrow('cannot be combined');
  expect(() =>
    provide((scope) => ({
      domain: { domainName: 'other.example.com', existingDomain: existing(scope) },
    })),
  ).toThrow('must be equal');
  expect(() =>
    provide((scope) => ({
      domain: { domainName, certificate: certificateIn(scope), basePath: 'admin' },
    })),
  ).toThrow('one path segment');
  expect(() =>
    provide((scope) => ({
      domain: { domainName, certificate: certificateIn(scope), basePath: '/scim/v2' },
    })),
  ).toThrow('one path segment');
});
