import type { Item } from '../../directory/store/item';
import { countPartition } from '../../directory/store/keys';
import { addMembership } from '../../directory/memberships/memberships';
import { newMeta, toItem } from '../../directory/resources/resource-item';
import {
  INDEXED_USER_ATTRIBUTES,
  indexedGroupAttributes,
  valueWrites,
  type IndexedAttributes,
} from '../../directory/resources/indexed-values';
import type { Attributes } from '../../scim/resource/parse';
import type { StoredResource } from '../../scim/resource/resource';
import { GROUP, USER, type ResourceType } from '../../scim/schema/resource-type';

/** Items as requests would have left them in the table, without a request for each. */
export interface Seeded {
  readonly id: string;
  readonly items: readonly Item[];
}

/** A user that has what identity providers send of one. @param name its `userName` before the `@` */
export function userItems(connection: string, name: string): Seeded {
  const userName = `${name}@example.com`;
  return resourceItems(connection, USER, INDEXED_USER_ATTRIBUTES, {
    userName,
    externalId: `ext-${name}`,
    active: true,
    displayName: `User ${name}`,
    name: { givenName: 'User', familyName: name },
    emails: [{ value: userName, type: 'work', primary: true }],
    title: 'Engineer',
  });
}

/** A group with members. @param memberIds of users */
export function groupItems(connection: string, displayName: string, memberIds: readonly string[]): Seeded {
  const { id, items } = resourceItems(connection, GROUP, indexedGroupAttributes(true), {
    displayName,
    externalId: `ext-${displayName}`,
  });
  const [group, ...values] = items;
  if (group === undefined) throw new Error('A group has an item.');
  const memberships = memberIds.flatMap((value) => {
    const write = addMembership(connection, id, { value, type: 'User' });
    return 'put' in write ? [write.put] : [];
  });
  return { id, items: [{ ...group, members: memberIds.length }, ...values, ...memberships] };
}

/** What counts them. @param shard a name of which there is no item yet */
export function countItem(connection: string, type: 'User' | 'Group', shard: string, resources: number): Item {
  return { pk: countPartition(connection, type), sk: shard, resources };
}

function resourceItems(
  connection: string,
  type: ResourceType,
  indexed: IndexedAttributes,
  attributes: Attributes,
): Seeded {
  const resource: StoredResource = { ...newMeta(), attributes };
  const values = valueWrites(connection, type, indexed, resource.id, undefined, attributes);
  return {
    id: resource.id,
    items: [
      toItem(connection, type.name === 'Group' ? 'Group' : 'User', resource),
      ...values.flatMap(({ write }) => ('put' in write ? [write.put] : [])),
    ],
  };
}
