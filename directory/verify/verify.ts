import { GROUP, USER } from '../../scim/schema/resource-type';
import { intentFromItem, isOlder } from '../store/intents';
import { numberOf, textOf, type Item, type Key } from '../store/item';
import { intentKey, memberOfPartition, readKey, resourceKey, UNIQUE } from '../store/keys';
import { resourceFromItem } from '../resources/resource-item';
import type { Table } from '../store/table';
import { revivalPartitions } from '../users';
import {
  INDEXED_USER_ATTRIBUTES,
  indexedGroupAttributes,
  valueWrites,
} from '../resources/indexed-values';
import { Pairs, Sums } from './pairs';

/** Something in the table that contradicts something else in it. */
export interface Finding {
  readonly connection: string;
  /** What it is about: a key of the table, or the name of a sum. */
  readonly subject: string;
  readonly problem: string;
}

/** What the check of a table came to. */
export interface Verification {
  readonly items: number;
  readonly users: number;
  readonly groups: number;
  readonly memberships: number;
  /** Large changes, and deletions of resources and connections, that are not complete; what they still have to do is no finding. */
  readonly underWay: number;
  readonly findings: readonly Finding[];
}

/** Readers that share the table between them. */
const SEGMENTS = 4;

/**
 * Checks every item of the table against the others: that each unique and indexed value leads to the resource that has it and back, that each
 * membership joins a group and a resource that exist and is in the index, that all counts are what there is to count, and that nothing is left
 * that belongs to nothing. Reads the whole table; keeps some hundred bytes in memory for each resource. What is written meanwhile can look like a
 * contradiction: see `persisting`.
 * @param progress is told how many items have been read
 */
export async function verify(
  table: Table,
  progress: (items: number) => void = () => undefined,
): Promise<Verification> {
  const check = new Check();
  for await (const items of table.scan(SEGMENTS)) {
    items.forEach((item) => {
      check.take(item);
    });
    progress(check.items);
  }
  return check.result();
}

/** The findings that two checks have in common: what a request was in the middle of writing is not in both. */
export function persisting(
  first: readonly Finding[],
  second: readonly Finding[],
): readonly Finding[] {
  const again = new Set(second.map(identity));
  return first.filter((finding) => again.has(identity(finding)));
}

/** Numbers move on in a table that is in use; what is wrong with them stays. */
function identity({ subject, problem }: Finding): string {
  return `${subject} ${problem.replace(/\b\d+\b/g, '0')}`;
}

/** Milliseconds after which something is wrong with what is under way: most of it takes seconds, deletions are kept for some minutes. */
const OVERDUE_MS = 30 * 60_000;
const OVERDUE = 'has been under way for half an hour';

class Check {
  items = 0;
  private readonly now = Date.now();
  private readonly resources = { User: 0, Group: 0 };
  private memberships = 0;
  private readonly findings: Finding[] = [];
  private readonly connections = new Set<string>();
  /** An item of each connection. */
  private readonly used = new Map<string, string>();
  /** Users, groups and intents that there are. */
  private readonly alive = new Set<string>();
  /** What is referred to, and by which items. */
  private readonly referred = new Map<string, string[]>();
  private readonly values = new Pairs();
  private readonly counts = new Sums();
  /** Of the members of a group, by its key. */
  private readonly members = new Sums();
  /** Users and groups that an intent is still to do something about. */
  private readonly underWay = new Set<string>();
  /** Deleted connections whose data is being removed: what is left contradicts itself. */
  private readonly purged = new Set<string>();

  take(item: Item): void {
    this.items += 1;
    try {
      this.takeSound(item);
    } catch (error) {
      this.find(
        textOfKey(item),
        `cannot be read: ${error instanceof Error ? error.message : String(error)}`,
      );
    }
  }

