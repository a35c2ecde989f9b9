import { isObject, type Json, type JsonObject } from '../../scim/json';
import { toResource, type StoredResource } from '../../scim/resource/resource';
import type { ResourceType, ResourceTypes } from '../../scim/schema/resource-type';
import { membershipFromItem } from '../memberships/membership-item';
import { completeEditsNow } from '../memberships/member-edits';
import { resourceFromItem, type StoredItem } from '../resources/resource-item';
import type { Tenant } from '../resources/tenant';
import { deletedUserPartition, membershipPartition, resourcePartition } from '../store/keys';
import { HAND_OVER_MS } from '../store/retries';
import { idIn, isResourceId, sortKeyOf } from '../store/resource-ids';

/*
 * An export is a list of SCIM resources: those of custom types, the users, the deleted users that
 * are retained, the groups without members, and the groups again with their members, a part in each
 * line. An import in this order finds every member, also a group in a group.
 */

const PARTS = ['resources', 'users', 'deletedUsers', 'groups', 'members'] as const;
type Part = (typeof PARTS)[number];

/** A place in an export, after a resource or after a member of a group. */
export interface ExportPosition {
  readonly part: Part;
  /** The custom type whose resources are exported; undefined for the first one. */
  readonly type?: string;
  /** Id of the last resource that is complete. */
  readonly after?: string;
  /** The group after that one, and the last of its members that were exported. */
  readonly group?: string;
  readonly member?: string;
}

/** A page of an export. */
export interface ExportPage {
  readonly resources: readonly JsonObject[];
  /** Undefined on the last page. */
  readonly next: ExportPosition | undefined;
}

/**
 * A page ends at this number of bytes, or of resources. Lambda returns 6 MB, in which each quote of
 * a line takes two bytes.
 */
const PAGE_BYTES = 4 * 1024 * 1024;
const PAGE_RESOURCES = 2000;

/** Items that are read at a time. */
const BATCH = 500;

/** Members in a line. */
const LINE_MEMBERS = 1000;

/** Returns whether a value is a position that `exportPage` returned. */
export function isExportPosition(value: Json): value is ExportPosition & JsonObject {
  if (!isObject(value)) return false;
  const { part, type = '', ...ids } = value;
  const isId = (id: Json | undefined): boolean => typeof id === 'string' && isResourceId(id);
  const isPart = PARTS.some((each) => each === part) && typeof type === 'string';
  return isPart && Object.values(ids).every(isId);
}

/** Reads a page of a connection's resources, each as it is at the moment it is read. */
export async function exportPage(
  tenant: Tenant,
  types: ResourceTypes,
  customTypes: readonly ResourceType[],
  start: ExportPosition = { part: 'resources' },
): Promise<ExportPage> {
  return new Exporter(tenant, types, customTypes).page(start);
}

class Exporter {
  /** In the order of their names, which a cursor can continue after a type was added or removed. */
  private readonly customTypes: readonly ResourceType[];
  private readonly resources: JsonObject[] = [];
  private bytes = 0;

  constructor(
    private readonly tenant: Tenant,
    private readonly types: ResourceTypes,
    customTypes: readonly ResourceType[],
  ) {
    this.customTypes = [...customTypes].sort((a, b) => (a.name < b.name ? -1 : 1));
  }

  async page(start: ExportPosition): Promise<ExportPage> {
    let next: ExportPosition | undefined = start;
    while (next !== undefined && !this.isFull) next = await this.read(next);
    return { resources: this.resources, next };
  }

  private get isFull(): boolean {
    return (
      this.bytes > PAGE_BYTES ||
      this.resources.length >= PAGE_RESOURCES ||
      this.tenant.table.retries.timeLeft < HAND_OVER_MS
    );
  }

