import type { Json, JsonObject } from '../json';
import type { ResourceType } from '../schema/resource-type';
import type { Attributes } from './parse';

/** The data that the service provider itself maintains for a resource (RFC 7643 section 3.1). */
export interface ResourceMeta {
  readonly id: string;
  /** RFC 3339 in UTC, with milliseconds. */
  readonly created: string;
  readonly lastModified: string;
  /** An opaque string, shown as `W/"…"` in `meta.version` and `ETag`. */
  readonly version: string;
}

/** A resource as the directory stores it. */
export interface StoredResource extends ResourceMeta {
  readonly attributes: Attributes;
}

/** A complete resource in the protocol's form, before a projection. */
export interface ResourceView extends JsonObject {
  readonly id: string;
  readonly meta: {
    readonly resourceType: string;
    readonly created: string;
    readonly lastModified: string;
    readonly location: string;
    readonly version: string;
  };
}

/**
 * Returns the entity tag of a version (RFC 7232 section 2.3). It is weak, because representations
 * of the same version may differ in their projection.
 */
export function entityTag(version: string): string {
  return `W/"${version}"`;
}

/** Returns the URI of a resource, below its connection's base URL. */
export function locationOf(type: ResourceType, baseUrl: string, id: string): string {
  return `${baseUrl}${type.endpoint}/${id}`;
}

/**
 * Returns a complete resource in the protocol's form: `schemas` and `id` come first, `meta` last.
 * `schemas` contains an extension only if the resource has attributes of it (RFC 7643 section 3).
 * @param derived attributes that are stored elsewhere: a group's `members`, a user's `groups`
 */
export function toResource(
  type: ResourceType,
  stored: StoredResource,
  baseUrl: string,
  derived: JsonObject = {},
): ResourceView {
  const extensions = type.extensions.filter(({ id }) => stored.attributes[id] !== undefined);
  return {
    schemas: [type.schema.id, ...extensions.map(({ id }) => id)],
    id: stored.id,
    ...ordered(type, { ...stored.attributes, ...derived }),
    meta: {
      resourceType: type.name,
      created: stored.created,
      lastModified: stored.lastModified,
      location: locationOf(type, baseUrl, stored.id),
      version: entityTag(stored.version),
    },
  };
}

/** Puts attributes into the order of their schema, regardless of how they were stored. */
function ordered(type: ResourceType, attributes: JsonObject): Record<string, Json> {
  const out: Record<string, Json> = {};
  for (const { name } of type.attributes) {
    const value = attributes[name];
    if (value !== undefined) out[name] = value;
  }
  for (const { id } of type.extensions) {
    const value = attributes[id];
    if (value !== undefined) out[id] = value;
  }
  return out;
}
