import { idTaken, notUnique } from '../../scim/errors/resource-errors';
import { wrongValue } from '../../scim/errors/value-errors';
import { asText, equalJson } from '../../scim/json';
import type { Attributes } from '../../scim/resource/parse';
import { USER } from '../../scim/schema/resource-type';
import { DeletedUsers } from '../deleted-users';
import {
  FIRST_SEQUENCE,
  newMeta,
  resourceFromItem,
  type StoredItem,
} from '../resources/resource-item';
import { withPresentName } from '../resources/former-name';
import { conflictOf, noOther, type GuardedWrite } from '../resources/guarded-write';
import type { Tenant } from '../resources/tenant';
import { deletedUserKey, resourceKey } from '../store/keys';
import { untilWritten } from '../store/retries';
import { ABSENT } from '../store/write';
import type { Users } from '../users';
import {
  checkImportedId,
  checkNotNewer,
  checkOtherTypes,
  idOfName,
  noDeletion,
  noOtherTypes,
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

/** How users are imported. */
export interface UserImportOptions extends ImportOptions {
  /** Whether the connection keeps the records of deleted users. */
  readonly retainsDeleted: boolean;
}

/**
 * Adds users with the ids and times that they had elsewhere. Importing one again changes nothing.
 */
export class UserImport {
  private readonly deleted: DeletedUsers;

  constructor(
    private readonly tenant: Tenant,
    private readonly users: Users,
    private readonly options: UserImportOptions,
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
    return untilWritten(this.tenant.table.retries, () => this.attempt(user));
  }

  /** @returns undefined if another request came first */
  private async attempt(sent: ImportedUser): Promise<ImportOutcome | undefined> {
    const named = await this.idOfName(sent.attributes);
    const id = sent.id ?? named;
    const { live, retained } = id === undefined ? {} : await this.find(id);
    if (sent.deletedAt !== undefined) return this.retain(sent, live, retained);
    const attributes = withActive(sent.attributes, live?.attributes);
    const user = {
      ...sent,
      attributes: live === undefined ? attributes : withPresentName(live, attributes),
    };
    if (live !== undefined && equalJson(live.attributes, user.attributes)) return 'unchanged';
    const stored = live ?? retained;
    if (stored !== undefined) checkNotNewer(stored, sent.times, 'User');
    if (this.options.isDryRun) {
      if (named !== undefined && named !== id) throw notUnique('userName', 'User');
      return live === undefined ? 'created' : 'updated';
    }
    if (live !== undefined) {
      const changed = await this.users.change(
        live.id,
        (current) => withActive(sent.attributes, current.attributes),
        user.times.lastModified,
      );
      return changed.version === live.version ? 'unchanged' : 'updated';
    }
    return (await this.add(user, retained)) === undefined ? undefined : 'created';
  }

  /** @returns undefined if another request came first */
  private async add(user: ImportedUser, retained: StoredItem | undefined): Promise<unknown> {
    const { id, attributes, applicationId, times } = user;
    if (id === undefined) return this.users.create(attributes, { times, applicationId });
    if (retained !== undefined) return this.users.revive(retained, attributes, user);
    const { connection } = this.tenant;
    const meta = { ...newMeta(id), ...times };
    const isNotRetained = { check: deletedUserKey(connection, id), condition: ABSENT } as const;
    const checks = [
      ...noOtherTypes(connection, this.options, 'User', id),
      noDeletion(connection, 'User', id),
      { write: isNotRetained },
    ];
    return this.users.createNew(attributes, meta, { checks, applicationId });
  }

  /**
   * @throws ScimError 400 `invalidValue` for a user without an id, or if the connection keeps no
   *   deleted users; 409 `uniqueness` if the user was not deleted here, or is another one
   */
  private async retain(
    { id, attributes: sent, deletedAt, applicationId, times }: ImportedUser,
    live: StoredItem | undefined,
    retained: StoredItem | undefined,
  ): Promise<ImportOutcome | undefined> {
    if (!this.options.retainsDeleted) {
      throw wrongValue('deletedAt', 'left out: this connection erases users', deletedAt);
    }
    if (id === undefined) throw wrongValue('id', 'given for a deleted user', id);
    if (live !== undefined) throw idTaken('A user who is not deleted here', 'User');
    const attributes = { ...sent, active: false };
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
    const checks = [
      noOther(connection, 'User', id),
      ...noOtherTypes(connection, this.options, 'User', id),
      noDeletion(connection, 'User', id),
    ];
    const records = this.deleted.recordWrites(record, ABSENT).map((write) => ({ write }));
    const writes: readonly GuardedWrite[] = [...records, ...checks];
    const failed = await table.write(writes.map(({ write }) => write));
    const conflict = conflictOf(writes, failed);
    if (conflict !== undefined) throw conflict;
    return failed.length === 0 ? 'created' : undefined;
  }

  private idOfName({ userName }: Attributes): Promise<string | undefined> {
    const name = { attribute: 'userName', value: asText(userName) };
    return idOfName(this.tenant, 'User', USER.indexed, name);
  }

  /** @throws ScimError 409 `uniqueness` if a resource of another type has the id */
  private async find(id: string): Promise<{
    readonly live?: StoredItem | undefined;
    readonly retained?: StoredItem | undefined;
  }> {
    const { table, connection } = this.tenant;
    const [user, deleted] = [resourceKey(connection, 'User', id), deletedUserKey(connection, id)];
    const [items] = await Promise.all([
      table.getMany([user, deleted]),
      checkOtherTypes(this.tenant, this.options, 'User', id),
    ]);
    const at = ({ pk }: { readonly pk: string }): StoredItem | undefined => {
      const item = items.find((each) => each.pk === pk);
      return item && resourceFromItem(item);
    };
    return { live: at(user), retained: at(deleted) };
  }
}

/**
 * Returns a user's attributes with `active`. As with a PUT, a user who is inactive stays so unless
 * the import says otherwise.
 */
function withActive(attributes: Attributes, stored: Attributes | undefined): Attributes {
  return { active: stored?.['active'] ?? true, ...attributes };
}
