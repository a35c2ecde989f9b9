import type { Connection } from '../directory/connections/connection';
import type { StoredItem } from '../directory/resources/resource-item';
import type { Item } from '../directory/store/item';
import type { JsonObject } from '../scim/json';
import { Projection } from '../scim/resource/project';
import { toResource } from '../scim/resource/resource';
import { resourceTypesWith } from '../scim/schema/resource-type';
import { profileOf, type RoleGroup } from './profile';

/* Users, groups and memberships as events and the application API show them. */

/** The input of a representation in addition to the user or group. */
export interface ViewContext {
  /** The connection as it is now. */
  readonly connection: Connection;
  /** The connection's SCIM base URL. */
  readonly baseUrl: string;
  /** Returns the groups of a user, for role rules. */
  readonly groupsOf: (userId: string) => readonly RoleGroup[];
}

/** Returns a user as events and the application API show it: its profile and its SCIM resource. */
export function userData(user: StoredItem, context: ViewContext): JsonObject {
  const { connection, baseUrl } = context;
  const { user: type } = resourceTypesWith(connection.schemas);
  const scim = new Projection(type).apply(toResource(type, user, baseUrl));
  return { ...profileIn(context, user), scim };
}

/** Returns the profile of a user under a connection's mapping. */
export function profileIn({ connection, groupsOf }: ViewContext, user: StoredItem): JsonObject {
  const { schemas, mapping, roleRules } = connection;
  const { user: type } = resourceTypesWith(schemas);
  return profileOf(user, { type, mapping, roleRules, groups: groupsOf(user.id) });
}

/** Returns a group as events and the application API show it. */
export function groupData(
  group: StoredItem,
  { schemas }: Pick<Connection, 'schemas'>,
  baseUrl: string,
): JsonObject {
  const { group: type } = resourceTypesWith(schemas);
  const scim = new Projection(type).apply(toResource(type, group, baseUrl));
  return { ...groupFields(group), scim };
}

/** Returns the fields of a group that have a name of their own. */
export function groupFields({ id, attributes }: StoredItem): JsonObject {
  const { displayName, externalId } = attributes;
  return {
    id,
    ...(typeof displayName === 'string' ? { displayName } : {}),
    ...(typeof externalId === 'string' && externalId !== '' ? { externalId } : {}),
  };
}

/** Returns the subject of events about a membership. */
export function membershipSubject(groupId: string, memberId: string): string {
  return `Groups/${groupId}/members/${memberId}`;
}

/** Returns the data of an event about a membership. @param item the membership */
export function membershipData(
  groupId: string,
  memberId: string,
  item: Item | undefined,
): JsonObject {
  return { groupId, memberId, memberType: item?.['type'] === 'Group' ? 'Group' : 'User' };
}

/** Returns the member of an event's data that names the connection. */
export function connectionData({
  id,
  displayName,
}: Pick<Connection, 'id' | 'displayName'>): JsonObject {
  return { connection: { id, displayName } };
}
