import { objectTooLarge } from '../../scim/errors/request-errors';
import { isArray, isObject, type Json, type JsonObject } from '../../scim/json';
import type { Filter } from '../../scim/filter/ast';
import { mapExpressions } from '../../scim/filter/map';
import { LIMITS } from '../../scim/limits';
import { ENTERPRISE_USER_URN } from '../../scim/schema/enterprise-user';
import type { ResourceType } from '../../scim/schema/resource-type';
import { rewriteFilter } from './filters';
import { plainObject } from './json-text';
import type { Rewriter } from './rewriter';

/**
 * Corrects the spelling of schema URNs, wherever a name may start with one.
 *
 * - OneLogin sends `urn:scim:schemas:extension:enterprise:2.0` and the URNs of SCIM 1.1, Entra ID
 *   misspells `…:enterprise:2.0User` (MicrosoftDocs/entra-docs
 *   `use-scim-to-provision-users-and-groups.md`, Example 2).
 * - Entra ID's attribute mappings contain `…:enterprise:2.0:User.department` with a dot.
 * - Ping's SDK addresses a whole extension with a trailing colon (pingidentity/scim2 `Path`).
 */
export const schemaUrns: Rewriter = {
  name: 'spelling of schema URNs',
  resource(body, type) {
    const renamed = withCorrectNames(body, type);
    const { schemas } = renamed;
    if (!isArray(schemas)) return renamed;
    return {
      ...renamed,
      schemas: schemas.map((urn) => (typeof urn === 'string' ? correctName(urn, type) : urn)),
    };
  },
  operation(operation, type) {
    const { path, value, ...rest } = operation;
    if (typeof path === 'string') {
      const correct = correctName(path.trim(), type);
      // The whole core schema is the resource itself.
      if (correct === type.schema.id) return value === undefined ? [rest] : [{ ...rest, value }];
      return [{ ...operation, path: correct }];
    }
    return [isObject(value) ? { ...operation, value: withCorrectNames(value, type) } : operation];
  },
  filter(text, type) {
    return /\burn:/i.test(text) ? rewriteFilter(text, (filter) => corrected(filter, type)) : text;
  },
  projectedName: (name, type) => correctName(name, type),
};

/**
 * Renames members. Values of an extension under several spellings of its URN are merged, and values
 * under the URN of the core schema belong to the resource itself.
 */
function withCorrectNames(body: JsonObject, type: ResourceType): JsonObject {
  const names = Object.keys(body);
  if (!names.some((name) => /^urn:/i.test(name))) return body;
  const members = new Map<string, Json[]>();
  for (const name of names) {
    const correct = correctName(name, type);
    const values = members.get(correct) ?? [];
    values.push(body[name] ?? null);
    members.set(correct, values);
  }
  const core = plainObject(merged(members.get(type.schema.id) ?? []));
  if (isObject(core)) members.delete(type.schema.id);
  const others = [...members].map(([name, values]) => [name, merged(values)] as const);
  return { ...(isObject(core) ? core : {}), ...Object.fromEntries(others) };
}

function merged(values: readonly Json[]): Json {
  const [only = null, ...more] = values;
  if (more.length === 0) return only;
  const entries = values
    .map(plainObject)
    .filter(isObject)
    .flatMap((object) => Object.entries(object));
  if (entries.length > LIMITS.objectMembers) throw objectTooLarge(LIMITS.objectMembers);
  return Object.fromEntries(entries);
}

function corrected(filter: Filter, type: ResourceType): Filter {
  return mapExpressions(filter, (expression) => ({
    ...expression,
    path: correctName(expression.path, type),
  }));
}

const ENTERPRISE =
  /^urn:(?:ietf:params:)?scim:schemas:extension:enterprise(?::[12]\.[01])?(?::?User)?(?=[:.]|$)/i;
const CORE = /^urn:(?:ietf:params:)?scim:schemas:core:[12]\.[01](?::(User|Group))?(?=[:.]|$)/i;

function correctName(name: string, type: ResourceType): string {
  if (!/^urn:/i.test(name)) return name;
  const known = type.schemaOf(name);
  if (known !== undefined) return withRest(known.id, name.slice(known.id.length));
  const dotted = type.schemaOf(name, '.');
  if (dotted !== undefined) return withRest(dotted.id, name.slice(dotted.id.length));
  const [enterprise] = ENTERPRISE.exec(name) ?? [];
  if (enterprise !== undefined && type.extension(ENTERPRISE_USER_URN) !== undefined) {
    return withRest(ENTERPRISE_USER_URN, name.slice(enterprise.length));
  }
  const [core, typeName = type.name] = CORE.exec(name) ?? [];
  if (core === undefined || typeName.toLowerCase() !== type.name.toLowerCase()) return name;
  return withRest(type.schema.id, name.slice(core.length));
}

/** Returns a URN with the name of an attribute, if one follows the separator. */
function withRest(urn: string, rest: string): string {
  return rest.length <= 1 ? urn : `${urn}:${rest.slice(1)}`;
}
