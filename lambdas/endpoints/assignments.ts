import { findByValue } from '../../directory/resources/value-lookup';
import { inParallel } from '../../directory/store/batches';
import { notInCatalog } from '../../scim/errors/value-errors';
import { asText, equalJson, isArray, isObject, type JsonObject } from '../../scim/json';
import type { Attributes } from '../../scim/resource/parse';
import {
  inUse,
  resourceTypeOf,
  type AssignedAs,
  type CustomType,
} from '../../scim/schema/custom-type';
import type { RequestContext } from '../http/request-context';

/** Values that are looked up in parallel. */
const WIDTH = 8;

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
  const catalogs = inUse(context.connection).filter(({ assignedAs }) => assignedAs === attribute);
  if (catalogs.length === 0) return;
  const had = new Set(elementsOf(before ?? {}, attribute).map(valueOf));
  const added = elementsOf(after, attribute).filter((element) => !had.has(valueOf(element)));
  await inParallel(added, WIDTH, async (element) => {
    const value = valueOf(element);
    const candidates = catalogsFor(catalogs, element);
    if (value === '' || (await isIn(context, candidates, value))) return;
    if (candidates.some(({ assignments }) => assignments === 'strict')) {
      throw notInCatalog(attribute, value);
    }
    context.failures.recordUnknownAssignment(context.request, attribute);
  });
}

/** Returns the catalogs that an element's `type` names, as Okta does; all of them otherwise. */
function catalogsFor(catalogs: readonly CustomType[], element: JsonObject): readonly CustomType[] {
  const type = asText(element['type'] ?? '').toLowerCase();
  const named = catalogs.filter(({ name }) => name.toLowerCase() === type);
  return named.length === 0 ? catalogs : named;
}

async function isIn(
  { table, connection }: RequestContext,
  catalogs: readonly CustomType[],
  value: string,
): Promise<boolean> {
  const found = await Promise.all(
    catalogs
      .map(resourceTypeOf)
      .map(({ name, indexed }) => findByValue(table, connection.id, name, indexed, value)),
  );
  return found.some(({ length }) => length > 0);
}

/**
 * Returns a user's attributes without roles and entitlements that say no more than another one.
 * Entra ID adds a role again that the user has already, without its `type`.
 */
export function withoutRepeats(attributes: Attributes): Attributes {
  const repeating = (['roles', 'entitlements'] as const).flatMap((name) => {
    const elements = elementsOf(attributes, name);
    const distinct = elements.filter(
      (element) => !elements.some((other) => saysLess(element, other)),
    );
    return distinct.length === elements.length ? [] : [[name, distinct] as const];
  });
  return repeating.length === 0 ? attributes : { ...attributes, ...Object.fromEntries(repeating) };
}

/** Returns whether all members of an element are those of another one, which has more. */
function saysLess(element: JsonObject, other: JsonObject): boolean {
  const members = Object.entries(element);
  return (
    members.length < Object.keys(other).length &&
    members.every(([name, value]) => equalJson(other[name], value))
  );
}

function elementsOf(attributes: Attributes, attribute: AssignedAs): readonly JsonObject[] {
  const elements = attributes[attribute];
  return isArray(elements) ? elements.filter(isObject) : [];
}

function valueOf(element: JsonObject): string {
  return asText(element['value'] ?? '');
}
