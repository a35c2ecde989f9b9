import { isArray, isObject, type Json, type JsonObject } from '../../scim/json';
import type { Filter } from '../../scim/filter/ast';
import { mapExpressions } from '../../scim/filter/map';
import { ENTERPRISE_USER_URN } from '../../scim/schema/enterprise-user';
import type { ResourceType } from '../../scim/schema/resource-type';
import { rewriteFilter } from './filters';
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
    const { path, value } = operation;
    if (typeof path === 'string') return [{ ...operation, path: correctName(path.trim(), type) }];
    return [isObject(value) ? { ...operation, value: withCorrectNames(value, type) } : operation];
  },
  filter(text, type) {
    return /\burn:/i.test(text) ? rewriteFilter(text, (filter) => corrected(filter, type)) : text;
  },
  projectedName: (name, type) => correctName(name, type),
};

/** Renames members. If two names become the same, their objects are merged. */
function withCorrectNames(body: JsonObject, type: ResourceType): JsonObject {
  const names = Object.keys(body);
  if (!names.some((name) => correctName(name, type) !== name)) return body;
  const members = new Map<string, Json>();
  for (const name of names) {
    const correct = correctName(name, type);
    const [before, value] = [members.get(correct), body[name] ?? null];
    const isMerged = isObject(before) && isObject(value);
    members.set(correct, isMerged ? { ...before, ...value } : value);
  }
  return Object.fromEntries(members);
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
  if (known !== undefined) return name.length === known.id.length + 1 ? known.id : name;
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
