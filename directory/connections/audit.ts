import { v7 as uuidv7 } from 'uuid';
import { equalJson, isObject, parseJson, type Json, type JsonObject } from '../../scim/json';
import type { Schema } from '../../scim/schema/attribute';
import { isServed, type CustomType } from '../../scim/schema/custom-type';
import { textOf, type Item } from '../store/item';
import { auditPartition, DEPLOYMENT_AUDIT } from '../store/keys';
import type { Table } from '../store/table';
import type { Write } from '../store/write';
import type { Connection } from './connection';
import type { Trust } from './oauth/oauth-settings';

/** The name of an administrative change to a connection. */
export type ActionName =
  | 'connection.create'
  | 'connection.update'
  | 'connection.delete'
  | 'schema.put'
  | 'schema.delete'
  | 'resourceType.put'
  | 'resourceType.delete'
  | 'token.issue'
  | 'token.revoke'
  | 'token.rotate'
  | 'oauthClient.create'
  | 'oauthClient.delete'
  | 'clientSecret.create'
  | 'clientSecret.delete'
  | 'trust.put'
  | 'trust.delete'
  | 'portalLink.create'
  | 'portalLink.open'
  | 'portalLink.revoke'
  | 'console.link'
  | 'console.signIn'
  | 'user.erase'
  | 'directory.import'
  | 'directory.export'
  | 'userNames.convert'
  | 'userNames.undo'
  | 'userNames.close'
  | 'mapping.put'
  | 'roles.put'
  | 'webhook.create'
  | 'webhook.update'
  | 'webhook.delete'
  | 'webhook.rotateSecret'
  | 'webhook.test'
  | 'webhook.replay'
  | 'webhook.resend'
  | 'stream.create'
  | 'stream.update'
  | 'stream.delete'
  | 'stream.token'
  | 'stream.replay'
  | 'stream.resend';

/** An administrative change by an operator or by Secrets Manager. */
export interface AdminAction {
  /** The ARN of the IAM principal, or the name of the service. */
  readonly actor: string;
  readonly action: ActionName;
}

/**
 * An action with the settings and tokens that it changed, before and after. It never contains the
 * value of a token or a key.
 */
export interface AuditRecord extends AdminAction {
  readonly id: string;
  /** Empty for an action that concerns no single connection. */
  readonly connection: string;
  /** RFC 3339. */
  readonly at: string;
  readonly before: JsonObject;
  readonly after: JsonObject;
}

/** A page of the audit log. */
export interface AuditPage {
  readonly records: readonly AuditRecord[];
  /** Id of the last record of this page, to continue after; undefined on the last page. */
  readonly next: string | undefined;
}

/**
 * Creates the audit record of an action.
 * @param before undefined if the connection is created
 * @param after undefined if the connection is deleted
 */
export function auditRecord(
  { actor, action }: AdminAction,
  connection: string,
  before: Connection | undefined,
  after: Connection | undefined,
): AuditRecord {
  return {
    id: uuidv7(),
    connection,
    at: new Date().toISOString(),
    actor,
    action,
    ...difference(auditedSettings(before), auditedSettings(after)),
  };
}

/** Settings that are compared member by member. */
const COLLECTIONS = new Set(['tokens', 'oauthClients', 'schemas', 'resourceTypes']);

/** Returns the settings that differ, with their values on both sides. */
function difference(
  earlier: JsonObject,
  later: JsonObject,
): { readonly before: JsonObject; readonly after: JsonObject } {
  const before: Record<string, Json> = {};
  const after: Record<string, Json> = {};
  for (const name of new Set([...Object.keys(earlier), ...Object.keys(later)])) {
    const [was, is] = [earlier[name], later[name]];
    if (equalJson(was, is)) continue;
    if (COLLECTIONS.has(name) && isObject(was) && isObject(is)) {
      const members = difference(was, is);
      [before[name], after[name]] = [members.before, members.after];
      continue;
    }
    if (was !== undefined) before[name] = was;
    if (is !== undefined) after[name] = is;
  }
  return { before, after };
}

/** Creates the audit record of erasing a retained user. */
export function erasureRecord(actor: string, connection: string, userId: string): AuditRecord {
  const [id, at] = [uuidv7(), new Date().toISOString()];
  return { id, connection, at, actor, action: 'user.erase', before: { user: userId }, after: {} };
}

/** Creates the audit record of an action that leaves the connection's settings as they are. */
export function contentRecord(
  action: AdminAction,
  connection: string,
  after: JsonObject,
): AuditRecord {
  return { ...deploymentRecord(action, {}, after), connection };
}

/** Creates the audit record of an action that concerns no single connection. */
export function deploymentRecord(
  { actor, action }: AdminAction,
  before: JsonObject,
  after: JsonObject,
): AuditRecord {
  return {
    id: uuidv7(),
    connection: '',
    at: new Date().toISOString(),
    actor,
    action,
    ...difference(before, after),
  };
}

