import { createHmac } from 'node:crypto';
import { createPages } from '../../ui/app';
import { DEFAULT_BRANDING, type Branding } from '../../ui/parts/branding';
import type { PageAnswer, PageCall, PageRequest } from '../../ui/protocol';
import { Backend } from '../../ui/web/backend';

/** The pages over HTTPS, in front of a function `admin` that the tests play. */

const app = createPages();
const CONSOLE = { audience: 'console', actor: 'ops@x.example', expiresAt: '2030-01-01T00:00:00Z' };

interface Played {
  readonly requests: PageRequest[];
  readonly ask: (
    path: string,
    options?: { readonly cookie?: string; readonly body?: string },
  ) => Promise<Response>;
}

function play(
  answer: (call: PageCall) => unknown,
  {
    branding = DEFAULT_BRANDING,
    pages = ['portal', 'console', 'openId'],
  }: {
    readonly branding?: Branding;
    readonly pages?: readonly string[];
  } = {},
): Played {
  const requests: PageRequest[] = [];
  const invoke = (request: PageRequest): Promise<PageAnswer> => {
    requests.push(request);
    return Promise.resolve({
      results: request.calls.map((call) => {
        const body = answer(call);
        return body instanceof Response
          ? { status: body.status, body: { detail: 'Refused.' } }
          : { status: 200, body };
      }),
    });
  };
  const bindings = {
    base: '/scim',
    isSecure: true,
    backend: new Backend(invoke, 'portal', undefined),
    branding,
    pages: new Set(pages),
  };
  const ask: Played['ask'] = async (path, { cookie, body } = {}) => {
    const headers = new Headers(cookie === undefined ? {} : { Cookie: cookie });
    if (body !== undefined) headers.set('Content-Type', 'application/x-www-form-urlencoded');
    const method = body === undefined ? 'GET' : 'POST';
    const init = body === undefined ? {} : { body };
    return app.fetch(
      new Request(`https://pages.invalid${path}`, { method, headers, ...init }),
      bindings,
    );
  };
  return { requests, ask };
}

const refused = new Response(null, { status: 401 });

/** A body with the fields of all bodies that the pages below read. */
const ANYTHING = {
  ...{ audience: 'console', actor: 'ops', intent: 'setup', connectionId: 'a', connectionName: 'A' },
  ...{ id: 'a', displayName: 'A', identityProvider: 'entra', enabled: true, groups: true },
  ...{ health: { state: 'ok', text: 'Healthy' }, schemas: [], latestToken: '', users: 1 },
  ...{ portalLinks: [], webhooks: [], deliveries: [], types: [], connections: [] },
  ...{ url: 'https://a.example/', secret: 'whsec_a', scimBaseUrl: 'https://a.example/scim' },
  ...{
    value: 'scim_a',
    earlierTokens: [],
    expiresAt: '2030-01-01T00:00:00Z',
    token: { value: 'scim_a' },
  },
};

test.each([
  ['portal', '/portal/token'],
  ['portal', '/portal/tokens'],
  ['console', '/console/connections/a/tokens'],
  ['console', '/console/connections/a/links'],
  ['console', '/console/new'],
  ['console', '/console/webhooks'],
  ['console', '/console/webhooks/w/rotate'],
])('%s: nothing that can fail follows the creation of a secret by %s', async (site, path) => {
  const { ask, requests } = play((call) =>
    call.path === '/pages/session' ? { ...ANYTHING, audience: site } : ANYTHING,
  );
  const form = createHmac('sha256', 'session').update('form').digest('base64url');
  const body = new URLSearchParams({ form }).toString();
  const reply = await ask(path, { cookie: `__Host-scim-${site}=session`, body });
  expect([200, 201]).toContain(reply.status);
  expect(requests.at(-1)?.calls.map(({ method }) => method)).toEqual(['POST']);
});

