import { forgetDeploymentTypes } from '../directory/schemas/deployment-types';
import type { Connection } from '../directory/connections/connection';
import { Connections } from '../directory/connections/connections';
import type { EventAppender } from '../directory/events/append';
import { eventId, type NewEvent } from '../directory/events/event';
import type { Resync } from '../directory/store/intents';
import { numberOf, textOf, type Item } from '../directory/store/item';
import {
  deletedUserPartition,
  intentKey,
  membershipPartition,
  resourcePartition,
} from '../directory/store/keys';
import { idIn, sortKeyOf } from '../directory/store/resource-ids';
import { HAND_OVER_MS } from '../directory/store/retries';
import type { Table } from '../directory/store/table';
import { asText } from '../scim/json';
import { allTypes } from '../scim/schema/custom-type';
import type { RoleGroup } from './profile';
import { resyncEvent } from './resync-event';
import { roleGroupsOf } from './role-groups';
import { connectionData, type ViewContext } from './views';

/** Items that are read and appended at a time. */
const PAGE = 100;

/** How often an event is made anew whose resource changes meanwhile. */
const ATTEMPTS = 10;

/**
 * The parts of a connection's state, in the order in which they are repeated: `resources` are those
 * of custom types.
 */
const PARTS = ['users', 'deletedUsers', 'groups', 'resources'] as const;
type Part = (typeof PARTS)[number];

/** How far a resync has come. */
interface Progress {
  readonly part: Part;
  /** The custom type whose resources are being repeated; empty for the first one. */
  readonly type: string;
  /** Id of the last resource that is done. */
  readonly after: string;
  /** The group whose members are being repeated, and the last of them that is done. */
  readonly group: string;
  readonly member: string;
  /** The number of events per part, and of memberships. */
  readonly counts: Readonly<Record<Part | 'memberships', number>>;
}

/** The input of a resync in addition to its intent. */
export interface ResyncOptions {
  readonly appender: EventAppender;
  /** Returns the SCIM base URL of a connection. */
  readonly scimBaseUrl: (connection: string) => string;
}

/**
 * Appends the present state of a connection to the event log, and then
 * `connection.sync_completed`. A run that ends early is continued where it stopped.
 * @returns false if there was not enough time
 */
export async function resync(
  table: Table,
  intent: Resync,
  { appender, scimBaseUrl }: ResyncOptions,
): Promise<boolean> {
  const item = await table.get(intentKey(intent.connection, intent.id));
  forgetDeploymentTypes(table);
  const connection = await new Connections(table).find(intent.connection);
  if (item === undefined || connection === undefined) return true;
  const worker = new Worker(table, intent, connection, appender, {
    baseUrl: scimBaseUrl(connection.id),
    startedAt: textOf(item, 'startedAt'),
  });
  return worker.run(progressFrom(item));
}

/** Returns the details of a new resync's intent. */
export function resyncDetails(): { readonly startedAt: string } {
  return { startedAt: new Date().toISOString() };
}

function progressFrom(item: Item): Progress {
  return {
    part: PARTS.find((part) => part === item['part']) ?? 'users',
    type: asText(item['type'] ?? ''),
    after: asText(item['after'] ?? ''),
    group: asText(item['group'] ?? ''),
    member: asText(item['member'] ?? ''),
    counts: {
      users: numberOf(item, 'users'),
      deletedUsers: numberOf(item, 'deletedUsers'),
      groups: numberOf(item, 'groups'),
      resources: numberOf(item, 'resources'),
      memberships: numberOf(item, 'memberships'),
    },
  };
}

class Worker {
  constructor(
    private readonly table: Table,
    private readonly intent: Resync,
    private readonly connection: Connection,
    private readonly appender: EventAppender,
    private readonly options: { readonly baseUrl: string; readonly startedAt: string },
  ) {}

  async run(start: Progress): Promise<boolean> {
    let progress: Progress | undefined = start;
    for (const part of PARTS.slice(PARTS.indexOf(start.part))) {
      if (progress.part !== part)
        progress = { ...progress, part, after: '', group: '', member: '' };
      progress =
        part === 'resources' ? await this.repeatTypes(progress) : await this.repeat(progress);
      if (progress === undefined) return false;
    }
    await this.complete(progress);
    return true;
  }

  /** Repeats the resources of each custom type. @returns undefined if there was not enough time */
  private async repeatTypes(start: Progress): Promise<Progress | undefined> {
    const names = allTypes(this.connection)
      .map(({ name }) => name)
      .sort();
    let progress: Progress | undefined = start;
    for (const type of names.filter((name) => name >= start.type)) {
      if (progress.type !== type) progress = { ...progress, type, after: '' };
      progress = await this.repeat(progress);
      if (progress === undefined) return undefined;
    }
    return progress;
  }

