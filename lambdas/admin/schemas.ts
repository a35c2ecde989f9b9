import type { ActionName } from '../../directory/connections/audit';
import type { Connection } from '../../directory/connections/connection';
import { countHolders } from '../../directory/resources/attribute-usage';
import type { Tenant } from '../../directory/resources/tenant';
import { lostAttributes, parseExtensionSchema } from '../../scim/schema/extension-schema';
import type { Schema } from '../../scim/schema/attribute';
import { noConnection, Problem } from './problem';
import { readJson } from './requests';
import type { Services } from './services';

/** Characters that all schemas of a connection have together: they are read with each of its requests. */
const MAXIMUM_TEXT = 32 * 1024;

/** What the RFCs define, and whatever they may define yet. */
const RESERVED = /^urn:ietf:params:scim:(?:schemas:core:|schemas:extension:enterprise:|api:)/i;

/** What was stored, and whether there was nothing under this URN before. */
export interface StoredSchema {
  readonly schema: Schema;
  readonly created: boolean;
}

/**
 * Stores the schema of an extension. One that is in use may grow; what resources hold may not be taken away.
 * @throws Problem 400 that names each wrong part, 404, 409 with the number of resources that hold what would be lost, 413
 */
export async function putSchema(
  services: Services,
  scope: Tenant,
  urn: string,
  text: string,
): Promise<StoredSchema> {
  if (RESERVED.test(urn)) {
    throw new Problem(409, `${urn} belongs to the RFCs; choose a URN of your own.`);
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
  await changeSchemas(services, 'schema.put', scope.connection, async ({ schemas }) => {
    const before = find(schemas, urn);
    // The spelling of the URN that came first stays: resources hold their values under it.
    stored = { schema: { ...schema, id: before?.id ?? urn }, created: before === undefined };
    if (before !== undefined) await checkNothingLost(scope, before, stored.schema);
    const next = [...schemas.filter((other) => other !== before), stored.schema];
    if (JSON.stringify(next).length > MAXIMUM_TEXT) {
      throw new Problem(
        413,
        `All schemas of a connection may have ${MAXIMUM_TEXT} characters together.`,
      );
    }
    return next;
  });
  return stored;
}

/**
 * Removes the schema of an extension that no resource uses.
 * @throws Problem 404, 409 with the number of resources that hold its attributes
 */
export async function deleteSchema(services: Services, scope: Tenant, urn: string): Promise<void> {
  await changeSchemas(services, 'schema.delete', scope.connection, async ({ schemas }) => {
    const before = find(schemas, urn);
    if (before === undefined) throw noSchema(urn);
    await checkNothingLost(scope, before, { ...before, attributes: [] });
    return schemas.filter((other) => other !== before);
  });
}

/** A schema of a connection, by its URN in any case. @throws Problem 404 */
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

async function checkNothingLost(scope: Tenant, before: Schema, after: Schema): Promise<void> {
  for (const { name, subAttribute } of lostAttributes(before, after)) {
    const holders = await countHolders(scope, before.id, name, subAttribute);
    const attribute = name === undefined ? '' : `:${name}`;
    const path = `${before.id}${attribute}${subAttribute === undefined ? '' : `.${subAttribute}`}`;
    if (holders > 0) {
      const detail = `${holders} ${holders === 1 ? 'resource holds' : 'resources hold'} "${path}": it can neither go, nor change its type, nor get required parts.`;
      throw new Problem(409, detail, [
        { pointer: '/attributes', detail: `${path} is held by ${holders}` },
      ]);
    }
  }
}

function find(schemas: readonly Schema[], urn: string): Schema | undefined {
  return schemas.find(({ id }) => id.toLowerCase() === urn.toLowerCase());
}

function noSchema(urn: string): Problem {
  return new Problem(404, `The connection has no schema "${urn}".`);
}
