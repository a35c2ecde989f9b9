import type { ISecret } from 'aws-cdk-lib/aws-secretsmanager';

/** Name, logo and color of the portal and the console. */
export interface BrandingProps {
  /**
   * Name of your product, as its customers know it.
   *
   * @default 'SCIM'
   */
  readonly productName?: string;

  /**
   * Logo as an SVG document of at most 2,000 characters, shown 28 pixels high.
   *
   * It is shown as an image, so that scripts and links in it do nothing.
   *
   * @default - the first letter of the product's name
   */
  readonly logoSvg?: string;

  /**
   * Color of buttons, links and the current step, such as `#2f5bea`.
   *
   * White text on it must have a contrast of at least 4.5:1. A lighter variant for dark mode is
   * derived from it.
   *
   * @default '#2f5bea'
   */
  readonly accentColor?: string;
}

/** Settings of the portal, the pages for customers' identity administrators. */
export interface PortalProps {
  /**
   * Whether to serve the portal.
   *
   * @default true
   */
  readonly enabled?: boolean;

  /**
   * Origins that the portal may send its visitors back to, such as `https://app.example.com`.
   *
   * A setup link with a `returnUrl` of another origin is rejected.
   *
   * @default - none
   */
  readonly returnOrigins?: string[];
}

/** Settings of the console, the pages for operators. */
export interface ConsoleProps {
  /**
   * Whether to serve the console.
   *
   * @default true
   */
  readonly enabled?: boolean;

  /**
   * OpenID Connect provider at which operators sign in.
   *
   * @default - operators open the console with one-time links of the admin API
   */
  readonly oidc?: OidcProps;
}

/** OpenID Connect provider at which operators sign in to the console. */
export interface OidcProps {
  /**
   * URL of the provider, such as `https://login.microsoftonline.com/<tenant id>/v2.0`.
   *
   * Its configuration is at `/.well-known/openid-configuration` below.
   */
  readonly issuer: string;

  /**
   * Client id of the console, which is registered with the redirect URI `<console URL>/callback`.
   */
  readonly clientId: string;

  /**
   * Secret whose value is the client secret.
   *
   * @default - a public client without a secret; the console uses PKCE in both cases
   */
  readonly clientSecret?: ISecret;

  /**
   * Groups that may use the console, as in the claim `groups` of the ID token.
   */
  readonly allowedGroups: string[];
}
