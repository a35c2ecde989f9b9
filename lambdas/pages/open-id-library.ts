/* What sign-in needs of the library, so that the bundle contains no more. */
export {
  authorizationCodeGrant,
  buildAuthorizationUrl,
  calculatePKCECodeChallenge,
  ClientSecretPost,
  discovery,
  None,
  randomPKCECodeVerifier,
  ResponseBodyError,
  // eslint-disable-next-line @typescript-eslint/no-deprecated -- deprecated as a warning
  allowInsecureRequests,
} from 'openid-client';
