// Replays the traffic of Microsoft's validation with short-lived credentials: an access token for a
// client secret, and one for an assertion of an issuer that this program plays.
//
//   node .ci/replay-oauth.mjs ADMIN_URL REPLAY_PROGRAM
import { exportJWK, generateKeyPair, SignJWT } from 'jose';
import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { createServer } from 'node:http';

/** The client whose traffic Microsoft publishes for validation (AzureAD/SCIMReferenceCode). */
const VALIDATION = 'ms-reference-postman';

const [adminUrl, program] = process.argv.slice(2);

async function call(method, url, body) {
  const response = await fetch(url, {
    method,
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify(body),
  });
  if (!response.ok) throw new Error(`${method} ${url}: ${await response.text()}`);
  return response.json();
}

const connect = () =>
  call('POST', `${adminUrl}/connections`, { displayName: 'Validation', identityProvider: 'entra' });

async function requestToken(baseUrl, form) {
  const body = new URLSearchParams({ grant_type: 'client_credentials', ...form });
  const response = await fetch(`${baseUrl}/oauth2/token`, { method: 'POST', body });
  if (!response.ok) throw new Error(`No access token: ${await response.text()}`);
  return (await response.json()).access_token;
}

async function tokenForSecret({ id, scimBaseUrl }) {
  const client = await call('POST', `${adminUrl}/connections/${id}/oauthClients`, {});
  const form = { client_id: client.id, client_secret: client.secret.value };
  return requestToken(scimBaseUrl, form);
}

async function tokenForAssertion({ id, scimBaseUrl }) {
  const { privateKey, publicKey } = await generateKeyPair('RS256');
  const key = { ...(await exportJWK(publicKey)), kid: randomUUID(), use: 'sig' };
  const server = createServer((_, response) => {
    response.end(JSON.stringify({ keys: [key] }));
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  try {
    const [tenant, subject, application] = [randomUUID(), randomUUID(), randomUUID()];
    const issuer = `http://127.0.0.1:${server.address().port}/${tenant}/v2.0`;
    const trust = { issuer, subject, audiences: [`api://${application}`] };
    await call('PUT', `${adminUrl}/connections/${id}/trust`, trust);
    const assertion = await new SignJWT({ tid: tenant })
      .setProtectedHeader({ alg: 'RS256', kid: key.kid })
      .setIssuer(issuer)
      .setSubject(subject)
      .setAudience(application)
      .setIssuedAt()
      .setExpirationTime('1h')
      .sign(privateKey);
    return await requestToken(scimBaseUrl, {
      client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
      client_assertion: assertion,
      scope: `api://${application}/.default`,
    });
  } finally {
    server.close();
    server.closeAllConnections();
  }
}

/** Runs the replay against an existing connection. */
function replay(baseUrl, token) {
  const args = [program, '--base', baseUrl, '--token', token, '--idp', VALIDATION];
  const child = spawn(process.execPath, args, { stdio: 'inherit' });
  return new Promise((resolve) => child.on('exit', resolve));
}

for (const [name, obtain] of Object.entries({
  secret: tokenForSecret,
  assertion: tokenForAssertion,
})) {
  const connection = await connect();
  process.stdout.write(`access token for a client ${name}:\n`);
  const status = await replay(connection.scimBaseUrl, await obtain(connection));
  if (status !== 0) process.exit(1);
}
