import { changedSince, deletedRecently } from '../../scim/errors/resource-errors';
import { wrongValue } from '../../scim/errors/value-errors';
import type { Attributes } from '../../scim/resource/parse';
import type { StoredResource } from '../../scim/resource/resource';
import type {
  IndexedAttributes,
  MemberType,
  ResourceTypeName,
} from '../../scim/schema/resource-type';
import type { PutOutcome } from '../custom-resources';
import { noOther, resourceWithId, type GuardedWrite } from '../resources/guarded-write';
import type { Tenant } from '../resources/tenant';
import { idLedTo, keyFormsOf } from '../resources/unique-and-indexed-values';
import { groupListKey, resourceKey, valuePartition } from '../store/keys';
import { isResourceId } from '../store/resource-ids';
import type { Times } from '../resources/resource-item';

/** A resource that existed elsewhere. */
export interface ImportedResource {
  /** The id that it had there; undefined for a new one, unless a resource here has its name. */
  readonly id?: string | undefined;
  readonly attributes: Attributes;
  readonly times: Times;
}

/** The effect of importing a resource. */
export type ImportOutcome = PutOutcome;

/** How resources are imported. */
export interface ImportOptions {
  /** Names of the connection's types: ids are unique across all of them. */
  readonly types: readonly ResourceTypeName[];
  /** Whether nothing is written: the outcomes are what they would be. */
  readonly isDryRun: boolean;
}

/** Refuses an id that cannot be kept. @throws ScimError 400 `invalidValue` */
export function checkImportedId(id: string | undefined): void {
  if (id === undefined || isResourceId(id)) return;
  const form = 'an id of 1 to 64 letters, digits, "-" and "_" that begins with a letter or digit';
  throw wrongValue('id', form, id);
}

/**
 * Returns the id of a resource by its name, the first value of an indexed attribute.
 * @returns undefined if no resource has the name
 */
export async function idOfName(
  { table, connection }: Tenant,
  type: ResourceTypeName,
  indexed: IndexedAttributes,
  name: { readonly attribute: string; readonly value: string },
): Promise<string | undefined> {
  const attribute = indexed.find((each) => each.name === name.attribute);
  if (attribute === undefined || name.value.trim() === '') return undefined;
  const { current, former } = keyFormsOf(attribute, name.value);
  for (const form of [current, former ?? []].flat()) {
    const partition = valuePartition(connection, type, attribute.name, form);
    const [found] = (await table.query(partition, { limit: 1 })).items;
    if (found !== undefined) return idLedTo(found);
  }
  return undefined;
}

/** Returns the conditions that no resource of another type has an id. */
export function noOtherTypes(
  connection: string,
  { types }: ImportOptions,
  own: ResourceTypeName,
  id: string,
): readonly GuardedWrite[] {
  return types.filter((type) => type !== own).map((type) => noOther(connection, type, id));
}

/**
 * Checks that no resource of another type has an id, as the conditions of a write do.
 * @throws ScimError 409 `uniqueness`
 */
export async function checkOtherTypes(
  { table, connection }: Tenant,
  { types }: ImportOptions,
  own: ResourceTypeName,
  id: string | undefined,
): Promise<void> {
  const others = id === undefined ? [] : types.filter((type) => type !== own);
  const keys = others.map((type) => resourceKey(connection, type, id ?? ''));
  const found = await table.getMany(keys);
  const taken = others.find((_, index) => found.some(({ pk }) => pk === keys[index]?.pk));
  if (taken !== undefined) throw resourceWithId(taken);
}

/**
 * Returns the condition that no resource with an id is being deleted: what is left of it would take
 * the memberships of the imported one along.
 */
export function noDeletion(connection: string, type: MemberType, id: string): GuardedWrite {
  return {
    write: { check: groupListKey(connection, type, id), condition: { is: 'notDeleted' } },
    conflict: () => deletedRecently(type),
  };
}

/**
 * Refuses to replace what is newer than the import, such as a change by the identity provider after
 * the move.
 * @throws ScimError 409 `uniqueness`
 */
export function checkNotNewer(
  stored: Pick<StoredResource, 'lastModified'>,
  { lastModified }: Times,
  type: ResourceTypeName,
): void {
  if (lastModified !== undefined && stored.lastModified > lastModified) throw changedSince(type);
}
