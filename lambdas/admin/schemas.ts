import type { ActionName } from '../../directory/connections/audit';
import type { Connection, ConnectionSchemas } from '../../directory/connections/connection';
import { countHolders } from '../../directory/schemas/attribute-usage';
import type { Tenant } from '../../directory/resources/tenant';
import { lostAttributes, parseExtensionSchema } from '../../scim/schema/extension-schema';
import type { Schema } from '../../scim/schema/attribute';
import {
  conflictingUrn,
  isServed,
  schemasOfTypes,
  servedTypes,
} from '../../scim/schema/custom-type';
import { RESERVED_URN } from '../../scim/schema/parse-custom-type';
import type { ResourceTypeName } from '../../scim/schema/resource-type';
import { noConnection, Problem } from '../json-api/problem';
import { readJson } from '../json-api/read-body';
import type { Services } from './services';

/** Maximum characters of all schemas and types of a connection. */
const MAXIMUM_TEXT = 32 * 1024;

/** The types that schemas of this file extend. */
const EXTENDED = ['User', 'Group'] as const;

/** A schema that was stored, and whether it is new. */
export interface StoredSchema {
  readonly schema: Schema;
  readonly created: boolean;
}

/**
 * Stores the schema of an extension. A schema in use may only grow.
 * @throws Problem 400 naming each wrong part, 404, 409 with the number of resources that would lose
 *   values, 413
 */
export async function putSchema(
  services: Services,
  scope: Tenant,
  urn: string,
  text: string,
): Promise<StoredSchema> {
  if (RESERVED_URN.test(urn)) {
    throw new Problem(409, `${urn} is reserved for the RFCs. Choose a URN of your own.`);
  }
  const parsed = parseExtensionSchema(urn, readJson(text));
  if ('problems' in parsed) {
    const detail = parsed.problems
      .map((problem) => `${problem.pointer || 'The body'} ${problem.detail}`)
      .join('; ');
    throw new Problem(400, detail, parsed.problems);
  }
  const { schema } = parsed;
  let stored: StoredSchema = { schema, created: true };
  await changeSchemas(services, 'schema.put', scope.connection, async (connection) => {
    const { schemas, customTypes } = connection;
    const before = find(schemas, urn);
    // The first spelling of the URN stays: resources store their values under it.
    stored = { schema: { ...schema, id: before?.id ?? urn }, created: before === undefined };
    if (before !== undefined) {
      await checkNothingLost(scope, EXTENDED, [before, stored.schema], before.id);
    }
    checkUrns([stored.schema], schemasOfTypes(servedTypes(connection)));
    const next = [...schemas.filter((other) => other !== before), stored.schema];
    checkSize({ schemas: next, customTypes });
    return next;
  });
  return stored;
}

/**
 * Removes the schema of an extension that no resource uses.
 * @throws Problem 404, 409 with the number of resources that have values of it
 */
export async function deleteSchema(services: Services, scope: Tenant, urn: string): Promise<void> {
  await changeSchemas(services, 'schema.delete', scope.connection, async ({ schemas }) => {
    const before = find(schemas, urn);
    if (before === undefined) throw noSchema(urn);
    await checkNothingLost(scope, EXTENDED, [before, { ...before, attributes: [] }], before.id);
    return schemas.filter((other) => other !== before);
  });
}

/** Returns a connection's schema by its URN, ignoring case. @throws Problem 404 */
export function schemaOf({ schemas }: Connection, urn: string): Schema {
  const found = find(schemas, urn);
  if (found === undefined) throw noSchema(urn);
  return found;
}

async function changeSchemas(
  { connections, actor }: Services,
  action: ActionName,
  id: string,
  compute: (connection: Connection) => Promise<readonly Schema[]>,
): Promise<void> {
  const changed = await connections.change(id, { actor, action }, async (connection) => ({
    ...connection,
    schemas: await compute(connection),
  }));
  if (changed === undefined) throw noConnection(id);
}

/**
 * Checks that no resource would lose values by a change to a schema.
 * @param types whose resources have the schema
 * @param extension undefined for the core schema of the type
 * @throws Problem 409 with the number of resources
 */
export async function checkNothingLost(
  scope: Tenant,
  types: readonly ResourceTypeName[],
  [before, after]: readonly [Schema, Schema],
  extension: string | undefined,
): Promise<void> {
  for (const { name, subAttribute } of lostAttributes(before, after)) {
    const holders = await countHolders(scope, types, { extension, name, subAttribute });
    const attribute = name === undefined ? '' : `:${name}`;
    const path = `${before.id}${attribute}${subAttribute === undefined ? '' : `.${subAttribute}`}`;
    if (holders > 0) {
      const resources = holders === 1 ? '1 resource has' : `${holders} resources have`;
      const detail =
        `${resources} a value for "${path}". It cannot be removed, change its type, or get ` +
        'required sub-attributes.';
      throw new Problem(409, detail, [
        { pointer: '/attributes', detail: `${path} has values in ${holders}` },
      ]);
    }
  }
}

/** Checks that a URN is that of one schema, or of equal ones. @throws Problem 409 */
export function checkUrns(schemas: readonly Schema[], others: readonly Schema[]): void {
  const urn = conflictingUrn(schemas, others);
  if (urn === undefined) return;
  throw new Problem(
    409,
    `"${urn}" is the URN of another schema with other attributes. Choose another.`,
  );
}

/** Checks that the schemas and types of a connection are not too large. @throws Problem 413 */
export function checkSize({
  schemas,
  customTypes,
}: Pick<ConnectionSchemas, 'schemas' | 'customTypes'>): void {
  if (JSON.stringify([schemas, customTypes.filter(isServed)]).length > MAXIMUM_TEXT) {
    throw new Problem(
      413,
      'The schemas and resource types of a connection may have at most ' +
        `${MAXIMUM_TEXT} characters in total.`,
    );
  }
}

function find(schemas: readonly Schema[], urn: string): Schema | undefined {
  return schemas.find(({ id }) => id.toLowerCase() === urn.toLowerCase());
}

function noSchema(urn: string): Problem {
  return new Problem(404, `The connection has no schema "${urn}".`);
}
