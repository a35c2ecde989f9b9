import { revivalPartitions } from '../../directory/deleted-users';
import { joiningKeys } from '../../directory/memberships/member-lookup';
import { lookupPartitions, planFilter } from '../../directory/resources/filter-plan';
import { PageMarks } from '../../directory/resources/page-marks';
import { indexedGroupAttributes } from '../../directory/resources/unique-and-indexed-values';
import type { Key } from '../../directory/store/item';
import { groupListKey, membershipKey, resourceKey } from '../../directory/store/keys';
import { isResourceId } from '../../directory/store/resource-ids';
import type { Table } from '../../directory/store/table';
import { bindFilter } from '../../scim/filter/bind';
import { parseFilter } from '../../scim/filter/parse';
import { isObject, parseJson } from '../../scim/json';
import {
  GROUP,
  type IndexedAttributes,
  type ResourceType,
  USER,
} from '../../scim/schema/resource-type';
import type { ScimRequest } from '../http/scim-request';

/*
 * Guesses from a request alone which items it will need, so that they are read in the same round
 * trip as its connection. A wrong guess only costs a read. Invalid requests are ignored here, and
 * refused when they are served.
 */

/** Bodies with more characters are not parsed, because they will be parsed again. */
const MOST_CHARACTERS = 32 * 1024;

/** Starts queries that a request for users will need. @returns keys that it will need */
export function prefetchUsers(request: ScimRequest, table: Table): readonly Key[] {
  const { method, connectionId, resourceId } = request;
  if (resourceId === undefined) {
    if (method === 'GET') startListing(request, table, USER, USER.indexed);
    if (method === 'POST') startCreation(request, table);
    return [];
  }
  if (!isResourceId(resourceId)) return [];
  const user = resourceKey(connectionId, 'User', resourceId);
  const shows = method === 'GET' && mayShowGroups(request);
  return shows ? [user, groupListKey(connectionId, 'User', resourceId)] : [user];
}

/** Starts queries that a request for groups will need. @returns keys that it will need */
export function prefetchGroups(request: ScimRequest, table: Table): readonly Key[] {
  const { method, connectionId, resourceId } = request;
  if (resourceId === undefined) {
    // A profile whose names are not unique reads again, consistently.
    if (method === 'GET') startListing(request, table, GROUP, indexedGroupAttributes(true));
    return [];
  }
  if (!isResourceId(resourceId)) return [];
  const group = resourceKey(connectionId, 'Group', resourceId);
  return method === 'PATCH' ? [group, ...memberKeys(request, resourceId)] : [group];
}

/** Starts queries that a request for a custom type will need. @returns keys that it will need */
export function prefetchResources(
  request: ScimRequest,
  table: Table,
  type: ResourceType,
): readonly Key[] {
  const { method, connectionId, resourceId } = request;
  if (resourceId !== undefined) {
    return isResourceId(resourceId) ? [resourceKey(connectionId, type.name, resourceId)] : [];
  }
  if (method === 'GET') startListing(request, table, type, type.indexed);
  return [];
}

/** The most members that are looked up before the connection is known. */
const MEMBERS = 3;

/** Ids in the two forms in which clients name members to add or remove. */
const MEMBER_IDS = /"value"\s*:\s*"([\da-f-]{36})"|value eq \\"([\da-f-]{36})\\"/gi;

/** Returns the keys with which a change of a few members is compared. */
function memberKeys({ connectionId, body }: ScimRequest, groupId: string): readonly Key[] {
  if (body.length > MEMBERS * 400) return [];
  const ids = [...body.matchAll(MEMBER_IDS)]
    .map(([, value = '', selected = '']) => (value + selected).toLowerCase())
    .filter(isResourceId);
  if (ids.length > MEMBERS) return [];
  const isRemoval = !/"(?:add|replace)"/i.test(body);
  return [...new Set(ids)].flatMap((id) => [
    membershipKey(connectionId, groupId, id),
    ...(isRemoval ? [] : joiningKeys(connectionId, 'User', id)),
  ]);
}

function mayShowGroups({ parameters }: ScimRequest): boolean {
  const { attributes, excludedAttributes = '' } = parameters;
  return /\bgroups\b/i.test(attributes ?? 'groups') && !/\bgroups\b/i.test(excludedAttributes);
}

/** Starts to look up the value in a filter, or where the page begins. */
function startListing(
  { connectionId: connection, parameters }: ScimRequest,
  table: Table,
  type: ResourceType,
  indexed: IndexedAttributes,
): void {
  const { filter, startIndex = '' } = parameters;
  if (filter === undefined) {
    if (Number(startIndex) > 1) new PageMarks({ table, connection }, type.name).start(+startIndex);
    return;
  }
  const plan = undefinedIfInvalid(() =>
    planFilter(bindFilter(parseFilter(filter), type), indexed, type),
  );
  if (plan?.by !== 'value') return;
  for (const partition of lookupPartitions(connection, type.name, plan)) {
    table.prefetchQuery(partition, { eventual: plan.attribute.unique });
  }
}

/** Starts to look for the deleted user who comes back. */
function startCreation({ connectionId, body }: ScimRequest, table: Table): void {
  const sent =
    body.length > MOST_CHARACTERS ? undefined : undefinedIfInvalid(() => parseJson(body));
  if (!isObject(sent)) return;
  for (const { current, former } of revivalPartitions(connectionId, sent)) {
    table.prefetchQuery(current);
    if (former !== undefined) table.prefetchQuery(former);
  }
}

function undefinedIfInvalid<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch {
    return undefined;
  }
}
