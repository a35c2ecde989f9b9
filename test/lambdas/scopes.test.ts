import { checkScope } from '../../lambdas/pages/scopes';

/* Calls that no session may make; test/e2e/portal-access.test.ts covers those of the portal. */

test('a session of the console makes every call, except one that would renew it', () => {
  const session = { actor: 'ops@acme.example', expiresAt: '2030-01-01T00:00:00Z' };
  const visitor = { audience: 'console', session, secret: 's' } as const;
  const check = (method: string, route: string) => () => {
    const parameter = (): string => '';
    checkScope(visitor, { method, route, connectionId: 'a', parameter, query: {}, body: '' });
  };
  expect(check('DELETE', '/admin/connections/{connectionId}')).not.toThrow();
  expect(check('GET', '/admin/consoleSessions')).not.toThrow();
  expect(check('POST', '/admin/consoleSessions')).toThrow('This session does not allow that.');
});
