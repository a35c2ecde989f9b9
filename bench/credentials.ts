import { FakeEntra } from '../test/support/fake-entra';
import type { Effort } from './support/effort';
import { requests, type Target } from './support/requests';
import { median, percentile, table, timed } from './support/statistics';
import { startSystem } from './support/system';

/** A connection's base URL with the ways to get in. */
interface Ways {
  readonly bearer: Target;
  readonly accessToken: Target;
  readonly bySecret: () => Promise<string>;
  readonly byAssertion: () => Promise<string>;
}

/**
 * Measures requests for access tokens, and the same lookup with the bearer token and with an access
 * token. The four take turns, one request at a time.
 */
export async function credentials({ turns }: Effort): Promise<string> {
  const { adminUrl, stop } = await startSystem();
  const entra = await FakeEntra.start();
  try {
    const { bearer, accessToken, bySecret, byAssertion } = await connect(adminUrl, entra);
    await requests.createUser(bearer, 'ada@acme.example');
    const find = (target: Target): Promise<string> => requests.findUser(target, 'ada@acme.example');
    const measured: readonly (readonly [string, () => Promise<string>, number[]])[] = [
      ['token for a secret', bySecret, []],
      ['token for an assertion', byAssertion, []],
      ['lookup with the bearer token', () => find(bearer), []],
      ['lookup with an access token', () => find(accessToken), []],
    ];
    for (let turn = -turns / 10; turn < turns; turn += 1) {
      for (const [, send, times] of measured) {
        const time = await timed(send);
        // The first turns warm up the JIT compilers.
        if (turn >= 0) times.push(time);
      }
    }
    const [withToken = [], withAccessToken = []] = measured.slice(2).map(([, , times]) => times);
    const ratio = median(withAccessToken) / median(withToken);
    return `One request at a time; the four take turns. With an access token, a lookup takes \
${ratio.toFixed(2)} times what it takes with the bearer token.

${table(
  ['request', 'median in ms', 'p95 in ms'],
  measured.map(([name, , times]) => [
    name,
    median(times).toFixed(1),
    percentile(times, 0.95).toFixed(1),
  ]),
)}`;
  } finally {
    await entra.stop();
    await stop();
  }
}

async function connect(adminUrl: string, entra: FakeEntra): Promise<Ways> {
  const { id, scimBaseUrl, token } = await call('POST', `${adminUrl}/connections`, {
    displayName: 'Credentials',
    identityProvider: 'entra',
  });
  const client = await call('POST', `${adminUrl}/connections/${id}/oauthClients`, {});
  await call('PUT', `${adminUrl}/connections/${id}/trust`, {
    issuer: entra.issuer,
    subject: entra.subject,
    audiences: [entra.application],
  });
  const assertion = await entra.sign();
  const bySecret = (): Promise<string> =>
    requestToken(scimBaseUrl, { client_id: client.id, client_secret: client.secret.value });
  const byAssertion = (): Promise<string> =>
    requestToken(scimBaseUrl, {
      client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
      client_assertion: assertion,
    });
  return {
    bearer: { baseUrl: scimBaseUrl, token: token.value },
    accessToken: { baseUrl: scimBaseUrl, token: await bySecret() },
    bySecret,
    byAssertion,
  };
}

async function requestToken(baseUrl: string, form: Record<string, string>): Promise<string> {
  const body = new URLSearchParams({ grant_type: 'client_credentials', ...form });
  const response = await fetch(`${baseUrl}/oauth2/token`, { method: 'POST', body });
  const answer = (await response.json()) as { readonly access_token?: string };
  if (answer.access_token === undefined) throw new Error(`No access token: ${response.status}`);
  return answer.access_token;
}

interface Created {
  readonly id: string;
  readonly scimBaseUrl: string;
  readonly token: { readonly value: string };
  readonly secret: { readonly value: string };
}

async function call(method: string, url: string, body: object): Promise<Created> {
  const response = await fetch(url, {
    method,
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify(body),
  });
  if (!response.ok) throw new Error(`${method} ${url}: ${await response.text()}`);
  return (await response.json()) as Created;
}
