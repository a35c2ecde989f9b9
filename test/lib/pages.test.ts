import { Match } from 'aws-cdk-lib/assertions';
import { AccountRootPrincipal, Role } from 'aws-cdk-lib/aws-iam';
import { Secret } from 'aws-cdk-lib/aws-secretsmanager';
import fc from 'fast-check';
import { ScimAccess, type ScimServiceProviderProps } from '../../lib';
import { channelsOf, contrastOf, lightened } from '../../lib/pages/colors';
import { provide } from './support';

/** The props of the portal and the console. */

const BLACK = [0, 0, 0] as const;
const WHITE = [255, 255, 255] as const;

function functionWith(variables: Readonly<Record<string, unknown>>): object {
  return { Environment: { Variables: Match.objectLike(variables) } };
}

test('both pages exist by default, behind a function that may only call admin', () => {
  const { provider, template } = provide();
  const synthesized = template();
  synthesized.hasResourceProperties(
    'AWS::Lambda::Function',
    functionWith({ PAGES: 'portal console', ADMIN_FUNCTION_ARN: Match.anyValue() }),
  );
  expect(provider.consoleUrl).toMatch(/\/scim\/console$/);
  const [policy, ...more] = Object.entries(synthesized.findResources('AWS::IAM::Policy')).filter(
    ([id]) => id.includes('UiRole'),
  );
  expect(more).toEqual([]);
  const statements = policy?.[1]['Properties'].PolicyDocument.Statement as { Action: string }[];
  expect(statements.map(({ Action }) => Action)).toEqual([
    ['logs:CreateLogStream', 'logs:PutLogEvents'],
    'lambda:InvokeFunction',
  ]);
  expect(statements[1]).toMatchObject({
    Resource: { 'Fn::GetAtt': [expect.stringContaining('Admin'), 'Arn'] },
  });
});

test.each<[Pick<ScimServiceProviderProps, 'portal' | 'console'>, string | undefined, string[]]>([
  [{ portal: { enabled: false } }, 'console', ['/console']],
  [{ console: { enabled: false } }, 'portal', ['/portal']],
  [{ portal: { enabled: false }, console: { enabled: false } }, undefined, []],
])('pages that are switched off have no route: %j', (props, pages, paths) => {
  const { provider, template } = provide(() => props);
  const synthesized = template();
  const parts = Object.values(synthesized.findResources('AWS::ApiGateway::Resource')).map(
    ({ Properties }) => `/${String(Properties.PathPart)}`,
  );
  expect(parts.filter((part) => ['/portal', '/console'].includes(part))).toEqual(paths);
  expect(provider.functions.ui === undefined).toBe(pages === undefined);
  expect(provider.consoleUrl === undefined).toBe(props.console?.enabled === false);
  synthesized.hasResourceProperties(
    'AWS::Lambda::Function',
    functionWith({ PAGES: pages ?? '', ROTATION_FUNCTION_ARN: Match.anyValue() }),
  );
});

test('admin gets the origins and groups, and ui no OpenID Connect without a console', () => {
  const oidc = { issuer: 'https://login.example', clientId: 'c', allowedGroups: ['operators'] };
  const returnOrigins = ['https://a.example', 'https://b.example'];
  const { template } = provide(() => ({ portal: { returnOrigins }, console: { oidc } }));
  template().hasResourceProperties(
    'AWS::Lambda::Function',
    functionWith({
      RETURN_ORIGINS: 'https://a.example https://b.example',
      OPEN_ID: JSON.stringify(oidc),
    }),
  );
  const off = provide(() => ({ console: { enabled: false, oidc } })).template();
  off.hasResourceProperties('AWS::Lambda::Function', functionWith({ PAGES: 'portal' }));
});

test('each page has a limit of its own', () => {
  const { template } = provide();
  template().hasResourceProperties('AWS::ApiGateway::Stage', {
    MethodSettings: Match.arrayWith(
      ['portal', 'console'].map((page) =>
        Match.objectLike({
          HttpMethod: 'POST',
          ResourcePath: `/~1${page}~1{proxy+}`,
          ThrottlingRateLimit: 50,
          ThrottlingBurstLimit: 100,
        }),
      ),
    ),
  });
});

