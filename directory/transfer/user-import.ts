import { idTaken, notUnique } from '../../scim/errors/resource-errors';
import { asText, equalJson } from '../../scim/json';
import type { Attributes } from '../../scim/resource/parse';
import { DeletedUsers } from '../deleted-users';
import { INDEXED_USER_ATTRIBUTES } from '../resources/unique-and-indexed-values';
import {
  FIRST_SEQUENCE,
  newMeta,
  resourceFromItem,
  type StoredItem,
} from '../resources/resource-item';
import type { Tenant } from '../resources/tenant';
import { deletedUserKey, resourceKey } from '../store/keys';
import { ABSENT } from '../store/write';
import type { Users } from '../users';
import {
  checkImportedId,
  idOfName,
  noOther,
  type ImportedResource,
  type ImportOptions,
  type ImportOutcome,
} from './imported-resource';

/** A user who existed elsewhere. */
export interface ImportedUser extends ImportedResource {
  /** RFC 3339: when the user was deleted; undefined for one who was not. */
  readonly deletedAt?: string | undefined;
  /** The user's id in the application. */
  readonly applicationId?: string | undefined;
}

/**
 * Adds users with the ids and times that they had elsewhere. Importing one again changes nothing.
 */
export class UserImport {
  private readonly deleted: DeletedUsers;

  constructor(
    private readonly tenant: Tenant,
    private readonly users: Users,
    private readonly options: ImportOptions,
  ) {
    this.deleted = new DeletedUsers(tenant);
  }

  /**
   * Imports a user: the one with this id or, without an id, the one with this `userName`.
   * @throws ScimError 400 `invalidValue` for an id that cannot be kept, 409 `uniqueness` for one
   *   that something else has, and what adding and changing a user throws
   */
  async put(user: ImportedUser): Promise<ImportOutcome> {
    checkImportedId(user.id);
    for (let attempt = 1; ; attempt += 1) {
      const outcome = await this.attempt(user);
      if (outcome !== undefined) return outcome;
      await this.tenant.table.retries.pause(attempt);
    }
  }

  /** @returns undefined if another request came first */
  private async attempt(sent: ImportedUser): Promise<ImportOutcome | undefined> {
    const named = await this.idOfName(sent.attributes);
    const id = sent.id ?? named;
    const { live, retained } = id === undefined ? {} : await this.find(id);
    // As with a PUT, a user who is inactive stays so unless the import says otherwise.
    const active = live?.attributes['active'] ?? sent.deletedAt === undefined;
    const user = { ...sent, attributes: { active, ...sent.attributes } };
    if (user.deletedAt !== undefined) return this.retain(user, live, retained);
    if (live !== undefined && equalJson(live.attributes, user.attributes)) return 'unchanged';
    if (this.options.isDryRun) {
      if (named !== undefined && named !== id) throw notUnique('userName', 'User');
      return live === undefined ? 'created' : 'updated';
    }
    if (live !== undefined) {
      await this.users.change(live.id, () => user.attributes, user.times.lastModified);
      return 'updated';
    }
    return (await this.add(user, retained)) === undefined ? undefined : 'created';
  }

  /** @returns undefined if another request came first */
  private async add(user: ImportedUser, retained: StoredItem | undefined): Promise<unknown> {
    const { id, attributes, applicationId, times } = user;
    if (id === undefined) return this.users.create(attributes, times);
    if (retained !== undefined) return this.users.revive(retained, attributes, times);
    const { connection } = this.tenant;
    const meta = { ...newMeta(id), ...times };
    const isNotRetained = { check: deletedUserKey(connection, id), condition: ABSENT } as const;
    const checks = [noOther(connection, 'Group', id), { write: isNotRetained }];
    return this.users.createNew(attributes, meta, { checks, applicationId });
  }

  /** @throws ScimError 409 `uniqueness` if the user was not deleted here, or is another one */
  private async retain(
    { id, attributes, deletedAt, applicationId, times }: ImportedUser,
    live: StoredItem | undefined,
    retained: StoredItem | undefined,
  ): Promise<ImportOutcome | undefined> {
    if (live !== undefined) throw idTaken('A user who is not deleted here', 'User');
    if (retained !== undefined) {
      if (equalJson(retained.attributes, attributes)) return 'unchanged';
      throw idTaken('Another deleted user', 'User');
    }
    if (this.options.isDryRun) return 'created';
    const { connection, table } = this.tenant;
    const meta = { ...newMeta(id), ...times };
    const record = {
      ...meta,
      lastModified: deletedAt ?? meta.lastModified,
      attributes,
      sequence: FIRST_SEQUENCE,
      ...(applicationId === undefined ? {} : { applicationId }),
    };
    const failed = await table.write([
      ...this.deleted.recordWrites(record, ABSENT),
      ...(['User', 'Group'] as const).map((type) => noOther(connection, type, meta.id).write),
    ]);
    return failed.length === 0 ? 'created' : undefined;
  }

  private idOfName({ userName }: Attributes): Promise<string | undefined> {
    const name = { attribute: 'userName', value: asText(userName) };
    return idOfName(this.tenant, 'User', INDEXED_USER_ATTRIBUTES, name);
  }

  /** @throws ScimError 409 `uniqueness` if a group has the id */
  private async find(id: string): Promise<{
    readonly live?: StoredItem | undefined;
    readonly retained?: StoredItem | undefined;
  }> {
    const { table, connection } = this.tenant;
    const [user, deleted, group] = [
      resourceKey(connection, 'User', id),
      deletedUserKey(connection, id),
      resourceKey(connection, 'Group', id),
    ];
    const items = await table.getMany([user, deleted, group]);
    const at = ({ pk }: { readonly pk: string }): StoredItem | undefined => {
      const item = items.find((each) => each.pk === pk);
      return item && resourceFromItem(item);
    };
    if (at(group) !== undefined) throw idTaken('A group of this connection', 'Group');
    return { live: at(user), retained: at(deleted) };
  }
}
