import type {
  Connection,
  ConnectionChange,
  ConnectionDeletion,
  ConnectionUsage,
  Delivery,
  IssuedToken,
  LogEntry,
  LogFilter,
  NewConnectionSettings,
  NewToken,
  NewTokenSettings,
  NewWebhookSecret,
  Token,
  Webhook,
  WebhookSettings,
} from './admin-types';
import type { ExportPage, ImportResult, UserNameConversion } from './transfer-types';
import { connectionPath } from './connection-path';
import { OAuthAdmin } from './oauth-admin';
import { ResourceTypesAdmin } from './resource-types-admin';
import type { NewPortalLink, PortalLink, PortalLinkSettings } from './portal-link-types';
import { Http, jsonOf, textOf, type ScimClientOptions } from './http';

/** Options of a `ScimAdminClient`. */
export interface ScimAdminClientOptions extends Omit<ScimClientOptions, 'url'> {
  /** URL of the admin API: `ScimServiceProvider.adminUrl`. */
  readonly url: string;
}

/** A client of the admin API. Its methods throw `ScimClientError` for an answer with an error. */
export class ScimAdminClient {
  private readonly http: Http;
  /** OAuth clients, and the issuers whose tokens connections trust. */
  readonly oauth: OAuthAdmin;
  /** The calls about resource types in addition to users and groups. */
  readonly resourceTypes: ResourceTypesAdmin;

  constructor(options: ScimAdminClientOptions) {
    this.http = new Http(options);
    this.oauth = new OAuthAdmin(this.http);
    this.resourceTypes = new ResourceTypesAdmin(this.http);
  }

  /**
   * Makes any call of the admin API.
   * @param path below the URL of the API, with its query, such as `/connections/acme/roles`
   * @returns the JSON of the answer; undefined if it has none
   */
  call(
    method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE',
    path: string,
    body?: unknown,
  ): Promise<unknown> {
    return this.http.call(method, path, { body });
  }

  /** Yields all connections, ordered by id. */
  connections(): AsyncGenerator<Connection | ConnectionDeletion, void> {
    return this.http.list<Connection | ConnectionDeletion>('/connections', 'connections');
  }

  /** Returns a connection, or the progress of its deletion. */
  async connection(id: string): Promise<Connection | ConnectionDeletion> {
    return (await this.http.call('GET', connectionPath(id))) as Connection | ConnectionDeletion;
  }

  /** Creates a connection and its first token. */
  async createConnection(
    settings: NewConnectionSettings,
  ): Promise<Connection & { readonly token: NewToken }> {
    const answer = await this.http.call('POST', '/connections', { body: settings });
    return answer as Connection & { readonly token: NewToken };
  }

  /** Changes a connection's settings by a merge patch (RFC 7396). */
  async updateConnection(id: string, change: ConnectionChange): Promise<Connection> {
    return (await this.http.call('PATCH', connectionPath(id), { body: change })) as Connection;
  }

  /** Deletes a connection: it takes effect at once, its data is removed in the background. */
  async deleteConnection(id: string): Promise<ConnectionDeletion> {
    return (await this.http.call('DELETE', connectionPath(id))) as ConnectionDeletion;
  }

  /** Returns the tokens of a connection, valid ones first. */
  async tokens(connection: string): Promise<readonly Token[]> {
    return (await this.http.call('GET', `${connectionPath(connection)}/tokens`)) as Token[];
  }

  /** Issues a token. Unless it has scopes, earlier tokens end after the overlap. */
  async issueToken(connection: string, settings: NewTokenSettings = {}): Promise<IssuedToken> {
    const path = `${connectionPath(connection)}/tokens`;
    return (await this.http.call('POST', path, { body: settings })) as IssuedToken;
  }

  /** Revokes a token: it is refused from the next request on. */
  async revokeToken(connection: string, id: string): Promise<void> {
    const path = `${connectionPath(connection)}/tokens/${encodeURIComponent(id)}`;
    await this.http.call('DELETE', path);
  }

  /** Returns how a connection is used. */
  async usage(connection: string): Promise<ConnectionUsage> {
    const path = `${connectionPath(connection)}/usage`;
    return (await this.http.call('GET', path)) as ConnectionUsage;
  }

  /** Yields entries of the provisioning log, newest first. */
  log(connection: string, filter: LogFilter = {}): AsyncGenerator<LogEntry, void> {
    const path = `${connectionPath(connection)}/requests`;
    return this.http.list<LogEntry>(path, 'requests', { ...filter });
  }

  /**
   * Adds resources with the ids that they had elsewhere, or changes those that exist.
   * Repeating a call changes nothing.
   * @param lines JSON Lines, at most 4 MB
   */
  async importResources(
    connection: string,
    lines: string,
    { dryRun }: { readonly dryRun?: boolean } = {},
  ): Promise<ImportResult> {
    const path = `${connectionPath(connection)}/import`;
    const options = { query: { dryRun }, isRepeatable: true };
    return (await jsonOf(await this.http.send('POST', path, lines, options))) as ImportResult;
  }

  /** Returns a page of the resources, as an import reads them. */
  async exportResources(connection: string, cursor?: string): Promise<ExportPage> {
    const text = JSON.stringify({ cursor });
    const path = `${connectionPath(connection)}/export`;
    const response = await this.http.send('POST', path, text, { isRepeatable: true });
    const lines = await textOf(response);
    return { lines, nextCursor: response.headers.get('Next-Cursor') ?? undefined };
  }

