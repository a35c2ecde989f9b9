import { findByValue } from '../../directory/resources/value-lookup';
import { textOfKey, type Key } from '../../directory/store/item';
import { resourceKey } from '../../directory/store/keys';
import { isResourceId } from '../../directory/store/resource-ids';
import { notInCatalog } from '../../scim/errors/value-errors';
import { asText, isArray, isObject, type JsonObject } from '../../scim/json';
import type { Attributes } from '../../scim/resource/parse';
import {
  resourceTypeOf,
  servedTypes,
  type AssignedAs,
  type CustomType,
} from '../../scim/schema/custom-type';
import type { RequestContext } from '../http/request-context';

/**
 * Checks that the roles and entitlements that a user gets are resources of the connection's
 * catalogs: by id, or by a value that is indexed, such as `displayName`. A catalog that is lenient
 * only logs the others.
 * @param before the user's attributes; undefined for a new user
 * @throws ScimError 400 `invalidValue` if a catalog is strict
 */
export async function checkAssignments(
  context: RequestContext,
  before: Attributes | undefined,
  after: Attributes,
): Promise<void> {
  await Promise.all([
    checkAttribute(context, 'roles', before, after),
    checkAttribute(context, 'entitlements', before, after),
  ]);
}

async function checkAttribute(
  context: RequestContext,
  attribute: AssignedAs,
  before: Attributes | undefined,
  after: Attributes,
): Promise<void> {
  const catalogs = servedTypes(context.connection).filter(
    ({ assignedAs }) => assignedAs === attribute,
  );
  if (catalogs.length === 0) return;
  const had = new Set(elementsOf(before ?? {}, attribute).map(valueOf));
  const added = elementsOf(after, attribute).filter((element) => !had.has(valueOf(element)));
  const assignments = added.map((element) => ({
    value: valueOf(element),
    catalogs: catalogsFor(catalogs, element),
  }));
  for (const assignment of await withoutKnownIds(context, assignments)) {
    if (await hasValue(context, assignment)) continue;
    if (assignment.catalogs.some(isStrict)) {
      const names = assignment.catalogs.map(({ name }) => name);
      throw notInCatalog(attribute, assignment.value, names);
    }
    context.failures.recordUnknownAssignment(context.request, attribute);
    // It is logged once a day, so that further ones need not be found.
    if (!catalogs.some(isStrict)) return;
  }
}

function isStrict({ assignments }: CustomType): boolean {
  return assignments === 'strict';
}

/** A value that a user gets, and the catalogs that may have it. */
interface Assignment {
  readonly value: string;
  readonly catalogs: readonly CustomType[];
}

/** Returns the assignments whose values are no ids of their catalogs. */
async function withoutKnownIds(
  { table, connection: { id: connection } }: RequestContext,
  assignments: readonly Assignment[],
): Promise<readonly Assignment[]> {
  const keysOf = ({ value, catalogs }: Assignment): readonly Key[] =>
    isResourceId(value) ? catalogs.map(({ name }) => resourceKey(connection, name, value)) : [];
  const found = await table.getMany(assignments.flatMap(keysOf));
  const known = new Set(found.map(textOfKey));
  return assignments.filter(
    (assignment) =>
      assignment.value !== '' && !keysOf(assignment).some((key) => known.has(textOfKey(key))),
  );
}

/** Returns whether a catalog has a value that is indexed, such as `displayName`. */
async function hasValue(
  { table, connection }: RequestContext,
  { value, catalogs }: Assignment,
): Promise<boolean> {
  const found = await Promise.all(
    catalogs
      .map(resourceTypeOf)
      .map(({ name, indexed }) => findByValue(table, connection.id, name, indexed, value)),
  );
  return found.some(({ length }) => length > 0);
}

/** Returns the catalogs that an element's `type` names, as Okta does; all of them otherwise. */
function catalogsFor(catalogs: readonly CustomType[], element: JsonObject): readonly CustomType[] {
  const type = asText(element['type'] ?? '').toLowerCase();
  const named = catalogs.filter(({ name }) => name.toLowerCase() === type);
  return named.length === 0 ? catalogs : named;
}

/** Returns the elements of a user's roles or entitlements. */
export function elementsOf(attributes: Attributes, attribute: AssignedAs): readonly JsonObject[] {
  const elements = attributes[attribute];
  return isArray(elements) ? elements.filter(isObject) : [];
}

/** Returns the value of a role or entitlement. */
export function valueOf(element: JsonObject): string {
  return asText(element['value'] ?? '');
}