  /** @returns undefined if there was not enough time */
  private async repeat(start: Progress): Promise<Progress | undefined> {
    const pk = this.partitionOf(start);
    let progress: Progress | undefined = start;
    for (;;) {
      await this.save(progress);
      if (this.isLate) return undefined;
      const { items, next } = await this.table.query(pk, {
        after: progress.after === '' ? undefined : { pk, sk: sortKeyOf(progress.after) },
        limit: PAGE,
      });
      await this.append(items);
      for (const item of start.part === 'groups' ? items : []) {
        progress = await this.repeatMembers(idIn(item), progress);
        if (progress === undefined) return undefined;
      }
      const { counts }: Progress = progress;
      const number = counts[start.part] + items.length;
      progress = {
        ...progress,
        after: next === undefined ? progress.after : idIn(next),
        counts: { ...counts, [start.part]: number },
      };
      if (next === undefined) return progress;
    }
  }

  /**
   * Repeats the members of a group, from where an earlier run has stopped.
   * @returns undefined if there was not enough time
   */
  private async repeatMembers(group: string, start: Progress): Promise<Progress | undefined> {
    // Groups of the page before that one are complete.
    if (start.group !== '' && sortKeyOf(group) < sortKeyOf(start.group)) return start;
    const pk = membershipPartition(this.connection.id, group);
    let progress: Progress = start.group === group ? start : { ...start, group, member: '' };
    for (;;) {
      if (this.isLate) {
        await this.save(progress);
        return undefined;
      }
      const after = progress.member === '' ? undefined : { pk, sk: sortKeyOf(progress.member) };
      const { items, next } = await this.table.query(pk, { after, limit: PAGE });
      await this.append(items);
      const { counts } = progress;
      const last = items.at(-1);
      progress = {
        ...progress,
        member: last === undefined ? progress.member : idIn(last),
        counts: { ...counts, memberships: counts.memberships + items.length },
      };
      if (next === undefined) return progress;
      await this.save(progress);
    }
  }

  private partitionOf({ part, type }: Progress): string {
    const { id } = this.connection;
    if (part === 'deletedUsers') return deletedUserPartition(id);
    if (part === 'resources') return resourcePartition(id, type);
    return resourcePartition(id, part === 'users' ? 'User' : 'Group');
  }

  private get isLate(): boolean {
    return this.table.retries.timeLeft < HAND_OVER_MS;
  }

  /** Appends the present state of items; those that change meanwhile are read again. */
  private async append(items: readonly Item[]): Promise<void> {
    let left = items;
    for (let attempt = 1; left.length > 0; attempt += 1) {
      const context = await this.contextFor(left);
      const cause = `resync ${this.intent.id}`;
      const events = left.flatMap(
        (item) => resyncEvent(item, context, cause, this.options.startedAt) ?? [],
      );
      const refused = await this.appender.append(this.table, events);
      // A resource that changes all the time has events of its own.
      if (refused.length === 0 || attempt === ATTEMPTS) return;
      const keys = refused.flatMap(({ check }) => (check === undefined ? [] : [check.check]));
      left = await this.table.getMany(keys);
    }
  }

  private async contextFor(items: readonly Item[]): Promise<ViewContext> {
    const { connection, table, options } = this;
    const users = items.filter(({ pk }) => pk === resourcePartition(connection.id, 'User'));
    const tenant = { table, connection: connection.id, baseUrl: options.baseUrl };
    const groups =
      connection.roleRules.length === 0
        ? new Map<string, readonly RoleGroup[]>()
        : await roleGroupsOf(tenant, users.map(idIn));
    return { connection, baseUrl: options.baseUrl, groupsOf: (id) => groups.get(id) ?? [] };
  }

  private async save({ counts, ...place }: Progress): Promise<void> {
    await this.table.write([
      {
        update: intentKey(this.connection.id, this.intent.id),
        set: { ...place, ...counts },
        condition: { is: 'present' },
      },
    ]);
  }

  private async complete({ counts }: Progress): Promise<void> {
    const { id } = this.connection;
    const time = this.options.startedAt;
    const event: NewEvent = {
      id: eventId(`resync ${this.intent.id} completed`, time),
      type: 'connection.sync_completed',
      connection: id,
      subject: `connections/${id}`,
      time: new Date().toISOString(),
      data: {
        ...connectionData(this.connection),
        sync: { id: this.intent.id, startedAt: time, ...counts },
        reason: 'resync',
      },
    };
    await this.appender.append(this.table, [event]);
  }
}
