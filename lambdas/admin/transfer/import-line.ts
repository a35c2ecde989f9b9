import { nameAttributeOf } from '../../../directory/transfer/custom-import';
import type { ImportedResource } from '../../../directory/transfer/imported-resource';
import type { ImportedUser } from '../../../directory/transfer/user-import';
import type { Times } from '../../../directory/resources/resource-item';
import { rewriteResource, type Profile } from '../../../idp/profiles/profile';
import { bodyNotObject, bodyTooDeep } from '../../../scim/errors/request-errors';
import { wrongValue } from '../../../scim/errors/value-errors';
import {
  asText,
  isArray,
  isDeep,
  isObject,
  ownIgnoringCase,
  parseJson,
  type Json,
  type JsonObject,
} from '../../../scim/json';
import { LIMITS } from '../../../scim/limits';
import { isSameUrn } from '../../../scim/schema/custom-type';
import { membersFrom, type Member } from '../../../scim/patch/memberships';
import { parseResource } from '../../../scim/resource/parse';
import { unknownAttributes } from '../../../scim/resource/unknown';
import {
  isMemberType,
  type ResourceType,
  type ResourceTypeName,
  type ResourceTypes,
} from '../../../scim/schema/resource-type';

/** A line with a user. */
export interface UserLine {
  readonly type: 'User';
  readonly user: ImportedUser;
  /** Attributes that the connection does not have. */
  readonly ignored: readonly string[];
}

/** A line with a group. */
export interface GroupLine {
  readonly type: 'Group';
  readonly group: ImportedResource;
  readonly members: ReadonlyMap<string, Member>;
  /** Attributes that the connection does not have. */
  readonly ignored: readonly string[];
}

/** A line with a resource of a custom type. */
export interface CustomLine {
  readonly type: 'Custom';
  readonly resourceType: ResourceType;
  readonly resource: ImportedResource;
  /** Attributes that the type does not have. */
  readonly ignored: readonly string[];
}

/** A line of an import that could be read. */
export type ImportLine = UserLine | GroupLine | CustomLine;

/** The resource types of a connection. */
export interface ImportTypes extends ResourceTypes {
  readonly custom: readonly ResourceType[];
}

/** Attributes of a line that SCIM does not have, or that a client cannot set. */
const OWN = new Set(['applicationid', 'deletedat', 'groups', 'id', 'meta']);

/**
 * Reads a line: a resource in the form of SCIM, in the spelling that the connection's identity
 * provider uses.
 * @throws ScimError 400
 */
export function readImportLine(types: ImportTypes, profile: Profile, text: string): ImportLine {
  const body = parseLine(text);
  const type = typeOf(types, body);
  const rewritten = rewriteResource(profile, type, body);
  const ignored = unknownAttributes(type, rewritten).filter((name) => !OWN.has(name.toLowerCase()));
  const parsed = parseResource(type, rewritten);
  const [id, times] = [optionalText(body, 'id'), timesOf(body)];
  if (!isMemberType(type.name)) {
    const deletedAt = ownIgnoringCase(body, 'deletedAt') ?? undefined;
    if (deletedAt !== undefined) {
      throw wrongValue('deletedAt', 'left out: only deleted users are kept', deletedAt);
    }
    const resource = { id, attributes: parsed, times };
    return { type: 'Custom', resourceType: type, resource, ignored };
  }
  const { members: _, ...attributes } = parsed;
  const resource = { id, attributes, times };
  if (type.name === 'Group') {
    const sent = isObject(rewritten) ? ownIgnoringCase(rewritten, 'members') : undefined;
    return { type: 'Group', group: resource, members: membersFrom(sent).add, ignored };
  }
  const deletedAt = timeIn(body, 'deletedAt', 'deletedAt');
  const applicationId = optionalText(body, 'applicationId');
  return { type: 'User', user: { ...resource, deletedAt, applicationId }, ignored };
}

/** Returns the attribute that names a line's resource. */
export function nameAttribute(line: ImportLine): string {
  if (line.type === 'Custom') return nameAttributeOf(line.resourceType);
  return line.type === 'User' ? 'userName' : 'displayName';
}

