/* The JSON of the application API and of events; docs/reference describes each field. */

/** A connection: one customer's identity provider. */
export interface ConnectionSummary {
  readonly id: string;
  readonly displayName: string;
  readonly state: 'enabled' | 'disabled' | 'deleting';
  /** Missing while the connection is being deleted. */
  readonly users?: number;
  readonly groups?: number;
}

/** A user under the names of the application. Fields without a value are missing. */
export interface UserProfile {
  readonly id: string;
  readonly externalId?: string;
  readonly userName?: string;
  readonly email?: string;
  readonly firstName?: string;
  readonly lastName?: string;
  readonly displayName?: string;
  readonly title?: string;
  readonly department?: string;
  readonly phone?: string;
  readonly mobile?: string;
  readonly address?: string;
  /** The manager as the identity provider sends it, usually an id. */
  readonly manager?: string;
  readonly active: boolean;
  readonly roles: readonly string[];
  /** Fields of the connection's mapping that have no fixed name. */
  readonly custom: Readonly<Record<string, string>>;
  /** The application's own id, if the user was adopted. */
  readonly applicationId?: string;
  /** RFC 3339; set for a user who was deleted and is retained. */
  readonly deletedAt?: string;
  /** The SCIM resource (RFC 7643). */
  readonly scim?: Readonly<Record<string, unknown>>;
}

/** A user as it is read, with the sequence of its latest event. */
export interface User extends UserProfile {
  readonly sequence: number;
}

/** A group. */
export interface GroupProfile {
  readonly id: string;
  readonly displayName?: string;
  readonly externalId?: string;
  /** The SCIM resource (RFC 7643), without members. */
  readonly scim?: Readonly<Record<string, unknown>>;
}

/** A group as it is read. */
export interface Group extends GroupProfile {
  readonly memberCount: number;
  readonly sequence: number;
}

/** A member of a group. */
export interface Member {
  readonly id: string;
  readonly type: 'User' | 'Group';
  readonly display?: string;
}

/** A membership in an event. */
export interface Membership {
  readonly groupId: string;
  readonly memberId: string;
  readonly memberType: 'User' | 'Group';
}

/** The members of `data` that all events have. */
interface EventData {
  readonly connection: { readonly id: string; readonly displayName: string };
  /** Apply an event only if this is greater than what you stored for its subject. */
  readonly sequence: number;
  readonly reason: 'scim' | 'import' | 'adopt' | 'admin' | 'resync';
  /** Id of the request that made the change, which the logs of the service name. */
  readonly requestId?: string;
  /** The account that the connection acts for: its setting `actsAs`. */
  readonly actsAs?: string;
  /** Set if the event was too large: read the resource by its id. */
  readonly truncated?: true;
}

interface Envelope<Type extends string, Data> {
  readonly specversion: '1.0';
  /** The same if the event comes again. */
  readonly id: string;
  /** `urn:cdk-scim:<deployment>:<connection id>` */
  readonly source: string;
  readonly type: Type;
  /** RFC 3339. */
  readonly time: string;
  readonly subject: string;
  readonly datacontenttype: 'application/json';
  readonly data: Data;
}

/** An event about a user. Of an erased user, only the id is left. */
export type UserEvent = Envelope<
  'user.created' | 'user.updated' | 'user.deactivated' | 'user.reactivated' | 'user.deleted',
  EventData & {
    readonly user: Partial<UserProfile> & Pick<UserProfile, 'id'>;
    /** The profile before the change. */
    readonly previous?: UserProfile;
    /** Fields of the profile, and SCIM paths, that have changed. */
    readonly changed?: readonly string[];
  }
>;

/** An event about a group. */
export type GroupEvent = Envelope<
  'group.created' | 'group.updated' | 'group.deleted',
  EventData & {
    readonly group: GroupProfile;
    readonly previous?: GroupProfile;
    readonly changed?: readonly string[];
  }
>;

/** An event about a membership. */
export type MembershipEvent = Envelope<
  'group.member_added' | 'group.member_removed',
  EventData & { readonly membership: Membership }
>;

/** A resource of a custom type, such as a role. */
export interface CustomResource {
  readonly id: string;
  readonly displayName?: string;
  readonly externalId?: string;
  /** The SCIM resource. Absent from `previous`. */
  readonly scim?: Readonly<Record<string, unknown>>;
}

/** A resource of a custom type, as it is read. */
export interface StoredCustomResource extends CustomResource {
  /** That of its latest event. */
  readonly sequence: number;
}

/** A resource that the application publishes: its id, and its SCIM attributes. */
export interface PublishedResource {
  readonly id: string;
  readonly [attribute: string]: unknown;
}

/** A resource that could not be published. */
export interface PublishProblem {
  /** Its place in the list. */
  readonly index: number;
  readonly id: string;
  readonly status: number;
  readonly detail: string;
}

/** The result of publishing resources. */
export interface PublishResult {
  readonly created: number;
  readonly updated: number;
  readonly unchanged: number;
  readonly problems: readonly PublishProblem[];
}

/** An event about a resource of a custom type. */
export type ResourceEvent = Envelope<
  'resource.created' | 'resource.updated' | 'resource.deleted',
  EventData & {
    /** Name of the type: `Role`. */
    readonly resourceType: string;
    readonly resource: CustomResource;
    readonly previous?: CustomResource;
    readonly changed?: readonly string[];
  }
>;

/** An event about a connection. */
export type ConnectionEvent = Envelope<
  'connection.created' | 'connection.updated' | 'connection.deleted',
  EventData & { readonly changed?: readonly string[] }
>;

/** The end of a resync. */
export type SyncEvent = Envelope<
  'connection.sync_completed',
  EventData & {
    readonly sync: {
      readonly id: string;
      readonly startedAt: string;
      readonly users: number;
      readonly deletedUsers: number;
      readonly groups: number;
      readonly memberships: number;
      /** Resources of custom types. */
      readonly resources: number;
    };
  }
>;

/** An event of the log. `type` tells which one it is. */
export type ScimEvent =
  UserEvent | GroupEvent | MembershipEvent | ResourceEvent | ConnectionEvent | SyncEvent;

/** A test that an operator sent to a webhook. */
export type TestEvent = Envelope<'webhook.test', { readonly webhook: { readonly id: string } }>;

/** The body of a webhook: an event with `timestamp`, which equals its `time`. */
export type WebhookEvent = (ScimEvent | TestEvent) & { readonly timestamp: string };

/** A user that the application has already, for adoption. */
export interface Candidate {
  readonly applicationId: string;
  readonly email?: string;
  readonly userName?: string;
  readonly externalId?: string;
}

/** A user that could not be created because several candidates match. */
export interface Conflict {
  /** RFC 3339. */
  readonly at: string;
  readonly userName: string;
  readonly externalId?: string;
  readonly applicationIds: readonly string[];
  /** The steps that resolve it. */
  readonly advice: string;
}
