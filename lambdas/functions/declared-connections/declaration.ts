import { isArray, isObject, parseJson, type Json, type JsonObject } from '../../../scim/json';

/** The declaration in one custom resource: a connection, all resource types, or all streams. */
export type Declaration =
  | {
      readonly kind: 'connection';
      readonly id: string;
      readonly settings: JsonObject;
      readonly trust: JsonObject | undefined;
    }
  | { readonly kind: 'resourceTypes'; readonly definitions: readonly Json[] }
  | { readonly kind: 'streams'; readonly definitions: readonly Json[] };

/**
 * Reads the `DeclaredProperties`, `DeclaredTypesProperties` or `DeclaredStreamsProperties` of a
 * resource.
 * @throws Error if they describe none of these
 */
export function readDeclaration(properties: Readonly<Record<string, unknown>>): Declaration {
  const { Id: id, Settings, ResourceTypes, Streams } = properties;
  const [settings, types, streams] = [Settings, ResourceTypes, Streams].map(jsonOf);
  if (isArray(types)) return { kind: 'resourceTypes', definitions: types };
  if (isArray(streams)) return { kind: 'streams', definitions: streams };
  if (typeof id !== 'string' || !isObject(settings)) {
    throw new Error('The properties describe no connection, resource types or streams.');
  }
  const { trust, ...others } = settings;
  return {
    kind: 'connection',
    id,
    settings: others,
    trust: isObject(trust) ? trust : undefined,
  };
}

/** CloudFormation turns numbers and booleans into text, so that properties are JSON. */
function jsonOf(property: unknown): Json | undefined {
  return typeof property === 'string' ? parseJson(property) : undefined;
}

/** Returns the physical id of a resource: of a connection its own, because there are several. */
export function physicalId({ Id, Streams }: Readonly<Record<string, unknown>>): string {
  if (typeof Id === 'string') return Id;
  return Streams === undefined ? 'resourceTypes' : 'streams';
}
