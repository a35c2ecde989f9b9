import { connectionPath } from './connection-path';
import { ScimClientError } from './errors';
import type { Http } from './http';
import type {
  NewOAuthClientSecret,
  OAuthClient,
  OAuthClientSettings,
  Trust,
  TrustSettings,
} from './oauth-types';

/** The calls of the admin API about OAuth clients and trust. */
export class OAuthAdmin {
  /** @internal */
  constructor(private readonly http: Http) {}

  /** Returns the OAuth clients of a connection. */
  async clients(connection: string): Promise<readonly OAuthClient[]> {
    return (await this.http.call('GET', clientPath(connection))) as OAuthClient[];
  }

  /** Creates an OAuth client and its first secret. */
  async createClient(
    connection: string,
    settings: OAuthClientSettings = {},
  ): Promise<OAuthClient & { readonly secret: NewOAuthClientSecret }> {
    const answer = await this.http.call('POST', clientPath(connection), { body: settings });
    return answer as OAuthClient & { readonly secret: NewOAuthClientSecret };
  }

  /** Deletes an OAuth client: its access tokens are refused from the next request on. */
  async deleteClient(connection: string, id: string): Promise<void> {
    await this.http.call('DELETE', clientPath(connection, id));
  }

  /** Creates a second secret; both work until one is deleted or expires. */
  async createSecret(
    connection: string,
    client: string,
    settings: { readonly expiresInDays?: number } = {},
  ): Promise<NewOAuthClientSecret> {
    const path = `${clientPath(connection, client)}/secrets`;
    return (await this.http.call('POST', path, { body: settings })) as NewOAuthClientSecret;
  }

  /** Deletes a secret, with the access tokens issued for it. */
  async deleteSecret(connection: string, client: string, id: string): Promise<void> {
    const path = `${clientPath(connection, client)}/secrets/${encodeURIComponent(id)}`;
    await this.http.call('DELETE', path);
  }

  /** Returns the issuer that a connection trusts; undefined if there is none. */
  async trust(connection: string): Promise<Trust | undefined> {
    try {
      return (await this.http.call('GET', trustPath(connection))) as Trust;
    } catch (error) {
      if (!(error instanceof ScimClientError) || error.status !== 404) throw error;
      // There is no trust, or no such connection.
      await this.http.call('GET', connectionPath(connection));
      return undefined;
    }
  }

  /** Sets the issuer that a connection trusts. */
  async putTrust(connection: string, settings: TrustSettings): Promise<Trust> {
    return (await this.http.call('PUT', trustPath(connection), { body: settings })) as Trust;
  }

  /** Ends the trust, with the access tokens issued for it. */
  async deleteTrust(connection: string): Promise<void> {
    await this.http.call('DELETE', trustPath(connection));
  }
}

function clientPath(connection: string, id?: string): string {
  const path = `${connectionPath(connection)}/oauthClients`;
  return id === undefined ? path : `${path}/${encodeURIComponent(id)}`;
}

function trustPath(connection: string): string {
  return `${connectionPath(connection)}/trust`;
}
