import { createRemoteJWKSet, errors, jwtVerify, type JWTPayload } from 'jose';

/** Where a receiver polls (RFC 8936), as `POST /connections/{id}/streams` answers it. */
export interface StreamSettings {
  /** URL of the deployment, which is `iss` of the tokens: `https://…/scim`. */
  readonly issuer: string;
  readonly audience: string;
  readonly pollUrl: string;
  readonly token: string;
}

/** Stores a token, unless there is one with its `jti` already. */
export type Store = (claims: JWTPayload) => Promise<void>;

/** Receives security event tokens until the signal aborts. */
export async function receive(
  { issuer, audience, pollUrl, token }: StreamSettings,
  store: Store,
  signal: AbortSignal,
): Promise<void> {
  const keys = createRemoteJWKSet(new URL(`${issuer}/.well-known/jwks.json`));
  let ack: string[] = [];
  let setErrs: Record<string, { err: string; description: string }> = {};
  while (!signal.aborted) {
    // The answer comes at once if there are tokens, and after 20 seconds if there are none.
    const response = await fetch(pollUrl, {
      method: 'POST',
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      body: JSON.stringify({ ack, setErrs }),
      signal,
    });
    if (!response.ok) throw new Error(`The poll failed: ${response.status}`);
    const { sets } = (await response.json()) as { sets: Record<string, string> };
    ack = [];
    setErrs = {};
    for (const [jti, set] of Object.entries(sets)) {
      const claims = await verify(set);
      if (claims === undefined) {
        setErrs[jti] = { err: 'invalid_request', description: 'It is not for this receiver.' };
        continue;
      }
      // It comes again until it is acknowledged, so it is stored before.
      await store(claims);
      ack.push(jti);
    }
  }

  async function verify(set: string): Promise<JWTPayload | undefined> {
    try {
      const options = { issuer, audience, typ: 'secevent+jwt', algorithms: ['ES256'] };
      return (await jwtVerify(set, keys, options)).payload;
    } catch (error) {
      // All else, such as a key set that cannot be read, may pass: the token comes again.
      if (error instanceof errors.JWSSignatureVerificationFailed) return undefined;
      if (error instanceof errors.JWTClaimValidationFailed) return undefined;
      throw error;
    }
  }
}
