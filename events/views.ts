import type { Connection } from '../directory/connections/connection';
import type { StoredItem } from '../directory/resources/resource-item';
import type { Item } from '../directory/store/item';
import type { JsonObject } from '../scim/json';
import { Projection } from '../scim/resource/project';
import { toResource } from '../scim/resource/resource';
import { allTypes, resourceTypeOf, type CustomTypes } from '../scim/schema/custom-type';
import {
  resourceTypesWith,
  type ResourceType,
  type ResourceTypeName,
} from '../scim/schema/resource-type';
import { profileOf, type RoleGroup } from './profile';

/* Resources and memberships as events and the application API show them. */

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
  return resourceData(group, resourceTypesWith(schemas).group, baseUrl);
}

/** Returns a group or a resource of a custom type as events and the application API show it. */
export function resourceData(
  resource: StoredItem,
  type: ResourceType,
  baseUrl: string,
): JsonObject {
  const scim = new Projection(type).apply(toResource(type, resource, baseUrl));
  return { ...namedFields(resource), scim };
}

/** Returns the custom type of a connection; undefined if it has none with this name. */
export function customTypeIn(
  connection: CustomTypes,
  name: ResourceTypeName,
): ResourceType | undefined {
  const definition = allTypes(connection).find((each) => each.name === name);
  return definition === undefined ? undefined : resourceTypeOf(definition);
}

/** Returns the subject of events about a resource of a custom type. */
export function customSubject({ endpoint }: ResourceType, id: string): string {
  return `${endpoint.slice(1)}/${id}`;
}

/** Returns the fields of a group or custom resource that have a name of their own. */
export function namedFields({ id, attributes }: StoredItem): JsonObject {
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
