import { countOf } from '../../../directory/resources/counts';
import type { Tenant } from '../../../directory/resources/tenant';
import type { Attribute, Schema } from '../../../scim/schema/attribute';
import type { CustomType } from '../../../scim/schema/custom-type';
import { Problem } from '../../json-api/problem';
import { checkNothingLost } from '../schemas';

/* A resource type in use may only grow. */

/**
 * Checks that stored resources fit a changed type. The endpoint, the URN of the schema and the
 * unique attributes cannot change while there are resources, because their keys depend on them.
 * @throws Problem 409 with the number of resources
 */
export async function checkGrowth(
  scope: Tenant,
  before: CustomType,
  after: CustomType,
): Promise<void> {
  const count = await countOf(scope.table, scope.connection, before.name);
  if (count === 0) return;
  const fixed = forbiddenChanges(before, after);
  if (fixed.length > 0) {
    const detail = `${thereAre(count)} of this type, so that these cannot change: `;
    throw new Problem(409, `${detail}${fixed.join(', ')}.`);
  }
  const types = [before.name];
  await checkNothingLost(scope, types, [before.schema, after.schema], undefined);
  for (const extension of before.extensions) {
    const { id } = extension;
    const now = after.extensions.find((each) => each.id === id) ?? { ...extension, attributes: [] };
    await checkNothingLost(scope, types, [extension, now], id);
  }
}

/** Returns the changes that resources do not allow. */
function forbiddenChanges(before: CustomType, after: CustomType): readonly string[] {
  const newlyRequired = after.requiredExtensions.filter(
    (urn) => !before.requiredExtensions.includes(urn),
  );
  return [
    ...(before.endpoint === after.endpoint ? [] : ['endpoint']),
    ...(before.schema.id === after.schema.id ? [] : ['schema.id']),
    ...keysChanged(before.schema, after.schema).map((name) => `uniqueness or case of ${name}`),
    ...[...newlyRequired, ...requiredAttributes(before, after)].map(
      (each) => `required of ${each}`,
    ),
  ];
}

/** Returns the attributes that become required. */
function requiredAttributes(before: CustomType, after: CustomType): readonly string[] {
  return [after.schema, ...after.extensions].flatMap((schema) => {
    const known = [before.schema, ...before.extensions].find(({ id }) => id === schema.id);
    const isRequired = (name: string): boolean =>
      known?.attributes.some((each) => each.name === name && each.required) === true;
    return schema.attributes
      .filter(({ name, required }) => known !== undefined && required && !isRequired(name))
      .map(({ name }) => `${schema.id}:${name}`);
  });
}

/** Returns the attributes whose stored values would have other keys. */
function keysChanged(before: Schema, after: Schema): readonly string[] {
  return after.attributes.flatMap((attribute) => {
    const known = before.attributes.find(({ name }) => name === attribute.name);
    const hasKeys =
      known === undefined ? attribute.uniqueness === 'none' : hasSameKeys(known, attribute);
    return hasKeys ? [] : [attribute.name];
  });
}

function hasSameKeys(before: Attribute, now: Attribute): boolean {
  return before.uniqueness === now.uniqueness && before.caseExact === now.caseExact;
}

/**
 * Checks that a connection has no resources of a type that is removed.
 * @throws Problem 409 with the number of resources
 */
export async function checkUnused({ table, connection }: Tenant, name: string): Promise<void> {
  const count = await countOf(table, connection, name);
  if (count === 0) return;
  throw new Problem(409, `${thereAre(count)} of this type. Delete them first.`);
}

function thereAre(count: number): string {
  return count === 1 ? 'There is 1 resource' : `There are ${count} resources`;
}