  /** Starts to convert user names to email addresses. A dry run only counts. */
  async convertUserNames(
    connection: string,
    settings: { readonly to: UserNameConversion['to']; readonly dryRun?: boolean },
  ): Promise<UserNameConversion> {
    const path = conversionPath(connection);
    return (await this.http.call('POST', path, { body: settings })) as UserNameConversion;
  }

  /** Returns the latest conversions, newest first, without their conflicts. */
  async userNameConversions(connection: string): Promise<readonly UserNameConversion[]> {
    const answer = await this.http.call('GET', conversionPath(connection));
    return (answer as { readonly conversions: readonly UserNameConversion[] }).conversions;
  }

  /** Returns how far a conversion has come, with the users that it left alone. */
  async userNameConversion(connection: string, id: string): Promise<UserNameConversion> {
    return (await this.http.call('GET', conversionPath(connection, id))) as UserNameConversion;
  }

  /** Gives users their former names again. */
  async undoUserNameConversion(connection: string, id: string): Promise<UserNameConversion> {
    const path = `${conversionPath(connection, id)}/undo`;
    return (await this.http.call('POST', path)) as UserNameConversion;
  }

  /** Ends the use of former names. */
  async closeUserNameConversion(connection: string, id: string): Promise<UserNameConversion> {
    const path = `${conversionPath(connection, id)}/close`;
    return (await this.http.call('POST', path)) as UserNameConversion;
  }

  /** Returns all webhooks. */
  async webhooks(): Promise<readonly Webhook[]> {
    const answer = await this.http.call('GET', '/webhooks');
    return (answer as { readonly webhooks: readonly Webhook[] }).webhooks;
  }

  /** Returns a webhook, with the state of its deliveries. */
  async webhook(id: string): Promise<Webhook> {
    return (await this.http.call('GET', webhookPath(id))) as Webhook;
  }

  /** Creates a webhook and its secret. */
  async createWebhook(settings: WebhookSettings): Promise<Webhook & { readonly secret: string }> {
    const answer = await this.http.call('POST', '/webhooks', { body: settings });
    return answer as Webhook & { readonly secret: string };
  }

  /** Changes a webhook by a merge patch (RFC 7396). */
  async updateWebhook(
    id: string,
    change: Partial<WebhookSettings> & { readonly enabled?: boolean },
  ): Promise<Webhook> {
    return (await this.http.call('PATCH', webhookPath(id), { body: change })) as Webhook;
  }

  /** Deletes a webhook. */
  async deleteWebhook(id: string): Promise<void> {
    await this.http.call('DELETE', webhookPath(id));
  }

  /** Creates a new secret. Both sign during the overlap. @param overlapSeconds a day if missing */
  async rotateWebhookSecret(id: string, overlapSeconds?: number): Promise<NewWebhookSecret> {
    const answer = await this.http.call('POST', `${webhookPath(id)}/secret`, {
      body: { overlapSeconds },
    });
    return answer as NewWebhookSecret;
  }

  /** Sends a `webhook.test` event. */
  async testWebhook(id: string): Promise<{ readonly eventId: string }> {
    const answer = await this.http.call('POST', `${webhookPath(id)}/test`);
    return answer as { readonly eventId: string };
  }

  /** Sends the events after an event again. @returns the time from which they are sent */
  async replayWebhook(
    id: string,
    after: string,
  ): Promise<{ readonly id: string; readonly from: string }> {
    const answer = await this.http.call('POST', `${webhookPath(id)}/replay`, { body: { after } });
    return answer as { readonly id: string; readonly from: string };
  }

  /** Yields the attempts to deliver events to a webhook, newest first. */
  deliveries(
    webhook: string,
    filter: { readonly status?: Delivery['status'] | undefined } = {},
  ): AsyncGenerator<Delivery, void> {
    return this.http.list<Delivery>(`${webhookPath(webhook)}/deliveries`, 'deliveries', filter);
  }

  /** Sends one event to a webhook again. */
  async resendDelivery(webhook: string, eventId: string): Promise<void> {
    const path = `${webhookPath(webhook)}/deliveries/${encodeURIComponent(eventId)}/resend`;
    await this.http.call('POST', path);
  }

  /** Creates a setup link for the portal of a connection. */
  async createPortalLink(
    connection: string,
    settings: PortalLinkSettings = {},
  ): Promise<NewPortalLink> {
    const path = `${connectionPath(connection)}/portalLinks`;
    return (await this.http.call('POST', path, { body: settings })) as NewPortalLink;
  }

  /** Yields the setup links of a connection, newest first. */
  portalLinks(connection: string): AsyncGenerator<PortalLink, void> {
    return this.http.list<PortalLink>(`${connectionPath(connection)}/portalLinks`, 'portalLinks');
  }

  /** Revokes a setup link, if it exists, and ends its session. */
  async revokePortalLink(connection: string, id: string): Promise<void> {
    const path = `${connectionPath(connection)}/portalLinks/${encodeURIComponent(id)}`;
    await this.http.call('DELETE', path, { isOptional: true });
  }

  /** Creates a one-time link that opens the console. */
  async createConsoleSession(): Promise<{ readonly url: string; readonly expiresAt: string }> {
    const answer = await this.http.call('POST', '/consoleSessions');
    return answer as { readonly url: string; readonly expiresAt: string };
  }
}

function conversionPath(connection: string, id?: string): string {
  const path = `${connectionPath(connection)}/userNameConversion`;
  return id === undefined ? path : `${path}/${encodeURIComponent(id)}`;
}

function webhookPath(id: string): string {
  return `/webhooks/${encodeURIComponent(id)}`;
}
