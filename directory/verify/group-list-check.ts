import { groupListFromItem } from '../memberships/group-list';
import { membershipFromItem } from '../memberships/membership-item';
import type { Item, Key } from '../store/item';
import { memberIndexPartition, groupListKey } from '../store/keys';
import { Pairs } from './pairs';

/** A group list that does not agree with the memberships. */
interface WrongList {
  /** The key of the group list. */
  readonly list: string;
  readonly groupId: string;
  readonly problem: string;
}

/** Compares memberships with the group lists of their members and with the index. */
export class GroupListCheck {
  private readonly pairs = new Pairs();
  /** Memberships that the index lists. */
  private readonly indexed: {
    readonly connection: string;
    readonly list: string;
    readonly groupId: string;
  }[] = [];
  private readonly listsWithMore = new Set<string>();
  private readonly converted = new Set<string>();

  /** Adds a connection's item. */
  addConnection(connection: string, item: Item): void {
    if (item['membershipsConverted'] === true) this.converted.add(connection);
  }

  /** @returns false if the index lists the membership under another member or group */
  addMembership(connection: string, groupId: string, item: Item): boolean {
    const { type, value, isIndexed } = membershipFromItem(item);
    const list = nameOf(groupListKey(connection, type, value));
    if (!isIndexed) {
      this.pairs.need(`${list}\n${groupId}`);
      return true;
    }
    this.indexed.push({ connection, list, groupId });
    return item['gsi1pk'] === memberIndexPartition(connection, value) && item['gsi1sk'] === groupId;
  }

  /** Adds a group list. */
  addList(item: Item): void {
    const list = nameOf(item);
    const { groupIds, hasMore } = groupListFromItem(item);
    for (const id of groupIds) this.pairs.have(`${list}\n${id}`);
    if (hasMore) this.listsWithMore.add(list);
  }

  /** Yields the lists that do not agree with the memberships. */
  *wrong(): Generator<WrongList> {
    for (const [fact, side] of this.pairs.unmatched) {
      const [list = '', groupId = ''] = fact.split('\n');
      const problem =
        side === 'needed'
          ? `does not list the group ${groupId}`
          : `lists the group ${groupId}, which does not have this member`;
      yield { list, groupId, problem };
    }
    for (const { connection, list, groupId } of this.indexed) {
      // Before the conversion, requests read the index in any case.
      if (!this.converted.has(connection) || this.listsWithMore.has(list)) continue;
      yield { list, groupId, problem: `does not say that the index lists the group ${groupId}` };
    }
  }
}

function nameOf({ pk, sk }: Key): string {
  return `${pk} ${sk}`;
}
