import type { Json, JsonObject } from '../json';
import type { ResourceType } from '../schema/resource-type';
import type { Attributes } from './parse';

/** What the service provider itself keeps of a resource (RFC 7643 section 3.1). */
export interface ResourceMeta {
  readonly id: string;
  /** RFC 3339, UTC, milliseconds. */
  readonly created: string;
  readonly lastModified: string;
  /** Opaque; as `W/"…"` in `meta.version` and `ETag`. */
  readonly version: string;
}

/** A resource as the directory holds it. */
export interface StoredResource extends ResourceMeta {
  readonly attributes: Attributes;
}

/** A whole resource as the protocol shows it, before a projection. */
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

/** The weak entity tag of a version (RFC 7232 section 2.3): two representations of it may differ in projection. */
export function entityTag(version: string): string {
  return `W/"${version}"`;
}

/** The URI of a resource below its connection's base URL. */
export function locationOf(type: ResourceType, baseUrl: string, id: string): string {
  return `${baseUrl}${type.endpoint}/${id}`;
}

/**
 * The whole resource as the protocol shows it: `schemas` and `id` first, `meta` last, extensions named in `schemas` exactly
 * when they hold something.
 * @param derived attributes that are kept elsewhere: a group's `members`, a user's `groups`
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

/** Attributes in the order of their schema, so that an answer reads the same whatever wrote the attribute last. */
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