/** Returns the name of the type of a line's resource. */
export function typeNameOf(line: ImportLine): ResourceTypeName {
  return line.type === 'Custom' ? line.resourceType.name : line.type;
}

/** Returns a line's resource, without the members of a group. */
export function resourceOf(line: ImportLine): ImportedResource {
  switch (line.type) {
    case 'User':
      return line.user;
    case 'Group':
      return line.group;
    case 'Custom':
      return line.resource;
  }
}

/** Returns the name of a line's resource in the form in which names are compared. */
export function nameOf(line: ImportLine): string {
  return asText(resourceOf(line).attributes[nameAttribute(line)] ?? '')
    .trim()
    .toLowerCase();
}

function parseLine(text: string): JsonObject {
  if (isDeep(text, LIMITS.bodyDepth)) throw bodyTooDeep(LIMITS.bodyDepth);
  let body: Json;
  try {
    body = parseJson(text);
  } catch {
    throw bodyNotObject();
  }
  if (!isObject(body)) throw bodyNotObject();
  return body;
}

/**
 * Returns the type that a resource's `meta.resourceType` names, or its `schemas`. Types that share
 * a schema are told apart by the resource's `type`, as Okta's entitlements are.
 * @throws ScimError 400
 */
function typeOf({ user, group, custom }: ImportTypes, body: JsonObject): ResourceType {
  const meta = ownIgnoringCase(body, 'meta');
  const named = isObject(meta) ? ownIgnoringCase(meta, 'resourceType') : undefined;
  const types = [user, group, ...custom];
  const names = types.map(({ name }) => name).join(', ');
  if (named !== undefined) {
    const found = types.find(({ name }) => name === named);
    if (found !== undefined) return found;
    throw wrongValue('meta.resourceType', `a type of this connection: ${names}`, named);
  }
  const schemas = ownIgnoringCase(body, 'schemas');
  const urns = isArray(schemas) ? schemas.filter((urn) => typeof urn === 'string') : [];
  const found = types.filter(({ schema }) => urns.some((urn) => isSameUrn(urn, schema.id)));
  const [first, ...others] = found;
  if (first === undefined) {
    throw wrongValue('schemas', `the schema of a type of this connection: ${names}`, schemas);
  }
  if (others.length === 0) return first;
  const kind = ownIgnoringCase(body, 'type');
  const chosen = found.find(({ name }) => name === kind);
  if (chosen !== undefined) return chosen;
  const sharing = found.map(({ name }) => name).join(', ');
  throw wrongValue(
    'meta.resourceType',
    `given, because several types have the schema: ${sharing}`,
    named,
  );
}

function optionalText(body: JsonObject, name: string): string | undefined {
  const value = ownIgnoringCase(body, name) ?? undefined;
  if (value === undefined || (typeof value === 'string' && value !== '')) return value;
  throw wrongValue(name, 'a string', value);
}

function timesOf(body: JsonObject): Times {
  const meta = ownIgnoringCase(body, 'meta');
  if (!isObject(meta)) return {};
  const created = timeIn(meta, 'created', 'meta.created');
  const lastModified = timeIn(meta, 'lastModified', 'meta.lastModified');
  return {
    ...(created === undefined ? {} : { created }),
    ...(lastModified === undefined ? {} : { lastModified }),
  };
}

/** A time of RFC 3339. */
const TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:\d\d)$/i;

/** Reads a time. @returns RFC 3339 in UTC, with milliseconds */
function timeIn(body: JsonObject, name: string, path: string): string | undefined {
  const value = ownIgnoringCase(body, name) ?? undefined;
  if (value === undefined) return undefined;
  const milliseconds =
    typeof value === 'string' && TIME.test(value) ? Date.parse(value) : Number.NaN;
  if (milliseconds <= Date.now()) return new Date(milliseconds).toISOString();
  throw wrongValue(path, 'a time in the past such as 2026-01-31T12:00:00Z', value);
}
