import { InterfaceVpcEndpoint } from 'aws-cdk-lib/aws-ec2';
import { ROUTES } from '../../lambdas/routes';
import { ScimAccess, type ScimServiceProviderProps } from '../../lib';
import { decide, matchesArn, type Caller } from '../support/iam-policy';
import { importedVpc, provide } from './support';

type Statements = Parameters<typeof decide>[0];

const METHODS = ['DELETE', 'GET', 'HEAD', 'OPTIONS', 'PATCH', 'POST', 'PUT'];

/** Path parameters with which a client may try to make one route look like another. */
const HOSTILE = [
  'acme', 'v2', 'admin', 'app', 'v2%2Fadmin', 'a%2Fv2%2Fb', 'a/v2/b', 'urn:a/v2/b', '..',
  '..%2F..%2Fadmin%2Fconnections', '../../admin/connections', 'GET/v2/x', '*', '?', '%2A', ':',
  'scim/GET/v2/x', 'x?y=/v2/z', '',
]; // prettier-ignore

const OWN = '123456789012';
const CALLERS: Readonly<Record<string, Caller>> = {
  'an anonymous caller': { address: '198.51.100.7' },
  'a principal of the account': { account: OWN, address: '198.51.100.7' },
  'a principal of another account': { account: '999999999999', address: '198.51.100.7' },
};

function policyOf(props: Parameters<typeof provide>[0]): Statements {
  const [api] = Object.values(provide(props).template().findResources('AWS::ApiGateway::RestApi'));
  return api?.['Properties'].Policy.Statement;
}

/** Returns the resource that API Gateway authorizes for a request. */
function resourceOf(method: string, path: string, hostile: string): string {
  return `execute-api:/scim/${method}${path.replace(/\{[^}]+\}/g, () => hostile)}`;
}

function requestsOf(authorization: 'token' | 'iam'): readonly string[] {
  return ROUTES.filter((route) => route.authorization === authorization).flatMap((route) => {
    const methods = route.methods.includes('ANY') ? METHODS : route.methods;
    return methods.flatMap((method) =>
      HOSTILE.map((hostile) => resourceOf(method, route.path, hostile)),
    );
  });
}

describe('the resource policy, for every route, method and hostile id', () => {
  const statements = policyOf(() => ({}));
  const decisions = (arns: readonly string[], caller: Caller): readonly string[] => [
    ...new Set(arns.map((arn) => decide(statements, arn, caller))),
  ];

  test.each(Object.entries(CALLERS))('allows SCIM requests of %s', (_, caller) => {
    expect(decisions(requestsOf('token'), caller)).toEqual(['allow']);
  });

  test.each([
    ['an anonymous caller', 'deny'],
    ['a principal of another account', 'deny'],
    // IAM policies of the principal decide.
    ['a principal of the account', 'implicit'],
  ])('decides about admin requests of %s: %s', (name, decision) => {
    const caller = CALLERS[name] ?? { address: '' };
    expect(decisions(requestsOf('iam'), caller)).toEqual([decision]);
  });
});

describe('networks', () => {
  const identityProvider = { address: '192.0.2.9' };
  const administrator = { address: '2001:db8::9', account: OWN };
  const props: ScimServiceProviderProps = {
    access: ScimAccess.fromIpRanges('192.0.2.0/24'),
    adminAccess: ScimAccess.fromIpRanges('2001:db8::/32'),
  };
  const users = 'execute-api:/scim/GET/v2/connections/admin/Users';
  const tokens = 'execute-api:/scim/POST/admin/connections/v2/tokens';

  test('access admits identity providers, adminAccess administrators', () => {
    const statements = policyOf(() => props);
    expect(decide(statements, users, identityProvider)).toBe('allow');
    expect(decide(statements, users, administrator)).toBe('deny');
    expect(decide(statements, tokens, administrator)).toBe('implicit');
    expect(decide(statements, tokens, { ...identityProvider, account: OWN })).toBe('deny');
  });

  test('adminAccess alone leaves the SCIM routes open', () => {
    const { adminAccess } = props;
    const statements = policyOf(() => (adminAccess === undefined ? {} : { adminAccess }));
    expect(decide(statements, users, administrator)).toBe('allow');
    expect(decide(statements, tokens, { ...identityProvider, account: OWN })).toBe('deny');
  });

  test('access alone applies to all routes', () => {
    const statements = policyOf(() => ({ access: ScimAccess.fromIpRanges('192.0.2.0/24') }));
    expect(decide(statements, tokens, administrator)).toBe('deny');
    expect(decide(statements, tokens, { ...identityProvider, account: OWN })).toBe('implicit');
    expect(decide(statements, 'execute-api:/scim/GET/other', administrator)).toBe('deny');
  });

  test('administrators of a private API may have an endpoint of their own', () => {
    const endpoint = (id: string, scope: Parameters<typeof importedVpc>[0]) =>
      InterfaceVpcEndpoint.fromInterfaceVpcEndpointAttributes(scope, id, {
        vpcEndpointId: id,
        port: 443,
      });
    const statements = policyOf((scope) => ({
      vpc: importedVpc(scope),
      access: ScimAccess.fromVpc(endpoint('vpce-1', scope)),
      adminAccess: ScimAccess.fromVpc(endpoint('vpce-2', scope)),
    }));
    const from = (id: string) => ({ address: '10.0.0.1', account: OWN, endpoint: id });
    expect(decide(statements, users, from('vpce-1'))).toBe('allow');
    expect(decide(statements, users, from('vpce-2'))).toBe('deny');
    expect(decide(statements, tokens, from('vpce-2'))).toBe('implicit');
    expect(decide(statements, tokens, from('vpce-1'))).toBe('deny');
  });

  test('a private and a public audience are refused', () => {
    expect(() =>
      provide((scope) => ({ vpc: importedVpc(scope), adminAccess: ScimAccess.fromVpc() })),
    ).toThrow('An API is either private or public');
  });

  test('a policy that API Gateway would refuse for its length is refused with the count', () => {
    const ranges = Array.from(
      { length: 500 },
      (_, index) => `10.${index >> 8}.${index & 255}.0/24`,
    );
    const access = (count: number) => () => ({
      access: ScimAccess.fromIpRanges(...ranges.slice(0, count)),
    });
    expect(() => provide(access(250))).not.toThrow();
    expect(() => provide(access(500))).toThrow(/policy of the API has \d+ characters.*8192/);
  });
});

test.each([
  ['execute-api:/scim/*/v2/*', 'execute-api:/scim/POST/admin/connections/v2/tokens', true],
  ['execute-api:/scim/POST/v2/*', 'execute-api:/scim/POST/admin/connections/v2/tokens', false],
  ['a?c*', 'abcde', true],
  ['a?c', 'ac', false],
  ['a.c', 'abc', false],
])('IAM pattern %s and %s', (pattern, arn, matches) => {
  expect(matchesArn(pattern, arn)).toBe(matches);
});
