import type { ScimRequest } from '../http/scim-request';
import { TokenError } from './token-error';

/** How a client authenticates: by a secret, or by an assertion of its identity provider. */
export type ClientAuthentication =
  | { readonly client: string; readonly secret: string }
  | { readonly client: string; readonly assertion: string };

/** A request for an access token (RFC 6749 section 4.4.2, RFC 7523 section 2.2). */
export interface TokenRequest {
  readonly authentication: ClientAuthentication;
  /** The scopes asked for; empty for all of the client's. */
  readonly scopes: readonly string[];
}

const ASSERTION_TYPE = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer';

/** Maximum characters of a body: an assertion, and some parameters. */
const MAXIMUM_CHARACTERS = 16_384;

/** Reads a request for an access token. @throws TokenError 400, 401 */
export function readTokenRequest({ headers, body }: ScimRequest): TokenRequest {
  const mediaType = (headers.get('content-type') ?? '').split(';')[0]?.trim().toLowerCase();
  if (mediaType !== 'application/x-www-form-urlencoded') {
    throw new TokenError(
      'invalid_request',
      'The body must be a form: Content-Type must be application/x-www-form-urlencoded.',
    );
  }
  if (body.length > MAXIMUM_CHARACTERS) {
    const text = `The body must have at most ${MAXIMUM_CHARACTERS} characters.`;
    throw new TokenError('invalid_request', text);
  }
  const form = parametersOf(body);
  const grantType = form.get('grant_type');
  if (grantType === undefined) throw missing('grant_type');
  if (grantType !== 'client_credentials') {
    const text = 'The grant_type must be client_credentials.';
    throw new TokenError('unsupported_grant_type', text);
  }
  const scopes = (form.get('scope') ?? '').split(' ').filter(Boolean);
  return { authentication: readAuthentication(form, headers.get('authorization')), scopes };
}

/** A parameter without a value counts as absent, and none may be repeated (section 3.2). */
function parametersOf(body: string): ReadonlyMap<string, string> {
  const parameters = new Map<string, string>();
  for (const [name, value] of new URLSearchParams(body)) {
    if (parameters.has(name)) {
      throw new TokenError('invalid_request', 'A parameter must not be repeated.');
    }
    if (value !== '') parameters.set(name, value);
  }
  return parameters;
}

/** Reads the client's authentication, of which there must be one (RFC 6749 section 2.3). */
function readAuthentication(
  form: ReadonlyMap<string, string>,
  authorization: string | undefined,
): ClientAuthentication {
  const client = form.get('client_id');
  const [secret, assertion] = [form.get('client_secret'), form.get('client_assertion')];
  const used = [authorization, secret, assertion].filter((each) => each !== undefined);
  if (used.length > 1) {
    const text = 'Authenticate in one way: Authorization, client_secret or client_assertion.';
    throw new TokenError('invalid_request', text);
  }
  if (authorization !== undefined) return basicAuthentication(authorization, client);
  if (assertion !== undefined) {
    if (form.get('client_assertion_type') !== ASSERTION_TYPE) {
      const text = `The client_assertion_type must be ${ASSERTION_TYPE}.`;
      throw new TokenError('invalid_request', text);
    }
    // It says who the client is by itself (RFC 7521 section 4.2).
    return { client: client ?? '', assertion };
  }
  if (secret === undefined) throw missing('client_secret');
  if (client === undefined) throw missing('client_id');
  return { client, secret };
}

/** Reads `client_secret_basic`: both parts are form-encoded before base64. */
function basicAuthentication(header: string, inForm: string | undefined): ClientAuthentication {
  const [, encoded] = /^basic +([A-Za-z0-9+/]+={0,2})$/i.exec(header.trim()) ?? [];
  const decoded = encoded === undefined ? '' : Buffer.from(encoded, 'base64').toString('utf8');
  const at = decoded.indexOf(':');
  if (at === -1) {
    const text = 'The Authorization header must have the scheme Basic, with client id and secret.';
    throw new TokenError('invalid_request', text);
  }
  const [client, secret] = [formDecoded(decoded.slice(0, at)), formDecoded(decoded.slice(at + 1))];
  if (inForm !== undefined && inForm !== client) {
    const text = 'The client_id must be the one of the Authorization header.';
    throw new TokenError('invalid_request', text);
  }
  return { client, secret };
}

function formDecoded(text: string): string {
  try {
    return decodeURIComponent(text.replaceAll('+', ' '));
  } catch {
    return text;
  }
}

function missing(parameter: string): TokenError {
  return new TokenError('invalid_request', `The parameter ${parameter} is missing.`);
}
