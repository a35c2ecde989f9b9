import type { ResourceTypeName } from '../../scim/schema/resource-type';
import { indexedValues, idLedTo } from '../resources/unique-and-indexed-values';
import { resourceFromItem } from '../resources/resource-item';
import { intentFromItem, isOlder } from '../store/intents';
import { numberOf, textOfKey, type Item } from '../store/item';
import { DEPLOYMENT_KINDS, readKey } from '../store/key-meaning';
import { intentKey, resourceKey, schemasKey } from '../store/keys';
import { idIn } from '../store/resource-ids';
import { membershipFromItem } from '../memberships/membership-item';
import type { Table } from '../store/table';
import { candidateFromItem, candidateValueKeys, isAdopted } from '../candidates';
import { revivalPartitions } from '../deleted-users';
import type { Finding, FindingKind, Verification } from './findings';
import { LanePositions } from './lane-positions';
import { GroupListCheck } from './group-list-check';
import { Pairs, Sums } from './pairs';
import { readResourceTypes, type FindType } from './resource-types';

/** Segments of the table that are scanned in parallel. */
const SEGMENTS = 4;

/**
 * Checks that the items of a table are consistent with each other: each unique or indexed value
 * leads to the resource that has it, and the other way round; each membership connects a group and
 * a member that exist, and is listed under the member; each count is correct; and no item is
 * orphaned. The check reads the whole table and keeps a few hundred bytes per resource in memory.
 * Requests that write meanwhile can look like inconsistencies, see `persisting`.
 * @param progress called with the number of items read so far
 */
export async function verify(
  table: Table,
  progress: (items: number) => void = () => undefined,
): Promise<Verification> {
  const check = new Check(await readResourceTypes(table));
  for await (const items of table.scan(SEGMENTS)) {
    items.forEach((item) => {
      check.add(item);
    });
    progress(check.items);
  }
  return check.result();
}

/** Age at which an intent is overdue. Most take seconds, and deletions stay for some minutes. */
const OVERDUE_MS = 30 * 60_000;

class Check {
  items = 0;
  private readonly now = Date.now();
  private readonly resources: Record<ResourceTypeName, number> = {};
  private memberships = 0;
  private readonly findings: Finding[] = [];
  private readonly connections = new Set<string>();
  /** One item of each connection, by the connection's id. */
  private readonly examples = new Map<string, string>();
  /** Users, groups and intents that exist. */
  private readonly existing = new Set<string>();
  /** The items that refer to a user, group or intent, by the key of the latter. */
  private readonly references = new Map<string, string[]>();
  private readonly values = new Pairs();
  /** The fact that a value needs, by the one that an item of an earlier release has. */
  private readonly formerFacts = new Map<string, string>();
  private formerValues = 0;
  private readonly groupLists = new GroupListCheck();
  private readonly counts = new Sums();
  /** The numbers of members, by the group's key. */
  private readonly members = new Sums();
  private readonly lanes = new LanePositions();
  /** Users and groups with an intent that is not complete. */
  private readonly underWay = new Set<string>();
  /** Deleted connections whose data is being purged, so that it is inconsistent. */
  private readonly purged = new Set<string>();

  constructor(private readonly typeOf: FindType) {}

