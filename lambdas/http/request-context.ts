import { cachedGroupsOf } from '../../directory/memberships/cached-groups';
import type { Tenant } from '../../directory/resources/tenant';
import type { Table } from '../../directory/store/table';
import type { Profile } from '../../idp/profiles/profile';
import { profileOf } from '../../idp/profiles/registry';
import { PatchWork } from '../../scim/patch/work';
import { resourceTypesWith, type ResourceTypes } from '../../scim/schema/resource-type';
import type { FailureRecorder } from '../observability/failure-recorder';
import type { Caller } from './authenticate';
import type { ScimRequest } from './scim-request';

/** A request as it arrived, before its caller is known. */
export interface ReceivedRequest {
  readonly request: ScimRequest;
  /** Lambda's request id. */
  readonly requestId: string;
  /** When the request arrived, in milliseconds since the epoch. */
  readonly begun: number;
  /** When the function's time is up, in milliseconds since the epoch. */
  readonly deadline: number;
  /** The table, with retries until the deadline. */
  readonly table: Table;
}

/** An authenticated request, with everything that is needed to serve it. */
export interface RequestContext extends ReceivedRequest, Caller {
  readonly profile: Profile;
  /** The resource types with the connection's own extensions. */
  readonly types: ResourceTypes;
  /** Bounds the PATCH operations of the request, or of all operations of a bulk request. */
  readonly work: PatchWork;
  /**
   * Id of the resource that the request creates, if it must be the same in each attempt.
   * @default - a new one
   */
  readonly newId?: string;
  /** Collects failures for the provisioning log. */
  readonly failures: FailureRecorder;
}

/** Builds the context of an authenticated request. */
export function createContext(
  received: ReceivedRequest,
  caller: Caller,
  failures: FailureRecorder,
): RequestContext {
  return {
    ...received,
    ...caller,
    profile: profileOf(caller.connection.identityProvider),
    types: resourceTypesWith(caller.connection.schemas),
    work: new PatchWork(),
    failures,
  };
}

/** Returns the part of the table that the request works on. */
export function tenantOf(context: RequestContext): Tenant {
  const { table, connection, credential, request, requestId, begun, newId } = context;
  return {
    table,
    connection: connection.id,
    baseUrl: request.baseUrl,
    membershipsConverted: connection.membershipsConverted,
    // Before the conversion, parts of what is read are older than the version of the cache.
    ...(connection.membershipsConverted ? { cachedGroups: cachedGroupsOf(connection) } : {}),
    request: {
      token: credential.id,
      requestId,
      begun,
      actsAs: connection.actsAs,
      replaces: request.method === 'PUT',
      newId,
    },
  };
}
