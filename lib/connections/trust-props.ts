import type { Duration } from 'aws-cdk-lib';

/**
 * An issuer whose tokens a connection accepts (workload identity federation).
 *
 * Entra ID exchanges a token of its own for an access token, so that no secret is stored anywhere.
 */
export interface TrustProps {
  /**
   * Issuer of the customer's tenant.
   *
   * `https://login.microsoftonline.com/<tenant id>/v2.0`, the same of a sovereign cloud, or
   * `https://sts.windows.net/<tenant id>/` for a blank Secret Token.
   */
  readonly issuer: string;

  /**
   * Object id of the workload identity.
   *
   * @default - any workload of the tenant, which is possible with a blank Secret Token only
   */
  readonly subject?: string;

  /**
   * Audiences of the tokens, such as `api://<application id>`: at most 10.
   *
   * @default - the fixed audience of a blank Secret Token, which no other token has
   */
  readonly audiences?: string[];

  /**
   * Scopes of the access tokens.
   *
   * Some of `users:read`, `users:read-write`, `groups:read`, `groups:read-write`, `resources:read`
   * and `resources:read-write`; resources are those of custom types.
   *
   * @default - everything
   */
  readonly scopes?: string[];

  /**
   * How long an access token is valid: one to six hours.
   *
   * @default Duration.hours(1)
   */
  readonly accessTokenLifetime?: Duration;
}