  add(item: Item): void {
    this.items += 1;
    try {
      this.addReadable(item);
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error);
      this.report('unreadable', textOfKey(item), `cannot be read: ${message}`);
    }
  }

  private addReadable(item: Item): void {
    const { connection, meaning } = readKey(item);
    if (meaning.kind === 'eventLog') this.lanes.add(item);
    if (DEPLOYMENT_KINDS.some((kind) => kind === meaning.kind)) return;
    if (meaning.kind === 'connection') {
      this.connections.add(connection);
      this.groupLists.addConnection(connection, item);
      const { schemasVersion } = item;
      if (typeof schemasVersion === 'string') {
        this.addReference(textOfKey(schemasKey(connection, schemasVersion)), item);
        this.existing.add(useOfSchemas(connection, schemasVersion));
      }
    } else this.examples.set(connection, textOfKey(item));
    switch (meaning.kind) {
      case 'connection':
      case 'pageMark':
      case 'audit':
      case 'endedToken':
      case 'notice':
      case 'log':
      case 'change':
      case 'event':
      case 'answer':
      case 'conflict':
      case 'portalLink':
      case 'portalSession':
      case 'setup':
      case 'usage':
      case 'conversion':
      case 'request':
        return;
      case 'resource':
        this.addResource(connection, meaning.type, item);
        return;
      case 'membership':
        this.addMembership(connection, meaning.groupId, item);
        return;
      case 'schemas':
        this.existing.add(textOfKey(item));
        this.addReference(useOfSchemas(connection, item.sk), item);
        return;
      case 'groupList':
        this.groupLists.addList(item);
        this.addReference(textOfKey(resourceKey(connection, meaning.type, meaning.memberId)), item);
        return;
      case 'candidate':
        if (isAdopted(item)) return;
        for (const { pk, sk } of candidateValueKeys(connection, candidateFromItem(item))) {
          this.values.need(valueFact(pk, sk));
        }
        return;
      case 'value':
      case 'candidateValue':
      case 'deletedUserValue':
        this.values.have(
          valueFact(item.pk, meaning.kind === 'candidateValue' ? item.sk : idLedTo(item)),
        );
        return;
      case 'deletedUser':
        for (const { current, former } of revivalPartitions(
          connection,
          resourceFromItem(item).attributes,
        )) {
          this.needValue(idIn(item), current, former);
        }
        return;
      case 'count':
        this.counts.state(countName(connection, meaning.type), numberOf(item, 'resources'));
        return;
      case 'intent': {
        const intent = intentFromItem(item);
        if (intent.kind !== 'conversion' && isOlder(intent, this.now - OVERDUE_MS)) {
          this.report('overdue', textOfKey(item), 'has been under way for half an hour');
        }
        this.existing.add(textOfKey(item));
        if (intent.kind === 'purge') this.purged.add(connection);
        else if ('resource' in intent) {
          this.underWay.add(textOfKey(resourceKey(connection, intent.type, intent.resource)));
        } else this.underWay.add(textOfKey(item));
        return;
      }
      case 'batch':
        this.addReference(textOfKey({ pk: item.pk, sk: 'intent' }), item);
        return;
      case 'unknown':
        this.report('unknownItem', textOfKey(item), 'is not an item that this version knows');
    }
  }

  private addResource(connection: string, name: ResourceTypeName, item: Item): void {
    const resource = resourceFromItem(item);
    const { id, memberCount, pendingIntent } = resource;
    this.resources[name] = (this.resources[name] ?? 0) + 1;
    this.existing.add(textOfKey(item));
    this.counts.count(countName(connection, name));
    const type = this.typeOf(connection, name);
    if (type === undefined) {
      const problem = 'has a resource type that its connection does not have';
      this.report('orphaned', textOfKey(item), problem);
      return;
    }
    for (const value of indexedValues(connection, type, type.indexed, id, resource)) {
      this.needValue(id, value.key.pk, value.formerKey?.pk);
    }
    if (name === 'Group') this.members.state(textOfKey(item), memberCount);
    if (pendingIntent !== undefined) {
      this.addReference(textOfKey(intentKey(connection, pendingIntent)), item);
    }
  }

  /** Notes that one of two partitions must lead to a resource. */
  private needValue(id: string, pk: string, formerPk: string | undefined): void {
    const fact = valueFact(pk, id);
    this.values.need(fact);
    if (formerPk !== undefined) this.formerFacts.set(valueFact(formerPk, id), fact);
  }

  private addMembership(connection: string, groupId: string, item: Item): void {
    this.memberships += 1;
    const group = textOfKey(resourceKey(connection, 'Group', groupId));
    const { type, value } = membershipFromItem(item);
    this.members.count(group);
    this.addReference(group, item);
    this.addReference(textOfKey(resourceKey(connection, type, value)), item);
    if (!this.groupLists.addMembership(connection, groupId, item)) {
      this.report('notIndexed', textOfKey(item), 'is in the index of another member or group');
    }
  }

  result(): Verification {
    const unmatched = new Map(this.values.unmatched);
    for (const [former, fact] of this.formerFacts) {
      if (unmatched.get(former) !== 'had' || unmatched.get(fact) !== 'needed') continue;
      this.formerValues += 1;
      unmatched.delete(former);
      unmatched.delete(fact);
    }
    for (const [fact, side] of unmatched) {
      const [pk = '', id = ''] = fact.split('\n');
      if (side === 'needed') {
        this.report('missingValue', pk, `does not lead to ${id}, which has this value`, id);
      } else {
        this.report('strayValue', pk, `leads to ${id}, which does not have this value`, id);
      }
    }
    for (const { list, groupId, problem } of this.groupLists.wrong()) {
      this.report('notIndexed', list, problem, groupId);
    }
    for (const [target, items] of this.references) {
      if (this.existing.has(target) || this.underWay.has(target)) continue;
      for (const item of items) {
        const problem = `refers to ${target}, which does not exist`;
        this.report('danglingReference', item, problem, target);
      }
    }
    for (const [name, { stated, counted }] of [...this.counts.unequal, ...this.members.unequal]) {
      // Edits may be in progress, and memberships of a missing group are reported above.
      const isOfMissingGroup = stated === 0 && !this.existing.has(name) && !name.endsWith(COUNT);
      if (this.underWay.has(name) || isOfMissingGroup) continue;
      this.report('wrongNumber', name, `states ${stated}, but there are ${counted}`);
    }
    for (const { lane, stated, found } of this.lanes.behind()) {
      this.report('wrongNumber', lane, `ends at ${stated}, but has an event at ${found}`);
    }
    for (const [connection, example] of this.examples) {
      if (!this.connections.has(connection)) {
        this.report('orphaned', example, 'belongs to a connection that does not exist');
      }
    }
    const { User: users, Group: groups, ...others } = this.resources;
    return {
      items: this.items,
      users: users ?? 0,
      groups: groups ?? 0,
      others: Object.values(others).reduce((sum, number) => sum + number, 0),
      memberships: this.memberships,
      formerValues: this.formerValues,
      underWay: this.underWay.size + this.purged.size,
      findings: this.findings.filter(
        ({ connection, kind }) => !this.purged.has(connection) || kind === 'overdue',
      ),
    };
  }

  private addReference(target: string, item: Item): void {
    const items = this.references.get(target);
    if (items === undefined) this.references.set(target, [textOfKey(item)]);
    else items.push(textOfKey(item));
  }

  private report(kind: FindingKind, subject: string, problem: string, related?: string): void {
    this.findings.push({
      connection: subject.split('#')[1]?.split(' ')[0] ?? '',
      kind,
      subject,
      ...(related === undefined ? {} : { related }),
      problem,
    });
  }
}

/** Suffix of the name of a count, which distinguishes it from a group's key. */
const COUNT = ' count';

function countName(connection: string, type: ResourceTypeName): string {
  return `c#${connection}#count#${type}${COUNT}`;
}

function useOfSchemas(connection: string, version: string): string {
  return `the use of schemas ${version} by connection ${connection}`;
}

function valueFact(pk: string, id: string): string {
  return `${pk}\n${id}`;
}