  private takeSound(item: Item): void {
    const { connection, meaning } = readKey(item);
    if (meaning.kind === 'deploymentNotice') return;
    if (meaning.kind === 'connection') this.connections.add(connection);
    else this.used.set(connection, textOfKey(item));
    switch (meaning.kind) {
      case 'connection':
      case 'pageMark':
      case 'audit':
      case 'endedToken':
      case 'notice':
      case 'log':
      case 'change':
        return;
      case 'resource':
        this.takeResource(connection, meaning.type, item);
        return;
      case 'membership':
        this.takeMembership(connection, meaning.groupId, item);
        return;
      case 'value':
      case 'deletedUserValue':
        this.values.have(valueFact(item.pk, item.sk === UNIQUE ? textOf(item, 'id') : item.sk));
        return;
      case 'deletedUser':
        for (const pk of revivalPartitions(connection, resourceFromItem(item).attributes)) {
          this.values.need(valueFact(pk, item.sk));
        }
        return;
      case 'count':
        this.counts.state(countName(connection, meaning.type), numberOf(item, 'resources'));
        return;
      case 'intent': {
        const intent = intentFromItem(item);
        if (isOlder(intent, this.now - OVERDUE_MS)) this.find(textOfKey(item), OVERDUE);
        this.alive.add(textOfKey(item));
        if (intent.kind === 'purge') this.purged.add(connection);
        else this.underWay.add(textOfKey(resourceKey(connection, intent.type, intent.resource)));
        return;
      }
      case 'batch':
        this.refer(textOfKey({ pk: item.pk, sk: 'intent' }), item);
        return;
      case 'unknown':
        this.find(textOfKey(item), 'is no item that this version knows');
    }
  }

  private takeResource(connection: string, type: 'User' | 'Group', item: Item): void {
    const { id, attributes, memberCount: members, pendingIntent: pending } = resourceFromItem(item);
    this.resources[type] += 1;
    this.alive.add(textOfKey(item));
    this.counts.count(countName(connection, type));
    const [resourceType, indexed] =
      type === 'User' ? [USER, INDEXED_USER_ATTRIBUTES] : [GROUP, indexedGroupAttributes(true)];
    for (const { write } of valueWrites(
      connection,
      resourceType,
      indexed,
      id,
      undefined,
      attributes,
    )) {
      if ('put' in write) this.values.need(valueFact(write.put.pk, id));
    }
    if (type === 'Group') this.members.state(textOfKey(item), members);
    if (pending !== undefined) this.refer(textOfKey(intentKey(connection, pending)), item);
  }

  private takeMembership(connection: string, groupId: string, item: Item): void {
    this.memberships += 1;
    const group = textOfKey(resourceKey(connection, 'Group', groupId));
    const member = resourceKey(connection, item['type'] === 'Group' ? 'Group' : 'User', item.sk);
    this.members.count(group);
    this.refer(group, item);
    this.refer(textOfKey(member), item);
    if (item['gsi1pk'] !== memberOfPartition(connection, item.sk) || item['gsi1sk'] !== groupId) {
      this.find(textOfKey(item), 'is not in the index of its member');
    }
  }

  result(): Verification {
    for (const [fact, side] of this.values.unmatched) {
      const [pk = '', id = ''] = fact.split('\n');
      this.find(
        pk,
        side === 'needed'
          ? `does not lead to ${id}, which has this value`
          : `leads to ${id}, which has it not`,
      );
    }
    for (const [resource, by] of this.referred) {
      if (this.alive.has(resource) || this.underWay.has(resource)) continue;
      for (const item of by) this.find(item, `refers to ${resource}, which does not exist`);
    }
    for (const [name, { stated, counted }] of [...this.counts.unequal, ...this.members.unequal]) {
      // A large change is not complete, or the group is gone and its memberships are reported above.
      const isExplained =
        this.underWay.has(name) || (stated === 0 && !this.alive.has(name) && !name.endsWith(COUNT));
      if (!isExplained) this.find(name, `states ${stated} and there are ${counted}`);
    }
    for (const [connection, example] of this.used) {
      if (!this.connections.has(connection))
        this.find(example, 'belongs to a connection that does not exist');
    }
    return {
      items: this.items,
      users: this.resources.User,
      groups: this.resources.Group,
      memberships: this.memberships,
      underWay: this.underWay.size + this.purged.size,
      findings: this.findings.filter(
        ({ connection, problem }) => !this.purged.has(connection) || problem === OVERDUE,
      ),
    };
  }

  private refer(resource: string, item: Item): void {
    const by = this.referred.get(resource);
    if (by === undefined) this.referred.set(resource, [textOfKey(item)]);
    else by.push(textOfKey(item));
  }

  private find(subject: string, problem: string): void {
    this.findings.push({
      connection: subject.split('#')[1]?.split(' ')[0] ?? '',
      subject,
      problem,
    });
  }
}

/** Ends the name of a count, which no key of a group does. */
const COUNT = ' count';

function countName(connection: string, type: 'User' | 'Group'): string {
  return `c#${connection}#count#${type}${COUNT}`;
}

function valueFact(pk: string, id: string): string {
  return `${pk}\n${id}`;
}

function textOfKey({ pk, sk }: Key): string {
  return `${pk} ${sk}`;
}
