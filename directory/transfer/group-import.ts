import { idTaken, notUnique } from '../../scim/errors/resource-errors';
import { asText, equalJson } from '../../scim/json';
import { NO_MEMBERSHIP_CHANGE, type MembershipChange } from '../../scim/patch/memberships';
import type { ResourceType } from '../../scim/schema/resource-type';
import { Groups, type GroupRules } from '../groups';
import { newMeta, type StoredItem } from '../resources/resource-item';
import { Resources } from '../resources/resources';
import type { Tenant } from '../resources/tenant';
import { indexedGroupAttributes } from '../resources/unique-and-indexed-values';
import { deletedUserKey } from '../store/keys';
import { untilWritten } from '../store/retries';
import { ABSENT } from '../store/write';
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

/** A group that was imported, or would be. */
export interface ImportedGroup {
  /** Undefined if it would be created under a new id. */
  readonly id: string | undefined;
  readonly outcome: ImportOutcome;
}

/**
 * Adds groups with the ids and times that they had elsewhere. Importing one again changes nothing.
 */
export class GroupImport {
  private readonly resources: Resources;
  private readonly indexed;

  constructor(
    private readonly tenant: Tenant,
    private readonly type: ResourceType,
    private readonly rules: Pick<GroupRules, 'uniqueNames'>,
    private readonly options: ImportOptions,
  ) {
    this.indexed = indexedGroupAttributes(rules.uniqueNames);
    this.resources = new Resources(tenant, type, this.indexed);
  }

  /**
   * Imports a group without its members: the one with this id or, without an id, the one with this
   * `displayName`.
   * @throws ScimError 400 `invalidValue` for an id that cannot be kept, 409 `uniqueness`
   */
  async put(group: ImportedResource): Promise<ImportedGroup> {
    checkImportedId(group.id);
    return untilWritten(this.tenant.table.retries, () => this.attempt(group));
  }

  /** @returns undefined if another request came first */
  private async attempt(group: ImportedResource): Promise<ImportedGroup | undefined> {
    const { attributes, times } = group;
    const name = { attribute: 'displayName', value: asText(attributes['displayName']) };
    const named = await idOfName(this.tenant, 'Group', this.indexed, name);
    const id = group.id ?? named;
    const found = id === undefined ? undefined : await this.resources.find(id);
    if (found !== undefined && equalJson(found.attributes, attributes)) {
      return { id, outcome: 'unchanged' };
    }
    if (found !== undefined) checkNotNewer(found, times, 'Group');
    if (this.options.isDryRun) {
      if (this.rules.uniqueNames && named !== undefined && named !== id) {
        throw notUnique('displayName', 'Group');
      }
      await checkOtherTypes(this.tenant, this.options, 'Group', id);
      return { id, outcome: found === undefined ? 'created' : 'updated' };
    }
    if (found !== undefined) {
      const members = NO_MEMBERSHIP_CHANGE;
      await this.groups(() => undefined).change(
        found.id,
        () => ({ attributes, members, lastModified: times.lastModified }),
        false,
      );
      return { id, outcome: 'updated' };
    }
    const created = await this.create(group);
    return created && { id: created.id, outcome: 'created' };
  }

  /** @returns undefined if another request came first */
  private create({ id, attributes, times }: ImportedResource): Promise<StoredItem | undefined> {
    const { connection } = this.tenant;
    const meta = { ...newMeta(id), ...times };
    return this.resources.create(attributes, {
      meta,
      item: { members: 0 },
      alongside: [
        ...noOtherTypes(connection, this.options, 'Group', meta.id),
        noDeletion(connection, 'Group', meta.id),
        {
          write: { check: deletedUserKey(connection, meta.id), condition: ABSENT },
          conflict: () => idTaken('A deleted user of this connection', 'User'),
        },
      ],
    });
  }

  /**
   * Adds members to a group that was imported; none is removed.
   * @param onUnknown called with the ids of members that do not exist here
   * @returns whether the group has more members than before
   * @throws ScimError 503 if there is not enough time
   */
  async addMembers(
    id: string,
    { add }: Pick<MembershipChange, 'add'>,
    lastModified: string | undefined,
    onUnknown: (ids: readonly string[]) => void,
  ): Promise<boolean> {
    let before = '';
    const group = await this.groups(onUnknown).change(
      id,
      ({ attributes, version }) => {
        before = version;
        return { attributes, members: { ...NO_MEMBERSHIP_CHANGE, add }, lastModified };
      },
      false,
    );
    return group.version !== before;
  }

  private groups(onSkippedMembers: (ids: readonly string[]) => void): Groups {
    const { uniqueNames } = this.rules;
    return new Groups(this.tenant, this.type, {
      uniqueNames,
      unknownMembers: 'skip',
      onSkippedMembers,
    });
  }
}
