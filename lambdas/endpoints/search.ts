import { methodNotAllowed } from '../../scim/errors/request-errors';
import type { Answer } from '../http/answer';
import { resourceTypeOf, servedTypes } from '../../scim/schema/custom-type';
import { authorize } from '../http/authenticate';
import { readListParameters, readSearchBody } from '../http/read-request';
import type { RequestContext } from '../http/request-context';
import { listedCustomType } from './custom-type';
import { listedGroups } from './groups';
import { listResources } from './lists/listing';
import type { ListedType } from './lists/listed-type';
import { listedUsers } from './users';

/**
 * Searches across all resource types: GET on the base URL and POST on `/.search` (RFC 7644 sections
 * 3.4.2.1 and 3.4.3).
 * @throws ScimError 400, 403 for a token that may not read all types, 405
 */
export async function serveSearch(context: RequestContext): Promise<Answer> {
  const { method, resource } = context.request;
  const isSearch = resource.endsWith('/.search');
  if (isSearch && method === 'POST') {
    return listResources(context, searchedTypes(context), readSearchBody(context));
  }
  if (!isSearch && method === 'GET') {
    return listResources(context, searchedTypes(context), readListParameters(context));
  }
  throw methodNotAllowed(method, isSearch ? ['POST'] : ['GET']);
}

/** @throws ScimError 403 */
function searchedTypes(context: RequestContext): readonly ListedType[] {
  const { connection, credential } = context;
  const custom = servedTypes(connection).map(resourceTypeOf);
  authorize(credential, 'users', 'read');
  if (connection.groups) authorize(credential, 'groups', 'read');
  if (custom.length > 0) authorize(credential, 'resources', 'read');
  return [
    listedUsers(context),
    ...(connection.groups ? [listedGroups(context)] : []),
    ...custom.map((type) => listedCustomType(context, type)),
  ];
}
