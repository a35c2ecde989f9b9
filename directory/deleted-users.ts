import { valuesAt } from '../scim/filter/evaluate';
import { asText } from '../scim/json';
import type { Attributes } from '../scim/resource/parse';
import type { StoredResource } from '../scim/resource/resource';
import { USER } from '../scim/schema/resource-type';
import { Candidates } from './candidates';
import { deletionIntent } from './memberships/deletions';
import { markGroupListDeleted } from './memberships/group-list';
import { keyFormsOf } from './resources/unique-and-indexed-values';
import {
  changedMeta,
  resourceFromItem,
  resourceItemAt,
  type StoredItem,
} from './resources/resource-item';
import type { GuardedWrite } from './resources/guarded-write';
import type { Tenant } from './resources/tenant';
import { handOver, intentWrite } from './store/intents';
import { textOf, type Key } from './store/item';
import { deletedUserKey, deletedUserPartition, deletedUserValuePartition } from './store/keys';
import { idIn, isResourceId, sortKeyOf } from './store/resource-ids';
import { PRESENT, type Condition, type Write } from './store/write';

/** The attributes that identify a deleted user who is created again, in order of preference. */
const REVIVAL_ATTRIBUTES = ['externalId', 'userName'] as const;

/** Retained users with the same name that are compared; the ones deleted last come first. */
const REVIVAL_CANDIDATES = 25;

/** A page of retained users. */
export interface DeletedUsersPage {
  /** `lastModified` is the time of the deletion. */
  readonly users: readonly StoredResource[];
  /** Id to continue after; undefined on the last page. */
  readonly next: string | undefined;
}

/** The users that a connection retains after their deletion (`userDeletion: retain`). */
export class DeletedUsers {
  constructor(private readonly tenant: Tenant) {}

  /** Returns a page of retained users, in order of creation. */
  async list(limit: number, after: string | undefined): Promise<DeletedUsersPage> {
    const { table, connection } = this.tenant;
    const { items, next } = await table.query(deletedUserPartition(connection), {
      limit,
      after: after === undefined ? undefined : deletedUserKey(connection, after),
    });
    return { users: items.map(resourceFromItem), next: next && idIn(next) };
  }

  /**
   * Erases a retained user. The `completion` function strips the names and values of the user from
   * the log.
   * @param alongside writes of the same transaction
   * @returns false if there is no such user, perhaps because it was revived
   */
  async erase(id: string, alongside: readonly Write[] = []): Promise<boolean> {
    const { table, connection } = this.tenant;
    if (!isResourceId(id)) return false;
    const item = await table.get(deletedUserKey(connection, id));
    if (item === undefined) return false;
    const intent = { ...deletionIntent(this.tenant, 'User', id), erases: true };
    const failed = await table.write([
      ...this.removalWrites(resourceFromItem(item)).map(({ write }) => write),
      intentWrite(intent),
      // Until the log is stripped, nobody is imported under this id.
      markGroupListDeleted(connection, 'User', id),
      new Candidates(table, connection).conflictRemoval(resourceFromItem(item).attributes),
      ...alongside,
    ]);
    if (failed.length > 0) return false;
    await handOver(table, intent);
    return true;
  }

  /** Creates the writes that retain a user who is being deleted. */
  retentionWrites(user: StoredItem): readonly Write[] {
    const attributes = { ...user.attributes, active: false };
    const sequence = user.sequence + 1;
    return this.recordWrites({ ...user, ...changedMeta(user), attributes, sequence });
  }

  /**
   * Creates the writes of a retained user's record. `lastModified` is the time of the deletion.
   * @param condition on which the record is written
   */
  recordWrites(
    record: StoredResource & Pick<StoredItem, 'sequence' | 'applicationId'>,
    condition?: Condition,
  ): readonly Write[] {
    const { connection } = this.tenant;
    const { id, attributes, sequence, applicationId, lastModified: deletedAt } = record;
    return [
      {
        put: {
          ...resourceItemAt(deletedUserKey(connection, id), record),
          sequence,
          ...applicationIdOf(applicationId),
        },
        ...(condition === undefined ? {} : { condition }),
      },
      ...revivalPartitions(connection, attributes).map(({ current: pk }) => ({
        put: { pk, sk: sortKeyOf(id), deletedAt },
      })),
    ];
  }

