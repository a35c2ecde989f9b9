import { issueToken } from '../../directory/connections/tokens';
import {
  createConsoleSession,
  createPortalLink,
  isReturnUrl,
} from '../../lambdas/admin/portal-links';
import type { ApiRequest } from '../../lambdas/json-api/api-request';
import { putIdentityProvider } from '../../lambdas/pages/connections';
import { healthOf } from '../../lambdas/pages/health';
import { checkScope } from '../../lambdas/pages/scopes';
import { serveCall } from '../../lambdas/pages/serve';
import type { PageServices } from '../../lambdas/pages/services';
import { readSession } from '../../lambdas/pages/sessions';
import type { Visitor } from '../../lambdas/pages/visitor';

/* What visitors may do, with only those services and fields that a decision looks at. */

/** Returns a visitor of the portal. */
function visitorWith(link: object): Visitor {
  return {
    audience: 'portal',
    secret: '',
    session: { connection: { id: 'acme' }, link },
  } as unknown as Visitor;
}

function requestOf(method: string, route: string, connectionId = 'acme', body = '{}'): ApiRequest {
  return { method, route, connectionId, body, query: {}, parameter: () => '' };
}

const services = (some: object): PageServices => some as unknown as PageServices;

const PAGES = '/pages/connections/{connectionId}';

test.each(['setup', 'rotate', 'log'])(
  'a session for %s reaches its own connection only',
  (intent) => {
    const visitor = visitorWith({ intent });
    expect(() => {
      checkScope(visitor, requestOf('GET', PAGES));
    }).not.toThrow();
    expect(() => {
      checkScope(visitor, requestOf('GET', PAGES, 'other'));
    }).toThrow('does not allow');
  },
);

test('a session of the console makes every call, except one that would renew it', () => {
  const session = { actor: 'ops@acme.example', expiresAt: '2030-01-01T00:00:00Z' };
  const visitor = { audience: 'console', session, secret: 's' } as const;
  const check = (method: string, route: string) => () => {
    checkScope(visitor, requestOf(method, route));
  };
  expect(check('DELETE', '/admin/connections/{connectionId}')).not.toThrow();
  expect(check('POST', '/admin/consoleSessions')).toThrow('This session does not allow that.');
});

test.each(['rotate', 'log'])(
  'a session for %s neither sets up nor sees the live check',
  (intent) => {
    for (const call of ['PUT identityProvider', 'GET setupRequests', 'GET latestUser']) {
      const [method = '', name = ''] = call.split(' ');
      const request = requestOf(method, `${PAGES}/${name}`);
      expect(() => {
        checkScope(visitorWith({ intent }), request);
      }).toThrow('does not allow');
    }
  },
);

test('calls for pages that are switched off, or of other pages, are not found', async () => {
  const all = {
    isPortalOn: true,
    isConsoleOn: true,
    visitor: { audience: 'console', session: {} },
    console: { creatorOf: () => 'ops' },
  };
  for (const [own, method, path, status] of [
    [{ audience: 'operator' }, 'GET', '/pages/session', 200],
    [{ audience: 'operator', isConsoleOn: false }, 'GET', '/pages/session', 404],
    [{ audience: 'customer', isPortalOn: false }, 'GET', '/pages/session', 404],
    [{ audience: 'operator' }, 'POST', '/pages/consoleLinks/check', 200],
    [{ audience: 'customer' }, 'POST', '/pages/consoleLinks/check', 404],
  ] as const) {
    const call = { method, path, body: { token: 'x' } };
    expect([own, (await serveCall(services({ ...all, ...own }), call, 'r')).status]).toEqual([
      own,
      status,
    ]);
  }
});

test('links to pages that are switched off cannot be made', async () => {
  const link = createPortalLink(services({ isPortalOn: false }), requestOf('POST', ''));
  await expect(link).rejects.toMatchObject({ status: 409 });
  await expect(createConsoleSession(services({ isConsoleOn: false }))).rejects.toMatchObject({
    status: 409,
  });
});

const ORIGINS = { returnOrigins: ['https://app.example'], allowsLoopback: false };

test.each([
  ['https://app.example/settings?a=b', true],
  ['https://app.example.evil.example/', false],
  ['https://app.example@evil.example/', false],
  ['http://app.example/', false],
  ['http://127.0.0.1:3000/', false],
  ['javascript:alert(1)', false],
  ['/settings', false],
])('the portal may lead back to %s: %s', (url, isAllowed) => {
  expect(isReturnUrl(ORIGINS, url)).toBe(isAllowed);
});

test('an origin that is taken off the list is not led back to', async () => {
  for (const [returnUrl, expected] of [
    ['https://app.example/', 'https://app.example/'],
    ['https://old.example/', undefined],
  ]) {
    const { body = '' } = await readSession(
      services({ ...ORIGINS, visitor: visitorWith({ intent: 'log', returnUrl }) }),
    );
    expect(JSON.parse(body).returnUrl).toBe(expected);
  }
});

test('the identity provider of a declared connection is not changed in the portal', async () => {
  const find = (): Promise<object> =>
    Promise.resolve({ identityProvider: 'okta', declaredBy: 'stack' });
  const request = requestOf('PUT', '', 'acme', '{"identityProvider":"entra"}');
  const put = putIdentityProvider(services({ connections: { find } }), request);
  await expect(put).rejects.toMatchObject({ status: 409 });
});

test.each([
  [{ enabled: false }, 'Disabled'],
  [{ failing: {} }, 'Failing'],
  [{ tokens: [] }, 'No valid token'],
  [{ tokens: [issueToken('acme', 1, new Date('2026-01-01'))] }, 'No valid token'],
  [{ tokens: [{ ...issueToken('acme'), scopes: ['users:read'] }] }, 'No valid token'],
  [{}, 'Never used'],
])('the health of a connection with %j', (settings, text) => {
  const connection = { enabled: true, tokens: [issueToken('acme')], ...settings };
  expect(healthOf(connection as unknown as Parameters<typeof healthOf>[0], 0).text).toBe(text);
});
