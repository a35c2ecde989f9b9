import { admin, Client, send, type Body, type Reply } from './client';

const FORM = 'application/x-www-form-urlencoded';

/** Sends a request to a connection's token endpoint. @param form parameters, or the body itself */
export function requestToken(
  { baseUrl }: Pick<Client, 'baseUrl'>,
  form: Readonly<Record<string, string>> | string,
  headers: Readonly<Record<string, string>> = {},
): Promise<Reply> {
  const body =
    typeof form === 'string'
      ? form
      : new URLSearchParams({ grant_type: 'client_credentials', ...form }).toString();
  return send('POST', `${baseUrl}/oauth2/token`, { 'Content-Type': FORM, ...headers }, body);
}

/** Requests a token with an assertion, as Entra ID does in workload identity federation. */
export function requestTokenByAssertion(
  client: Pick<Client, 'baseUrl'>,
  assertion: string,
  form: Readonly<Record<string, string>> = {},
): Promise<Reply> {
  return requestToken(client, {
    client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
    client_assertion: assertion,
    ...form,
  });
}

/** Creates an OAuth client of a connection. @returns its id and its secret, and the whole answer */
export async function createOAuthClient(
  { id }: Pick<Client, 'id'>,
  settings: object = {},
): Promise<{ readonly clientId: string; readonly secret: string; readonly body: Body }> {
  const { status, text, body } = await admin('POST', `/connections/${id}/oauthClients`, settings);
  if (status !== 201) throw new Error(text);
  return { clientId: body.id as string, secret: body.secret.value as string, body };
}

/** Creates a connection with an OAuth client. @param settings those of the client */
export async function connectWithClient(
  settings: object = {},
): Promise<{ client: Client; clientId: string; secret: string; body: Body }> {
  const client = await Client.connect('entra');
  return { client, ...(await createOAuthClient(client, settings)) };
}

/** Returns the headers of a request with an access token. */
export function bearer(token: unknown): Readonly<Record<string, string>> {
  return { Authorization: `Bearer ${String(token)}` };
}