describe('sign-in with OpenID Connect', () => {
  test('begins with a redirection, and remembers the state in a cookie', async () => {
    const { ask } = play(() => ({ url: 'https://login.example/authorize?x=1', state: 'state-1' }));
    const started = await ask('/console/start');
    expect([started.status, started.headers.get('location')]).toEqual([
      303,
      'https://login.example/authorize?x=1',
    ]);
    expect(started.headers.get('set-cookie')).toBe(
      '__Host-scim-signIn=state-1; Path=/; HttpOnly; Secure; SameSite=Lax',
    );
  });

  test('an answer counts in the browser that began only', async () => {
    const { ask, requests } = play(() => ({ session: 'session-1' }));
    for (const cookie of [undefined, '__Host-scim-signIn=other', 'scim-signIn=state-1']) {
      const options = cookie === undefined ? {} : { cookie };
      expect((await ask('/console/callback?code=c&state=state-1', options)).status).toBe(403);
    }
    expect(requests).toEqual([]);
    const cookie = '__Host-scim-signIn=state-1';
    const done = await ask('/console/callback?code=c&state=state-1', { cookie });
    expect([done.status, done.headers.get('location')]).toEqual([303, '/scim/console']);
    expect(done.headers.get('set-cookie')).toBe(
      '__Host-scim-console=session-1; Path=/; HttpOnly; Secure; SameSite=Lax',
    );
    expect(requests[0]?.calls[0]?.body).toEqual({
      query: 'code=c&state=state-1',
      state: 'state-1',
    });
  });

  test('the page offers it where it is configured, else explains the link', async () => {
    const text = async (pages: string[]): Promise<string> =>
      (await play(() => refused, { pages }).ask('/console/sign-in')).text();
    expect(await text(['console', 'openId'])).toContain('href="/scim/console/start"');
    expect(await text(['console'])).toContain('npx cdk-scim console');
  });
});

test('a session that has ended leads to the sign-in, or to an explanation', async () => {
  const { ask } = play(() => refused);
  expect((await ask('/console')).headers.get('location')).toBe('/scim/console/sign-in');
  const portal = await ask('/portal/status', { cookie: '__Host-scim-portal=acme.x' });
  expect([portal.status, await portal.text()]).toEqual([
    401,
    expect.stringContaining('Ask the person who sent you the link for a new one.'),
  ]);
});

test.each([
  ['/portal/status', ['console']],
  ['/console/sign-in', ['portal']],
])('%s is not found where it is switched off', async (path, pages) => {
  const { ask, requests } = play(() => CONSOLE, { pages });
  expect((await ask(path)).status).toBe(404);
  expect(requests).toEqual([]);
});

test('pages over HTTPS ask browsers to stay there', async () => {
  const { headers } = await play(() => refused).ask('/console/sign-in');
  expect(headers.get('strict-transport-security')).toBe('max-age=31536000');
});

test('the brand is shown: name as text, logo as image, color in the sheet', async () => {
  const branding: Branding = {
    productName: '<b>Northwind</b>',
    logoSvg: '<svg onload="alert(1)"></svg>',
    accentColor: '#0b6b53',
    darkAccentColor: '#5cd6a0',
  };
  const { ask } = play(() => refused, { branding });
  const html = await (await ask('/console/sign-in')).text();
  expect(html).toContain('&lt;b&gt;Northwind&lt;/b&gt;');
  expect(html).not.toContain('onload');
  expect(html).toContain(`src="data:image/svg+xml;base64,`);
  const [, sheet = ''] = /href="\/scim(\/console\/assets\/[\w-]+\.css)"/.exec(html) ?? [];
  const asset = await ask(sheet);
  expect(await asset.text()).toContain('--accent:#0b6b53;--accent-dark:#5cd6a0');
  expect(asset.headers.get('cache-control')).toBe('public, max-age=31536000, immutable');
  expect((await ask('/console/assets/other.css')).status).toBe(404);
});

test('a page never names its own address but by the path of the deployment', async () => {
  const { ask } = play(() => refused);
  expect(await (await ask('/console/sign-in')).text()).not.toContain('pages.invalid');
});

test('a search keeps its text on the next page, whatever characters it has', async () => {
  const search = 'a&b=c#d "<i>"';
  const { ask } = play(({ path }) =>
    path === '/pages/session' ? CONSOLE : { connections: [], nextCursor: 'n' },
  );
  const html = await (await ask(`/console?search=${encodeURIComponent(search)}`)).text();
  const [, href = ''] = /href="([^"]*cursor=[^"]*)"/.exec(html) ?? [];
  const { searchParams } = new URL(href.replaceAll('&amp;', '&'), 'https://pages.invalid');
  expect(Object.fromEntries(searchParams)).toEqual({ search, cursor: 'n' });
  expect(html).not.toContain('<i>');
});