  /** Creates the writes that remove a retained user, because it is revived or erased. */
  removalWrites({ id, attributes }: StoredResource): readonly GuardedWrite[] {
    const { connection } = this.tenant;
    return [
      { write: { delete: deletedUserKey(connection, id), condition: PRESENT } },
      ...revivalKeys(connection, id, attributes).map((key) => ({ write: { delete: key } })),
    ];
  }

  /** Returns the retained user who comes back with these attributes. */
  async find(attributes: Attributes): Promise<StoredItem | undefined> {
    const { table, connection } = this.tenant;
    const lists = await Promise.all(
      revivalPartitions(connection, attributes).map(async ({ current, former }) => {
        const partitions = [current, former ?? []].flat();
        const pages = await Promise.all(partitions.map((pk) => table.query(pk)));
        return pages.flatMap(({ items }) => items);
      }),
    );
    for (const items of lists) {
      const latest = items
        .sort((a, b) => (textOf(a, 'deletedAt') < textOf(b, 'deletedAt') ? 1 : -1))
        .slice(0, REVIVAL_CANDIDATES);
      const records = await table.getMany(
        latest.map((lead) => deletedUserKey(connection, idIn(lead))),
      );
      const users = new Map(records.map((record) => [record.sk, resourceFromItem(record)]));
      const found = latest
        .map(({ sk }) => users.get(sk))
        .find((user) => user !== undefined && isSamePerson(user.attributes, attributes));
      if (found !== undefined) return found;
    }
    return undefined;
  }
}

/** Returns the attribute of an item that holds the user's id in the application. */
export function applicationIdOf(id: string | undefined): Readonly<Record<string, string>> {
  return id === undefined ? {} : { applicationId: id };
}

/**
 * Returns whether a deleted user and a new one with the same `externalId` or `userName` are one
 * person. Two different `externalId`s are two people: a name can be given to somebody else.
 */
function isSamePerson(deleted: Attributes, created: Attributes): boolean {
  const [before, now] = [deleted, created].map(({ externalId = '' }) => asText(externalId).trim());
  return before === '' || now === '' || before === now;
}

/** The partitions that list the deleted users who had a name or an `externalId`. */
export interface RevivalPartitions {
  readonly current: string;
  /** The partition that an earlier release wrote, if it differs. */
  readonly former: string | undefined;
}

/** Returns the partitions that list a deleted user, or those that a new user may come back from. */
export function revivalPartitions(
  connection: string,
  attributes: Attributes,
): readonly RevivalPartitions[] {
  return REVIVAL_ATTRIBUTES.flatMap((name) => {
    const indexed = USER.indexed.find((candidate) => candidate.name === name);
    const value = indexed === undefined ? undefined : valuesAt(attributes, indexed.target)[0];
    if (indexed === undefined || typeof value !== 'string' || value.trim() === '') return [];
    const { current, former } = keyFormsOf(indexed, value);
    const partitionOf = (form: string): string => deletedUserValuePartition(connection, name, form);
    return [
      {
        current: partitionOf(current),
        former: former === undefined ? undefined : partitionOf(former),
      },
    ];
  });
}

/** Returns the keys of the items that lead to a deleted user, in all forms. */
export function revivalKeys(
  connection: string,
  id: string,
  attributes: Attributes,
): readonly Key[] {
  return revivalPartitions(connection, attributes).flatMap(({ current, former }) => [
    { pk: current, sk: sortKeyOf(id) },
    ...(former === undefined ? [] : [{ pk: former, sk: sortKeyOf(id) }]),
  ]);
}
