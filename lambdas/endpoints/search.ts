import type { Exchange } from '../middleware/scim-handler';
import { listedGroups } from './groups';
import type { ListedType } from './listing';
import { listedUsers } from './users';

/** All resources of a connection: its users, then its groups. */
export function searchEverything(exchange: Exchange): readonly ListedType[] {
  return [listedUsers(exchange), ...(exchange.connection.groups ? [listedGroups(exchange)] : [])];
}
