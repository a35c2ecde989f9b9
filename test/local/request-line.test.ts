import { requestLine } from '../../local/request-line';

test.each([
  ['/scim/v2/connections/acme/Users?filter=x', 409, '/scim/v2/connections/acme/Users?filter=x'],
  ['/scim/portal/open?link=acme.1.secret', 200, '/scim/portal/open'],
  ['/scim/console/open?link=secret?x', 200, '/scim/console/open'],
  ['/scim/portal', 303, '/scim/portal'],
])('%s is shown without the secret of a link', (url, status, shown) => {
  const line = requestLine({ method: 'GET', url }, { status, headers: {}, body: '' }, 3);
  expect(line).toBe(`GET ${shown} ${status} 3 ms`);
});

test('the code of an error is shown, and a long path is cut', () => {
  const headers = { 'SCIM-Error-Code': 'duplicateUser' };
  const answer = { status: 409, headers, body: '' };
  expect(requestLine({ method: 'POST', url: `/${'x'.repeat(300)}` }, answer, 12)).toBe(
    `POST /${'x'.repeat(199)}… 409 duplicateUser 12 ms`,
  );
});
