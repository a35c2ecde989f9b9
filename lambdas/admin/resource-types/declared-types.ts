import { isDeepStrictEqual } from 'node:util';
import { inParallel } from '../../../directory/store/batches';
import type { Connection } from '../../../directory/connections/connection';
import type { Tenant } from '../../../directory/resources/tenant';
import {
  readDeploymentTypes,
  writeDeploymentTypes,
} from '../../../directory/schemas/deployment-types';
import { isObject, type Json } from '../../../scim/json';
import { isServed, retire, type CustomType } from '../../../scim/schema/custom-type';
import { parseCustomType } from '../../../scim/schema/parse-custom-type';
import { Problem } from '../../json-api/problem';
import { invalidFields } from '../../json-api/read-body';
import type { ConnectionServices } from '../services';
import { checkGrowth, checkUnused } from './type-growth';

/* Resource types that the stack declares for all connections. */

/** Connections that are checked in parallel, and those of a page. */
const WIDTH = 16;
const PAGE = 100;

/** Connections that the error of a refused change names. */
const NAMED_CONNECTIONS = 3;

/**
 * Makes the types of all connections those that the stack declares. Types in use may only grow.
 * @throws Problem 400, 409 with connections that have resources, and their number
 */
export async function declareTypes(
  services: ConnectionServices,
  definitions: readonly Json[],
): Promise<void> {
  const declared = definitions.map(parse);
  const before = await readDeploymentTypes(services.table);
  const pairs = before.map((type) => ({
    type,
    next: declared.find(({ name }) => name === type.name),
  }));
  for (const { type, next } of pairs.filter(({ type, next }) => !isDeepStrictEqual(type, next))) {
    const problems = await problemsOf(services, type, next);
    if (problems.length > 0) throw refused(type, problems);
  }
  const removed = pairs.filter(({ next }) => next === undefined).map(({ type }) => retire(type));
  await writeDeploymentTypes(services.table, [...declared, ...removed]);
}

/** Removes the types that the stack declared. Those that have resources stay as they are. */
export async function withdrawTypes(services: ConnectionServices): Promise<void> {
  const types: CustomType[] = [];
  for (const type of await readDeploymentTypes(services.table)) {
    const problems = await problemsOf(services, type, undefined);
    types.push(problems.length > 0 ? type : retire(type));
  }
  await writeDeploymentTypes(services.table, types);
}

/** @throws Problem 400 */
function parse(definition: Json): CustomType {
  const name = isObject(definition) ? definition['name'] : undefined;
  const parsed = parseCustomType(typeof name === 'string' ? name : '', definition);
  if ('problems' in parsed) throw invalidFields(parsed.problems);
  return parsed.definition;
}

/**
 * Returns a message for each connection whose resources prevent a change of a type.
 * @param next undefined if it is removed
 */
async function problemsOf(
  services: ConnectionServices,
  type: CustomType,
  next: CustomType | undefined,
): Promise<readonly string[]> {
  const problems: string[] = [];
  for await (const page of connectionPages(services)) {
    const affected = page.filter((connection) => !hasOwnType(connection, type));
    await inParallel(affected, WIDTH, async ({ id }) => {
      try {
        const scope: Tenant = { table: services.table, connection: id, baseUrl: '' };
        await (next === undefined ? checkUnused(scope, type.name) : checkGrowth(scope, type, next));
      } catch (error) {
        if (!(error instanceof Problem)) throw error;
        problems.push(`Connection "${id}": ${error.message}`);
      }
    });
  }
  return problems;
}

/** Returns whether a connection has a type of its own in place of one that the stack declares. */
function hasOwnType({ customTypes }: Connection, { name, endpoint }: CustomType): boolean {
  return customTypes.filter(isServed).some((own) => own.name === name || own.endpoint === endpoint);
}

async function* connectionPages({
  connections,
}: ConnectionServices): AsyncGenerator<readonly Connection[], void, undefined> {
  let after: string | undefined;
  do {
    const page = await connections.list(PAGE, after);
    yield page.connections.filter((connection) => 'customTypes' in connection);
    after = page.next;
  } while (after !== undefined);
}

function refused({ name }: CustomType, problems: readonly string[]): Problem {
  const others = problems.length - NAMED_CONNECTIONS;
  const more = others > 0 ? [`The same holds for ${others} more.`] : [];
  const named = problems.slice(0, NAMED_CONNECTIONS);
  return new Problem(409, [`Resource type "${name}" is in use.`, ...named, ...more].join(' '));
}
