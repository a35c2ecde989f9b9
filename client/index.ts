export {
  ScimAdminClient,
  type NewPortalLink,
  type PortalLink,
  type PortalLinkSettings,
  type ScimAdminClientOptions,
} from './admin-client';
export type * from './admin-types';
export { ExpiredCursorError, ScimClientError, WebhookVerificationError } from './errors';
export type { Credentials, ScimClientOptions } from './http';
export { ScimClient, type EventFilter, type EventPage, type UserFilter } from './scim-client';
export type * from './transfer-types';
export type * from './types';
export { verifyWebhook, type WebhookRequest } from './webhooks';
