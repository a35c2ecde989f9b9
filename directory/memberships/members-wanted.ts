import type { BoundFilter } from '../../scim/filter/bind';
import { describeTarget } from '../../scim/schema/resource-type';

/**
 * Returns which members a filter needs to be evaluated: the ids in its equalities, all, or none.
 */
export function membersWanted(filter: BoundFilter): 'none' | 'all' | readonly string[] {
  switch (filter.kind) {
    case 'not':
      return membersWanted(filter.filter);
    case 'and':
    case 'or': {
      const left = membersWanted(filter.left);
      const right = membersWanted(filter.right);
      if (left === 'none' || right === 'none') return left === 'none' ? right : left;
      return left === 'all' || right === 'all' ? 'all' : [...left, ...right];
    }
    case 'compare':
      if (
        describeTarget(filter.target) === 'members.value' &&
        filter.operator === 'eq' &&
        typeof filter.value === 'string'
      ) {
        return [filter.value];
      }
      return filter.target.attribute.name === 'members' ? 'all' : 'none';
    case 'present':
      return filter.target.attribute.name === 'members' ? 'all' : 'none';
    case 'values':
      if (filter.target.attribute.name !== 'members') return 'none';
      return filter.filter.kind === 'compare' ? membersWanted(filter.filter) : 'all';
  }
}