function partitionOf(connection: string): string {
  return connection === '' ? DEPLOYMENT_AUDIT : auditPartition(connection);
}

/** Returns the settings that audit records may contain: an allow-list, without digests and keys. */
function auditedSettings(connection: Connection | undefined): JsonObject {
  if (connection === undefined) return {};
  const {
    displayName,
    identityProvider,
    enabled,
    userDeletion,
    groups,
    tokenExpiresInDays,
    secret,
  } = connection;
  const { actsAs, failureMail, rotation, rateLimit, tokens, schemas } = connection;
  const { adoption, verifiedDomains, mapping, roleRules, customTypes } = connection;
  return {
    displayName,
    identityProvider,
    enabled,
    userDeletion,
    groups,
    tokenExpiresInDays,
    secret,
    adoption,
    verifiedDomains,
    mapping: mapping.map(({ target }) => target),
    roles: roleRules.map(({ role }) => role),
    ...(actsAs === undefined ? {} : { actsAs }),
    ...(failureMail === undefined ? {} : { failureMail: { ...failureMail } }),
    ...(rotation === undefined ? {} : { rotation: { ...rotation } }),
    ...(rateLimit === undefined ? {} : { rateLimit: { ...rateLimit } }),
    tokens: Object.fromEntries(
      tokens.map(({ id, expiresAt, scopes, pending }) => [
        id,
        {
          expiresAt,
          ...(scopes === undefined ? {} : { scopes }),
          ...(pending === undefined ? {} : { pending }),
        },
      ]),
    ),
    ...auditedOAuth(connection),
    schemas: attributesOf(schemas),
    ...(customTypes.length === 0 ? {} : { resourceTypes: auditedTypes(customTypes) }),
  };
}

function auditedTypes(customTypes: readonly CustomType[]): JsonObject {
  const types = customTypes
    .filter(isServed)
    .map(({ name, endpoint, managedBy, assignments, schema, extensions }) => {
      const policy = assignments === undefined ? {} : { assignments };
      const schemas = attributesOf([schema, ...extensions]);
      return [name, { endpoint, managedBy, ...policy, schemas }] as const;
    });
  return Object.fromEntries(types);
}

/** Returns the names of the attributes of schemas, by their URNs. */
function attributesOf(schemas: readonly Schema[]): JsonObject {
  return Object.fromEntries(
    schemas.map(({ id, attributes }) => [id, attributes.map(({ name }) => name)]),
  );
}

function auditedOAuth({ oauth }: Connection): JsonObject {
  if (oauth === undefined) return {};
  const { clients, trust } = oauth;
  const described = clients.map(({ id, displayName, scopes, accessTokenSeconds, secrets }) => [
    id,
    {
      displayName,
      accessTokenSeconds,
      ...(scopes === undefined ? {} : { scopes }),
      secrets: Object.fromEntries(secrets.map((secret) => [secret.id, secret.expiresAt])),
    },
  ]);
  return {
    oauthClients: Object.fromEntries(described) as JsonObject,
    ...(trust === undefined ? {} : { trust: auditedTrust(trust) }),
  };
}

function auditedTrust({ id: _, createdAt: __, lastUsedAt: ___, ...terms }: Trust): JsonObject {
  return terms;
}

/** Creates the write that stores an audit record. */
export function auditWrite({
  id,
  connection,
  at,
  actor,
  action,
  before,
  after,
}: AuditRecord): Write {
  const changes = { before: JSON.stringify(before), after: JSON.stringify(after) };
  return { put: { pk: partitionOf(connection), sk: id, at, actor, action, ...changes } };
}

/**
 * Returns a page of a connection's audit records, newest first.
 * @param connection empty for the actions that concern no single connection
 * @param after id to continue after
 */
export async function auditRecords(
  table: Table,
  connection: string,
  limit: number,
  after?: string,
): Promise<AuditPage> {
  const pk = partitionOf(connection);
  const start = after === undefined ? undefined : { pk, sk: after };
  const { items, next } = await table.query(pk, { after: start, limit, backward: true });
  return {
    records: items.map((item) => auditRecordFromItem(connection, item)),
    next: next === undefined ? undefined : next.sk,
  };
}

function auditRecordFromItem(connection: string, item: Item): AuditRecord {
  return {
    id: item.sk,
    connection,
    at: textOf(item, 'at'),
    actor: textOf(item, 'actor'),
    action: textOf(item, 'action') as ActionName,
    before: objectFrom(textOf(item, 'before')),
    after: objectFrom(textOf(item, 'after')),
  };
}

function objectFrom(text: string): JsonObject {
  const value: Json = parseJson(text);
  return isObject(value) ? value : {};
}
