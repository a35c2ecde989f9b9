import {
  isArray,
  isObject,
  own,
  ownIgnoringCase,
  type Json,
  type JsonObject,
} from '../../scim/json';
import { PATCH_OP_URN } from '../../scim/patch/request';
import { findAttribute, findSubAttribute } from '../../scim/schema/attribute';
import type { ResourceType } from '../../scim/schema/resource-type';
import type { Filter } from '../../scim/filter/ast';
import { mapExpressions } from '../../scim/filter/map';
import type { Rewriter } from './rewriter';
import { rewriteFilter } from './filters';

/**
 * Corrects `schemas` if it is missing, empty or contains unknown schemas.
 *
 * - Okta omits it from PATCH (boxyhq/jackson `npm/test/dsync/data/user-requests.ts`).
 * - Entra ID sends `http://schemas.microsoft.com/2006/11/ResourceManagement/ADSCIM/2.0/Group` and
 *   misspells `…:enterprise:2.0User` (MicrosoftDocs/entra-docs
 *   `use-scim-to-provision-users-and-groups.md`, "Create Group" and Example 2).
 * - JumpCloud only sends the extension.
 * - OneLogin sends `urn:scim:schemas:core:2.0`.
 */
export const schemasAsKnown: Rewriter = {
  name: 'missing or unknown schemas',
  resource(body, type) {
    const sent = ownIgnoringCase(body, 'schemas');
    const known = type.extensions.filter(({ id }) => names(sent, id)).map(({ id }) => id);
    return { ...withoutIgnoringCase(body, 'schemas'), schemas: [type.schema.id, ...known] };
  },
  message(body) {
    return names(ownIgnoringCase(body, 'schemas'), PATCH_OP_URN)
      ? body
      : { ...withoutIgnoringCase(body, 'schemas'), schemas: [PATCH_OP_URN] };
  },
};

function names(schemas: Json | undefined, urn: string): boolean {
  const wanted = urn.toLowerCase();
  return (
    isArray(schemas) &&
    schemas.some((sent) => typeof sent === 'string' && sent.toLowerCase() === wanted)
  );
}

/**
 * Moves an extension's attributes that are sent like core attributes into the extension. Entra ID's
 * documentation posts `department` and `manager` at the top level
 * (`use-scim-to-provision-users-and-groups.md`, Example 2) and patches path `manager` (Example 5).
 */
export const unqualifiedExtensionAttributes: Rewriter = {
  name: 'unqualified extension attributes',
  resource: moveToExtensions,
  operation(operation, type) {
    const { path, value } = operation;
    if (typeof path === 'string') {
      const urn = extensionOf(type, firstName(path));
      return urn === undefined ? [operation] : [{ ...operation, path: `${urn}:${path}` }];
    }
    return [isObject(value) ? { ...operation, value: moveToExtensions(value, type) } : operation];
  },
  projectedName(name, type) {
    const urn = extensionOf(type, firstName(name));
    return urn === undefined ? name : `${urn}:${name}`;
  },
  filter(text, type) {
    // Entra ID filters by `manager eq "…" and id eq "…"` (the same page, Example 4).
    const names = type.extensions.flatMap(({ attributes }) => attributes.map(({ name }) => name));
    const mayBeUnqualified = names.some((name) => text.toLowerCase().includes(name.toLowerCase()));
    return mayBeUnqualified ? rewriteFilter(text, (filter) => qualified(filter, type)) : text;
  },
};

function moveToExtensions(body: JsonObject, type: ResourceType): JsonObject {
  const moved = new Map<string, [string, Json | undefined][]>();
  const kept: [string, Json | undefined][] = [];
  for (const [name, value] of Object.entries(body)) {
    const urn = extensionOf(type, firstName(name));
    const members = urn === undefined ? kept : (moved.get(urn) ?? []);
    members.push([name, value]);
    if (urn !== undefined) moved.set(urn, members);
  }
  const result: JsonObject = Object.fromEntries(kept);
  return [...moved].reduce((whole, [urn, members]) => {
    const inside = ownIgnoringCase(whole, urn) ?? {};
    // The strict engine refuses an extension that is no object.
    if (!isObject(inside)) return whole;
    // A value inside the extension takes precedence.
    const names = new Set(Object.keys(inside).map((name) => name.toLowerCase()));
    const added = members.filter(([name]) => !names.has(name.toLowerCase()));
    const extension = { ...Object.fromEntries(added), ...inside };
    return { ...withoutIgnoringCase(whole, urn), [urn]: extension };
  }, result);
}

/** Returns the URN of the extension that has an attribute, unless the core schema has it, too. */
function extensionOf(type: ResourceType, name: string): string | undefined {
  if (findAttribute(type.attributes, name) !== undefined) return undefined;
  return type.extensionWith(name)?.id;
}

/** Returns a filter with qualified attribute names. */
function qualified(filter: Filter, type: ResourceType): Filter {
  return mapExpressions(filter, (expression) => {
    const urn = extensionOf(type, firstName(expression.path));
    return urn === undefined ? expression : { ...expression, path: `${urn}:${expression.path}` };
  });
}

function firstName(path: string): string {
  const end = path.search(/[.[]/);
  return end === -1 ? path : path.slice(0, end);
}

/**
 * Copies a member's `displayName` to `display`, the name in the schema (AzureAD/SCIMReferenceCode,
 * Postman collection, "Group tests").
 */
export const memberDisplayName: Rewriter = {
  name: 'displayName of a member',
  value(attribute, value) {
    if (attribute.name !== 'members' || !isArray(value)) return value;
    return value.map((member) => {
      if (!isObject(member) || own(member, 'displayName') === undefined) return member;
      return { display: own(member, 'displayName'), ...member };
    });
  },
};

/**
 * Keeps only the first of several primary elements; clients that send several list the newest last.
 */
export const onePrimary: Rewriter = {
  name: 'several primary values',
  value(attribute, value) {
    if (
      !attribute.multiValued ||
      !isArray(value) ||
      findSubAttribute(attribute, 'primary') === undefined
    )
      return value;
    let found = false;
    return value.map((element) => {
      if (!isObject(element) || ownIgnoringCase(element, 'primary') !== true) return element;
      if (!found) {
        found = true;
        return element;
      }
      return { ...withoutIgnoringCase(element, 'primary'), primary: false };
    });
  },
};

function withoutIgnoringCase(object: JsonObject, name: string): JsonObject {
  const wanted = name.toLowerCase();
  return Object.fromEntries(Object.entries(object).filter(([key]) => key.toLowerCase() !== wanted));
}
