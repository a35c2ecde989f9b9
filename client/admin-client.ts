import { Http, type ScimClientOptions } from './http';

/** Options of a `ScimAdminClient`. */
export interface ScimAdminClientOptions extends Omit<ScimClientOptions, 'url'> {
  /** URL of the admin API: `ScimServiceProvider.adminUrl`. */
  readonly url: string;
}

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

/** A client for the part of the admin API that opens the portal and the console. */
export class ScimAdminClient {
  private readonly http: Http;

  constructor(options: ScimAdminClientOptions) {
    this.http = new Http(options);
  }

  /** Creates a setup link for the portal of a connection. @throws ScimClientError */
  async createPortalLink(
    connection: string,
    settings: PortalLinkSettings = {},
  ): Promise<NewPortalLink> {
    const path = `/connections/${connection}/portalLinks`;
    return (await this.http.call('POST', path, { body: settings })) as NewPortalLink;
  }

  /** Yields the setup links of a connection, newest first. */
  portalLinks(connection: string): AsyncGenerator<PortalLink, void> {
    return this.http.list<PortalLink>(`/connections/${connection}/portalLinks`, 'portalLinks');
  }

  /** Revokes a setup link, if it exists, and ends its session. */
  async revokePortalLink(connection: string, id: string): Promise<void> {
    const path = `/connections/${connection}/portalLinks/${encodeURIComponent(id)}`;
    await this.http.call('DELETE', path, { isOptional: true });
  }

  /** Creates a one-time link that opens the console. @throws ScimClientError */
  async createConsoleSession(): Promise<{ readonly url: string; readonly expiresAt: string }> {
    const answer = await this.http.call('POST', '/consoleSessions');
    return answer as { readonly url: string; readonly expiresAt: string };
  }
}
