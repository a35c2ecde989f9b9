import type { Configuration } from 'openid-client';
import type * as Library from './open-id-library';
import { singleLine } from '../../directory/resources/display-names';
import type { SignIn } from '../../directory/sessions/console-sessions';
import { newSecret } from '../../directory/sessions/secret';
import { Problem } from '../json-api/problem';

/** How operators sign in with OpenID Connect. */
export interface OpenIdSettings {
  readonly issuer: string;
  readonly clientId: string;
  /** Undefined for a public client. */
  readonly clientSecret: (() => Promise<string>) | undefined;
  /** An operator must be in at least one of these groups. */
  readonly allowedGroups: readonly string[];
  /** The console's own URL that the provider sends operators back to. */
  readonly redirectUri: string;
  /** Whether the issuer may be served over HTTP, for development. */
  readonly isInsecureAllowed: boolean;
}

/** Loads the library when someone signs in: other requests need not wait for it. */
function library(): Promise<typeof Library> {
  return import('./open-id-library');
}

/** Signs operators in with OpenID Connect: authorization code with PKCE. */
export class OpenId {
  private configuration: Promise<Configuration> | undefined;

  constructor(private readonly settings: OpenIdSettings) {}

  /** Begins a sign-in. @returns the provider's URL, and what its answer is checked against */
  async begin(): Promise<{ readonly url: string; readonly signIn: SignIn }> {
    const client = await library();
    const signIn: SignIn = {
      state: newSecret(),
      nonce: newSecret(),
      verifier: client.randomPKCECodeVerifier(),
    };
    const url = client.buildAuthorizationUrl(await this.configured(), {
      redirect_uri: this.settings.redirectUri,
      scope: 'openid email profile',
      state: signIn.state,
      nonce: signIn.nonce,
      code_challenge: await client.calculatePKCECodeChallenge(signIn.verifier),
      code_challenge_method: 'S256',
    });
    return { url: url.href, signIn };
  }

  /**
   * Completes a sign-in.
   * @param query the query string of the provider's answer
   * @returns the operator's name, for the audit log
   * @throws Problem 403 if the answer is wrong, or the person is no operator
   */
  async complete(query: string, { state, nonce, verifier }: SignIn): Promise<string> {
    const client = await library();
    const answer = new URL(`${this.settings.redirectUri}?${query}`);
    const tokens = await client
      .authorizationCodeGrant(await this.configured(), answer, {
        expectedState: state,
        expectedNonce: nonce,
        pkceCodeVerifier: verifier,
        idTokenExpected: true,
      })
      .catch((error: unknown) => {
        // The client secret may have been rotated: the next sign-in reads it again.
        const isUnknown = error instanceof client.ResponseBodyError;
        if (isUnknown && error.error === 'invalid_client') this.configuration = undefined;
        const reason = error instanceof Error ? error.message : String(error);
        throw new Problem(403, `The OpenID provider did not confirm the sign-in: ${reason}`);
      });
    return operatorOf({ ...tokens.claims() }, this.settings.allowedGroups);
  }

  private async configured(): Promise<Configuration> {
    this.configuration ??= this.discover();
    try {
      return await this.configuration;
    } catch (error) {
      this.configuration = undefined;
      throw error;
    }
  }

  private async discover(): Promise<Configuration> {
    const { issuer, clientId, clientSecret, isInsecureAllowed } = this.settings;
    const [client, secret] = await Promise.all([library(), clientSecret?.()]);
    const authentication = secret === undefined ? client.None() : client.ClientSecretPost(secret);
    return client.discover(issuer, clientId, authentication, isInsecureAllowed);
  }
}

/**
 * Returns the name of an operator.
 * @param claims of the ID token, which is verified
 * @throws Problem 403 for an address that is not verified, or without one of the groups
 */
export function operatorOf(
  claims: Readonly<Record<string, unknown>>,
  allowedGroups: readonly string[],
): string {
  const { sub, email, email_verified: verified, groups, preferred_username: userName } = claims;
  // Some providers send the claim as a text.
  const isVerified = verified === true || verified === 'true';
  if (email !== undefined && verified !== undefined && !isVerified) {
    throw new Problem(403, 'The email address of this account is not verified.');
  }
  const held: readonly unknown[] = Array.isArray(groups) ? groups : [groups];
  if (!allowedGroups.some((group) => held.includes(group))) {
    throw new Problem(403, 'This account is in none of the groups that may use the console.');
  }
  const subject = String(sub);
  const address = isVerified ? lineOf(email) : undefined;
  if (address !== undefined) return address;
  // Users can choose this name, so the subject is added to identify them.
  const name = lineOf(userName);
  return name === undefined ? subject : `${name} (${subject})`;
}

function lineOf(claim: unknown): string | undefined {
  return typeof claim === 'string' ? singleLine(claim) : undefined;
}
