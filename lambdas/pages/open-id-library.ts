import {
  allowInsecureRequests,
  discovery,
  type ClientAuth,
  type Configuration,
} from 'openid-client';

/* The parts of the library that sign-in needs, so that the bundle contains no more. */
export {
  authorizationCodeGrant,
  buildAuthorizationUrl,
  calculatePKCECodeChallenge,
  ClientSecretPost,
  None,
  randomPKCECodeVerifier,
  ResponseBodyError,
} from 'openid-client';

/** Seconds that the provider may take to answer. */
const TIMEOUT = 5;

/**
 * Reads the configuration of a provider.
 * @param isInsecureAllowed whether the issuer may be served over HTTP, for development
 */
export function discover(
  issuer: string,
  clientId: string,
  authentication: ClientAuth,
  isInsecureAllowed: boolean,
): Promise<Configuration> {
  return discovery(new URL(issuer), clientId, undefined, authentication, {
    // eslint-disable-next-line @typescript-eslint/no-deprecated -- deprecated as a warning
    execute: isInsecureAllowed ? [allowInsecureRequests] : [],
    timeout: TIMEOUT,
  });
}
