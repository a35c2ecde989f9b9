import type { Item } from '../../directory/store/item';
import { countPartition } from '../../directory/store/keys';
import { addMembership } from '../../directory/memberships/membership-item';
import { newMeta, resourceToItem } from '../../directory/resources/resource-item';
import {
  indexedGroupAttributes,
  indexedValues,
  valueWrites,
} from '../../directory/resources/unique-and-indexed-values';
import type { Member } from '../../scim/patch/memberships';
import type { Attributes } from '../../scim/resource/parse';
import type { StoredResource } from '../../scim/resource/resource';
import {
  GROUP,
  type IndexedAttributes,
  type ResourceType,
  USER,
} from '../../scim/schema/resource-type';

/** Items of one resource, in the form in which requests leave them in the table. */
export interface Seeded {
  readonly id: string;
  readonly items: readonly Item[];
}

/**
 * Creates the items of a user with the attributes that identity providers typically send.
 * @param name local part of the `userName`, before the `@`
 */
export function userItems(connection: string, name: string): Seeded {
  const userName = `${name}@example.com`;
  return resourceItems(connection, USER, USER.indexed, {
    userName,
    externalId: `ext-${name}`,
    active: true,
    displayName: displayNameOf(name),
    name: { givenName: 'User', familyName: name },
    emails: [{ value: userName, type: 'work', primary: true }],
    title: 'Engineer',
  });
}

/** Returns the `displayName` of a seeded user, which is also that of its memberships. */
export function displayNameOf(name: string): string {
  return `User ${name}`;
}

/** Creates the items of a group with its memberships. @param members users */
export function groupItems(
  connection: string,
  displayName: string,
  members: readonly Member[],
): Seeded {
  const { id, items } = resourceItems(connection, GROUP, indexedGroupAttributes(true), {
    displayName,
    externalId: `ext-${displayName}`,
  });
  const [group, ...values] = items;
  if (group === undefined) throw new Error('The group has no item.');
  const memberships = members
    .flatMap((member) =>
      addMembership(connection, id, { ...member, type: 'User', isIndexed: false }),
    )
    // The other writes list the group under its members: `seed` does this.
    .flatMap((write) => ('put' in write ? [write.put] : []));
  return { id, items: [{ ...group, members: members.length }, ...values, ...memberships] };
}

/** Creates a counter item for seeded resources. @param shard an unused name of a counter shard */
export function countItem(
  connection: string,
  type: 'User' | 'Group',
  shard: string,
  resources: number,
): Item {
  return { pk: countPartition(connection, type), sk: shard, resources };
}

function resourceItems(
  connection: string,
  type: ResourceType,
  indexed: IndexedAttributes,
  attributes: Attributes,
): Seeded {
  const resource: StoredResource = { ...newMeta(), attributes };
  const values = indexedValues(connection, type, indexed, resource.id, resource);
  return {
    id: resource.id,
    items: [
      resourceToItem(connection, type.name === 'Group' ? 'Group' : 'User', resource),
      ...valueWrites(resource.id, [], values).flatMap(({ write }) =>
        'put' in write ? [write.put] : [],
      ),
    ],
  };
}
