import { jsonAnswer, type Answer } from '../http/answer';

/** The errors of a token endpoint (RFC 6749 section 5.2). */
export type TokenErrorCode =
  | 'invalid_request'
  | 'invalid_client'
  | 'unauthorized_client'
  | 'unsupported_grant_type'
  | 'invalid_scope'
  /** Too many failures; RFC 6749 has no code for it at the token endpoint. */
  | 'temporarily_unavailable'
  | 'server_error';

/** The media type and the headers of every answer (RFC 6749 section 5.1). */
export const TOKEN_MEDIA_TYPE = 'application/json';
export const NO_STORE = { 'Cache-Control': 'no-store', Pragma: 'no-cache' };

/** A request for a token that is not served, as data until the edge turns it into an answer. */
export class TokenError extends Error {
  constructor(
    readonly code: TokenErrorCode,
    /** For the client's developers; printable ASCII without quotes. */
    readonly description: string,
    readonly status = 400,
    readonly headers: Readonly<Record<string, string>> = {},
  ) {
    super(description);
    this.name = 'TokenError';
  }

  toAnswer(): Answer {
    const body = { error: this.code, error_description: this.description };
    return jsonAnswer(this.status, body, { ...NO_STORE, ...this.headers });
  }
}

/** 401, the same whatever is wrong with the client, its secret or its assertion. */
export function invalidClient(): TokenError {
  const text = 'The client is unknown, or its secret or assertion is not valid.';
  return new TokenError('invalid_client', text, 401, {
    'WWW-Authenticate': 'Basic realm="SCIM", charset="UTF-8"',
  });
}

/** 429 for a source with too many failures. @param seconds until the next request is served */
export function tooManyFailures(seconds: number): TokenError {
  const text = `Too many failed requests from this network. Try again in ${seconds} s.`;
  return new TokenError('temporarily_unavailable', text, 429, { 'Retry-After': String(seconds) });
}
