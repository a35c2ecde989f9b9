import { idTaken } from '../../scim/errors/resource-errors';
import type { ScimError } from '../../scim/errors/scim-error';
import type { ResourceTypeName } from '../../scim/schema/resource-type';
import type { FailedCondition } from '../store/failed-conditions';
import { resourceKey } from '../store/keys';
import { ABSENT, type Check, type Write } from '../store/write';

/**
 * A write, and the error to throw if its condition fails. Without one, another change came first.
 */
export interface GuardedWrite {
  readonly write: Write | Check;
  readonly conflict?: () => ScimError;
}

/** @returns undefined if nothing failed, or if another change came first */
export function conflictOf(
  writes: readonly GuardedWrite[],
  failed: readonly FailedCondition[],
): ScimError | undefined {
  const conflicts = failed.map(({ index }) => writes[index]?.conflict);
  return conflicts.includes(undefined) ? undefined : conflicts[0]?.();
}

/** Returns the condition that no resource of a type has an id. */
export function noOther(connection: string, type: ResourceTypeName, id: string): GuardedWrite {
  return {
    write: { check: resourceKey(connection, type, id), condition: ABSENT },
    conflict: () => resourceWithId(type),
  };
}

/** 409 `uniqueness` for an id that a resource of another type has. */
export function resourceWithId(type: ResourceTypeName): ScimError {
  return idTaken(`A resource of type ${type} in this connection`, type);
}