  /** Reads some resources. @returns the place after them */
  private async read(start: ExportPosition): Promise<ExportPosition | undefined> {
    const { part } = start;
    const { table } = this.tenant;
    const type = this.typeOf(start);
    if (type === undefined) return { part: 'users' };
    // A type may be removed between two pages; the next one begins at its start.
    const isContinued = part !== 'resources' || start.type === type.name;
    const after = isContinued ? start.after : undefined;
    const pk = this.partitionOf(part, type);
    const { items, next } = await table.query(pk, {
      after: after === undefined ? undefined : { pk, sk: sortKeyOf(after) },
      limit: BATCH,
    });
    let before = after;
    for (const item of items) {
      const resource = resourceFromItem(item);
      const place: ExportPosition = {
        ...this.placeIn(part, type),
        ...(before === undefined ? {} : { after: before }),
      };
      const { id } = resource;
      const from = start.group === id ? start.member : undefined;
      if (this.isFull) return { ...place, ...(from && { group: id, member: from }) };
      if (part === 'members') {
        const member = await this.addMembers(resource, from);
        if (member !== undefined) return { ...place, group: id, member };
      } else {
        this.add(describe(type, resource, part === 'deletedUsers'));
      }
      before = id;
    }
    if (next !== undefined) return { ...this.placeIn(part, type), after: idIn(next) };
    const other =
      part === 'resources' ? this.customTypes[this.customTypes.indexOf(type) + 1] : undefined;
    if (other !== undefined) return this.placeIn(part, other);
    const following = PARTS[PARTS.indexOf(part) + 1];
    return following === undefined ? undefined : { part: following };
  }

  /** @returns the last member if the group has more than fit into the page */
  private async addMembers(
    group: StoredItem,
    start: string | undefined,
  ): Promise<string | undefined> {
    const { table, connection } = this.tenant;
    const { id, pendingIntent } = group;
    if (pendingIntent !== undefined) await completeEditsNow(this.tenant, id, pendingIntent);
    const pk = membershipPartition(connection, id);
    for (let last = start; ;) {
      const after = last === undefined ? undefined : { pk, sk: sortKeyOf(last) };
      const { items, next } = await table.query(pk, { after, limit: LINE_MEMBERS });
      const members = items.map(membershipFromItem).map(({ value, type, display }) => ({
        value,
        type,
        ...(display === undefined ? {} : { display }),
      }));
      if (members.length > 0) {
        this.add({ ...describe(this.types.group, group, false), members });
      }
      if (next === undefined) return undefined;
      last = idIn(next);
      if (this.isFull) return last;
    }
  }

  private add(resource: JsonObject): void {
    this.resources.push(resource);
    this.bytes += Buffer.byteLength(JSON.stringify(JSON.stringify(resource)));
  }

  private placeIn(part: Part, { name }: ResourceType): ExportPosition {
    return part === 'resources' ? { part, type: name } : { part };
  }

  /**
   * Returns the type whose resources are at a place, or the next one if it was removed; undefined
   * after the last custom type.
   */
  private typeOf({ part, type }: ExportPosition): ResourceType | undefined {
    if (part !== 'resources') {
      return part === 'groups' || part === 'members' ? this.types.group : this.types.user;
    }
    return this.customTypes.find(({ name }) => type === undefined || name >= type);
  }

  private partitionOf(part: Part, { name }: ResourceType): string {
    const { connection } = this.tenant;
    if (part === 'deletedUsers') return deletedUserPartition(connection);
    return resourcePartition(connection, name);
  }
}

/** Returns a resource without what depends on the connection: its location and its groups. */
function describe(
  type: ResourceType,
  resource: StoredResource & Pick<StoredItem, 'applicationId'>,
  isDeleted: boolean,
): JsonObject {
  const { meta, ...rest } = toResource(type, resource, '');
  const { resourceType, created, lastModified, version } = meta;
  const { applicationId } = resource;
  return {
    ...rest,
    ...(applicationId === undefined ? {} : { applicationId }),
    ...(isDeleted ? { deletedAt: lastModified } : {}),
    meta: { resourceType, created, lastModified, version },
  };
}
