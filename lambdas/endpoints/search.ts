import { authorize } from '../http/authenticate';
import type { Exchange } from '../http/request-context';
import { listedGroups } from './groups';
import type { ListedType } from './listing';
import { listedUsers } from './users';

/** All resources of a connection: its users, then its groups. @throws ScimError 403 for a token that may not read both */
export function searchEverything(exchange: Exchange): readonly ListedType[] {
  authorize(exchange.token, 'users', 'read');
  if (exchange.connection.groups) authorize(exchange.token, 'groups', 'read');
  return [listedUsers(exchange), ...(exchange.connection.groups ? [listedGroups(exchange)] : [])];
}
