/** Settings of a setup link. */
export interface PortalLinkSettings {
  /** The pages that the link opens: all, those of tokens, or the log. @default 'setup' */
  readonly intent?: 'setup' | 'rotate' | 'log';
  /** How long it can be opened: 300 to 1,209,600. @default 259200 */
  readonly expiresInSeconds?: number;
  /** The person that it is for, as the audit log names them. */
  readonly recipient?: string;
  /** Where the portal leads back to; its origin must be in `portal.returnOrigins`. */
  readonly returnUrl?: string;
}

/** A setup link that was just created. */
export interface NewPortalLink {
  readonly id: string;
  /** Opens the portal once. It cannot be looked up later. */
  readonly url: string;
  /** RFC 3339. */
  readonly expiresAt: string;
}

/** A setup link as it is listed. */
export interface PortalLink {
  readonly id: string;
  readonly intent: 'setup' | 'rotate' | 'log';
  readonly recipient?: string;
  readonly returnUrl?: string;
  readonly createdBy: string;
  readonly createdAt: string;
  readonly expiresAt: string;
  readonly openedAt?: string;
  readonly revokedAt?: string;
  readonly state: 'unused' | 'opened' | 'expired' | 'revoked';
}