test('admin gets the settings of OpenID Connect, and may read this one secret', () => {
  const { template } = provide((scope) => ({
    console: {
      oidc: {
        issuer: 'https://login.example',
        clientId: 'console',
        clientSecret: Secret.fromSecretNameV2(scope, 'Client', 'client'),
        allowedGroups: ['operators'],
      },
    },
  }));
  const synthesized = template();
  synthesized.hasResourceProperties(
    'AWS::Lambda::Function',
    functionWith({ PAGES: 'portal console openId', OPEN_ID: Match.anyValue() }),
  );
  synthesized.hasResourceProperties('AWS::IAM::Policy', {
    PolicyDocument: {
      Statement: Match.arrayWith([
        Match.objectLike({
          Action: Match.arrayWith(['secretsmanager:GetSecretValue']),
          Resource: Match.not(Match.stringLikeRegexp('\\*$')),
        }),
      ]),
    },
  });
});

test.each([
  [{ branding: { accentColor: 'blue' } }, 'must be a color such as #2f5bea, not "blue"'],
  [{ branding: { accentColor: '#7aa2ff' } }, 'has a contrast of 2.5:1 to white text'],
  [{ branding: { productName: ' ' } }, 'branding.productName must not be blank'],
  [{ branding: { logoSvg: '<svg>'.padEnd(2001) } }, 'has 2001 characters; at most 2000'],
  [{ branding: { logoSvg: '<img src=x>' } }, 'must be an SVG document'],
  [{ portal: { returnOrigins: ['https://app.example/'] } }, 'must be origins such as'],
  [{ portal: { returnOrigins: ['app.example'] } }, 'must be origins such as'],
  [
    { console: { oidc: { issuer: 'http://x.example', clientId: 'c', allowedGroups: ['g'] } } },
    'must be an https URL',
  ],
  [
    { console: { oidc: { issuer: 'https://x.example', clientId: 'c', allowedGroups: [] } } },
    'must name at least one group',
  ],
])('a wrong setting fails at synth: %j', (props, message) => {
  expect(() => provide(() => props).template()).toThrow(message);
});

test('the portal has networks of its own, and the console those of the admin API', () => {
  const { template } = provide(() => ({
    access: ScimAccess.fromIpRanges('192.0.2.0/24'),
    adminAccess: ScimAccess.fromIpRanges('198.51.100.0/24'),
    portalAccess: ScimAccess.fromAnywhere(),
  }));
  const [api] = Object.values(template().findResources('AWS::ApiGateway::RestApi'));
  const statements = api?.['Properties'].Policy.Statement as Record<string, unknown>[];
  const denied = (range: string): string[] => {
    const statement = statements.find((each) => JSON.stringify(each).includes(range));
    return [statement?.['Resource'] ?? statement?.['NotResource']].flat() as string[];
  };
  expect(denied('198.51.100.0/24')).toContain('execute-api:/scim/GET/console/*');
  expect(denied('192.0.2.0/24')).toEqual(
    expect.arrayContaining(['execute-api:/scim/POST/portal/*', 'execute-api:/scim/GET/console']),
  );
});

test('an application may make setup links, and nothing else', () => {
  const { provider, template, stack } = provide();
  provider.grantPortalLinks(new Role(stack, 'Page', { assumedBy: new AccountRootPrincipal() }));
  provider.grantConsole(new Role(stack, 'Operator', { assumedBy: new AccountRootPrincipal() }));
  const policies = JSON.stringify(template().findResources('AWS::IAM::Policy'));
  expect(policies).toContain('/scim/POST/admin/connections/*/portalLinks');
  expect(policies).toContain('/scim/POST/admin/consoleSessions');
});

describe('colors', () => {
  const channel = fc.integer({ min: 0, max: 255 });
  const color = fc.tuple(channel, channel, channel);

  test('contrast is that of WCAG', () => {
    expect(contrastOf(BLACK, WHITE)).toBeCloseTo(21);
    expect(contrastOf(WHITE, WHITE)).toBe(1);
    expect(contrastOf(channelsOf('#767676') ?? BLACK, WHITE)).toBeCloseTo(4.54, 1);
  });

  test('a color for dark mode always has enough contrast', () => {
    fc.assert(
      fc.property(color, (accent) => {
        const dark = channelsOf('#161a21') ?? BLACK;
        const light = channelsOf(lightened(accent, dark, 7));
        expect(light).toBeDefined();
        expect(contrastOf(light ?? BLACK, dark)).toBeGreaterThanOrEqual(7);
      }),
    );
  });
});
